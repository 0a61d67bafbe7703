import { describe, expect, test } from '@jest/globals';

import { printNetwork } from '../../src/net/index.js';
import { reading, silentReading } from './reading.js';

const LOOPBACK = ['127.0.0.0/8', '::1'];
const PRIVATE = [
  '10.0.0.0/8',
  '172.16.0.0/12',
  '192.168.0.0/16',
  '100.64.0.0/10',
  '169.254.0.0/16',
  'fe80::/10',
  'fc00::/7',
];
const EXAMPLES = 'examples: 192.0.2.1, 192.0.2.0/24, 192.0.2.1-192.0.2.9, "2001:db8::/32", loopback, private';

describe('skip.networks', () => {
  test('is loopback where nobody says anything', async () => {
    const config = await silentReading('');
    expect(config['skip.networks'].map(printNetwork)).toStrictEqual(LOOPBACK);
  });

  test.each([
    ['[]', []],
    ['192.0.2.1', ['192.0.2.1']],
    ['[192.0.2.0/24, 2001:db8::/32]', ['192.0.2.0/24', '2001:db8::/32']],
    ['0.0.0.0/0', ['0.0.0.0/0']],
    ['["::/0"]', ['::/0']],
    ['[loopback, private]', [...LOOPBACK, ...PRIVATE]],
    ['192.0.2.1-192.0.2.4', ['192.0.2.1', '192.0.2.2/31', '192.0.2.4']],
    ['192.0.2.1 - 192.0.2.1', ['192.0.2.1']],
    ['2001:db8::-2001:db8::1', ['2001:db8::/127']],
    ['::ffff:192.0.2.0-::ffff:192.0.2.255', ['192.0.2.0/24']],
  ])('%s', async (value, expected) => {
    const config = await silentReading(`skip:\n  networks: ${value}\n`);
    expect(config['skip.networks'].map(printNetwork)).toStrictEqual(expected);
  });

  test.each([
    ['192.0.2.7/24', ['192.0.2.0/24'], 'warning', '"192.0.2.7/24" is taken as 192.0.2.0/24'],
    ['2001:db8::1/32', ['2001:db8::/32'], 'warning', '"2001:db8::1/32" is taken as 2001:db8::/32'],
    ['::ffff:192.0.2.1', ['192.0.2.1'], 'note', '"::ffff:192.0.2.1" is taken as 192.0.2.1'],
    ['::ffff:192.0.2.7/120', ['192.0.2.0/24'], 'warning', '"::ffff:192.0.2.7/120" is taken as 192.0.2.0/24'],
    ['::ffff:0:0/96', ['0.0.0.0/0'], 'note', '"::ffff:0:0/96" is taken as 0.0.0.0/0'],
  ])('%s is remarked on', async (value, expected, severity, sentence) => {
    const { config, lines } = await reading(`skip: {networks: [${value}]}`);
    expect(config?.['skip.networks'].map(printNetwork)).toStrictEqual(expected);
    expect(lines).toStrictEqual([`1:19  ${severity}: skip.networks[0]: ${sentence}`]);
  });

  test.each([
    ['192.0.2.0/33', `"192.0.2.0/33" is not a network; ${EXAMPLES}`],
    ['192.0.2.0/-1', `"192.0.2.0/-1" is not a network; ${EXAMPLES}`],
    ['"::ffff:192.0.2.0/95"', `"::ffff:192.0.2.0/95" is not a network; ${EXAMPLES}`],
    ['192.0.2.0/24/8', `"192.0.2.0/24/8" is not a network; ${EXAMPLES}`],
    ['mx.example.net', `"mx.example.net" is not a network; ${EXAMPLES}`],
    ['"fe80::1%eth0"', `"fe80::1%eth0" is not a network; ${EXAMPLES}`],
    ['""', `"" is not a network; ${EXAMPLES}`],
    ['~', `"~" is not a network; ${EXAMPLES}`],
    ['10/8', '"10/8" is not a network; an IPv4 network has four numbers: 10.0.0.0/8'],
    ['192.168.0', '"192.168.0" is not a network; an IPv4 network has four numbers: 10.0.0.0/8'],
    [
      '192.0.2.0/255.255.255.0',
      '"192.0.2.0/255.255.255.0" is not a network; write the length of the mask: 192.0.2.0/24',
    ],
    ['loopbck', '"loopbck" is not a network; did you mean "loopback"?'],
    ['localhost', '"localhost" is not a network; did you mean "loopback"?'],
    ['192.0.2.9-192.0.2.1', '"192.0.2.9-192.0.2.1" is not a range: the first address is the greater one'],
    ['"192.0.2.9-2001:db8::"', '"192.0.2.9-2001:db8::" is not a range: one end is IPv4, the other IPv6'],
    ['192.0.2.1-', `"192.0.2.1-" is not a network; ${EXAMPLES}`],
    ['192.0.2.1-192.0.2.2-192.0.2.3', `"192.0.2.1-192.0.2.2-192.0.2.3" is not a network; ${EXAMPLES}`],
    ['[192.0.2.1]', 'expected a network, found a list'],
  ])('not %s', async (value, message) => {
    const { config, lines } = await reading(`skip: {networks: [192.0.2.1, ${value}]}`);
    expect(config).toBeNull();
    expect(lines).toStrictEqual([`1:30  skip.networks[1]: ${message}`]);
  });

  test('every item that is wrong is named', async () => {
    const { lines } = await reading('skip:\n  networks:\n    - a\n    - 192.0.2.1\n    - b\n');
    expect(lines.map((line) => line.slice(0, 22))).toStrictEqual([
      '3:7  skip.networks[0]:',
      '5:7  skip.networks[2]:',
    ]);
  });

  test('are at most ten thousand', async () => {
    const networks = (count: number): string =>
      `skip:\n  networks: [${Array.from({ length: count }, (_, i) => `10.${i >> 8}.${i & 255}.1`).join(', ')}]`;
    expect((await silentReading(networks(10_000)))['skip.networks']).toHaveLength(10_000);
    expect((await reading(networks(10_001))).lines).toStrictEqual([
      '2:13  skip.networks: 10001 networks are too many; at most 10000',
    ]);
  });

  test('a range counts as what it comes to', async () => {
    const ranges = Array.from({ length: 400 }, (_, i) => `0.0.0.1-255.255.255.${i % 100}`).join(', ');
    const { lines } = await reading(`skip:\n  networks: [${ranges}]`);
    expect(lines).toStrictEqual([
      expect.stringMatching(/^2:13 {2}skip\.networks: \d+ networks are too many/),
    ]);
  });
});

describe('check_as', () => {
  test.each([
    ['192.0.2.10', '192.0.2.10'],
    ['"2001:db8::"', '2001:db8::'],
    ['2001:DB8:0::1', '2001:db8::1'],
    ['off', undefined],
  ])('%s', async (value, expected) => {
    const { config } = await reading(`check_as: ${value}`);
    expect(config?.check_as?.toString()).toBe(expected);
  });

  test.each([
    ['mx.example.net', '1:11  check_as: "mx.example.net" is not an IP address'],
    ['192.0.2.0/24', '1:11  check_as: "192.0.2.0/24" is not an IP address'],
    ['[192.0.2.1]', '1:11  check_as: expected an IP address, found a list'],
  ])('not %s', async (value, expected) => {
    const { config, lines } = await reading(`check_as: ${value}`);
    expect(config).toBeNull();
    expect(lines).toStrictEqual([expect.stringContaining(expected)]);
  });
});

describe('client_map', () => {
  test.each([
    ['{}', []],
    ['{10.0.0.1: 192.0.2.1}', [['10.0.0.1', '192.0.2.1']]],
    ['{"2001:DB8::0:1": 192.0.2.1}', [['2001:db8::1', '192.0.2.1']]],
    ['{"::ffff:10.0.0.1": "2001:db8::1"}', [['10.0.0.1', '2001:db8::1']]],
  ])('%s', async (value, expected) => {
    const { client_map } = await silentReading(`client_map: ${value}`);
    expect([...client_map].map(([from, to]) => [from, to.toString()])).toStrictEqual(expected);
  });

  const ADDRESSES = 'examples: 192.0.2.1, "2001:db8::1"';

  test.each([
    [
      '{10.0.0.1: 192.0.2.300, inner: 192.0.2.1}',
      [
        `1:24  client_map."10.0.0.1": "192.0.2.300" is not an IP address; ${ADDRESSES}`,
        `1:37  client_map.inner: "inner" is not an IP address; ${ADDRESSES}`,
      ],
    ],
    [
      '{10.0.0.1: 192.0.2.1, "::ffff:10.0.0.1": 192.0.2.2}',
      ['1:35  client_map."::ffff:10.0.0.1": 10.0.0.1 is mapped twice; remove one of them'],
    ],
    ['{10.0.0.1}', [`1:14  client_map."10.0.0.1": it has no address; ${ADDRESSES}`]],
    ['{10.0.0.1: [192.0.2.1]}', ['1:24  client_map."10.0.0.1": expected an IP address, found a list']],
    [
      '[10.0.0.1]',
      [
        '1:13  client_map: expected addresses with their values, found a list; example: {10.0.0.1: 192.0.2.1}',
      ],
    ],
    [
      'off',
      [
        '1:13  client_map: expected addresses with their values, found a value; example: {10.0.0.1: 192.0.2.1}',
      ],
    ],
  ])('not %s', async (value, expected) => {
    expect((await reading(`client_map: ${value}`)).lines).toStrictEqual(expected);
  });

  test('has at most a thousand', async () => {
    const map = (count: number): string =>
      `client_map:\n${Array.from({ length: count }, (_, i) => `  10.0.${i >> 8}.${i & 255}: 192.0.2.1\n`).join('')}`;
    expect((await silentReading(map(1000))).client_map.size).toBe(1000);
    expect((await reading(map(1001))).lines).toStrictEqual([
      '2:3  client_map: 1001 addresses are too many; at most 1000',
    ]);
  });
});
