/** Networks: one, many, and those of a range. */
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';

import {
  IpAddress,
  isInNetwork,
  NetworkSet,
  networksOfRange,
  parseNetwork,
  printNetwork,
  withoutHostBits,
  type Network,
} from '../../src/net/index.js';
import { SEED } from '../support/seed.js';

function address(text: string): IpAddress {
  const parsed = IpAddress.parse(text);
  if (parsed === null) throw new Error(`not an address: ${text}`);
  return parsed;
}

function network(text: string): Network {
  const parsed = parseNetwork(text);
  if (parsed === null) throw new Error(`not a network: ${text}`);
  return parsed;
}

test.each([
  { text: '192.0.2.0/24', printed: '192.0.2.0/24' },
  { text: '192.0.2.1', printed: '192.0.2.1' },
  { text: '192.0.2.1/32', printed: '192.0.2.1' },
  { text: '::ffff:192.0.2.1', printed: '192.0.2.1' },
  { text: '0.0.0.0/0', printed: '0.0.0.0/0' },
  { text: '2001:DB8::/32', printed: '2001:db8::/32' },
  { text: '2001:db8::1/128', printed: '2001:db8::1' },
  { text: '2001:db8::1/32', printed: '2001:db8::1/32' }, // as it is, host bits and all
])('$text is printed as $printed', ({ text, printed }) => {
  expect(printNetwork(network(text))).toBe(printed);
});

test.each([
  { text: '192.0.2.7/24', without: '192.0.2.0/24' },
  { text: '192.0.2.7/32', without: '192.0.2.7' },
  { text: '192.0.2.7/31', without: '192.0.2.6/31' },
  { text: '192.0.2.7/0', without: '0.0.0.0/0' },
  { text: '192.0.2.255/25', without: '192.0.2.128/25' },
  { text: '10.255.255.255/9', without: '10.128.0.0/9' },
  { text: '2001:db8:ffff::1/33', without: '2001:db8:8000::/33' },
  { text: '2001:db8::1/128', without: '2001:db8::1' },
  { text: '2001:db8::1/0', without: '::/0' },
])('$text without its host bits is $without', ({ text, without }) => {
  expect(printNetwork(withoutHostBits(network(text)))).toBe(without);
});

describe('the networks of a range', () => {
  test.each([
    { first: '192.0.2.1', last: '192.0.2.1', networks: ['192.0.2.1'] },
    { first: '192.0.2.0', last: '192.0.2.255', networks: ['192.0.2.0/24'] },
    {
      first: '192.0.2.1',
      last: '192.0.2.6',
      networks: ['192.0.2.1', '192.0.2.2/31', '192.0.2.4/31', '192.0.2.6'],
    },
    { first: '192.0.2.255', last: '192.0.3.0', networks: ['192.0.2.255', '192.0.3.0'] },
    { first: '0.0.0.0', last: '255.255.255.255', networks: ['0.0.0.0/0'] },
    { first: '128.0.0.0', last: '255.255.255.255', networks: ['128.0.0.0/1'] },
    { first: '2001:db8::', last: '2001:db8::ffff', networks: ['2001:db8::/112'] },
    { first: '2001:db8::', last: '2001:db8::2', networks: ['2001:db8::/127', '2001:db8::2'] },
    { first: '192.0.2.2', last: '192.0.2.1', networks: null },
    { first: '192.0.2.1', last: '2001:db8::1', networks: null },
  ])('$first-$last', ({ first, last, networks }) => {
    expect(networksOfRange(address(first), address(last))?.map(printNetwork) ?? null).toEqual(networks);
  });

  test.each([
    { first: '0.0.0.1', last: '255.255.255.254', most: 62 },
    { first: '::1', last: 'ffff:ffff:ffff:ffff:ffff:ffff:ffff:fffe', most: 254 },
  ])('are not many: $first-$last', ({ first, last, most }) => {
    expect(networksOfRange(address(first), address(last))?.length).toBeLessThanOrEqual(most);
  });

  test('all IPv6 has nothing of mapped IPv4 addresses, which are no IPv6', () => {
    const all = networksOfRange(address('::'), address('ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff')) ?? [];
    expect(all.map(printNetwork)).toEqual(['::/0']);
  });

  test('hold the range, each address once, and nothing else', () => {
    const octet = fc.integer({ min: 0, max: 255 });
    fc.assert(
      fc.property(octet, octet, fc.integer({ min: -1, max: 256 }), (a, b, probe) => {
        const [first, last] = [Math.min(a, b), Math.max(a, b)];
        const at = (n: number): IpAddress =>
          IpAddress.of([192, 0, 2 + Math.floor(n / 256), ((n % 256) + 256) % 256]);
        const networks = networksOfRange(at(first), at(last)) ?? [];
        const holding = networks.filter((each) => isInNetwork(at(probe), each));
        expect(holding).toHaveLength(first <= probe && probe <= last ? 1 : 0);
      }),
      { seed: SEED, numRuns: 500 },
    );
  });
});

describe('a set', () => {
  const FEW = ['192.0.2.0/24', '10.1.2.3', '2001:db8::/32', '198.51.100.7/31'];
  const MANY = [...FEW, ...Array.from({ length: 20 }, (_, i) => `172.16.${i}.0/24`), '2001:db9:1::1/64'];

  test.each([
    { of: 'few', networks: FEW },
    { of: 'many', networks: MANY },
  ])('of $of', ({ networks }) => {
    const set = new NetworkSet(networks.map(network));
    const held = [
      '192.0.2.0',
      '192.0.2.255',
      '::ffff:192.0.2.9',
      '10.1.2.3',
      '2001:db8:1::',
      '198.51.100.6',
      '198.51.100.7',
    ];
    const others = ['192.0.3.0', '10.1.2.4', '2001:db7::', '198.51.100.8', '::1', '::c000:200'];
    expect(held.filter((text) => !set.has(address(text)))).toEqual([]);
    expect(others.filter((text) => set.has(address(text)))).toEqual([]);
    expect(set.has(address('172.16.19.5'))).toBe(networks === MANY);
    expect(set.has(address('2001:db9:1::ffff'))).toBe(networks === MANY);
  });

  test('of nothing holds nothing', () => {
    const set = new NetworkSet([]);
    expect([set.has(address('0.0.0.0')), set.has(address('::'))]).toEqual([false, false]);
  });

  test.each([4, 6] as const)('of all IPv%i holds nothing of the other family', (family) => {
    for (const more of [0, 20]) {
      const filler = Array.from({ length: more }, (_, i) =>
        family === 4 ? `10.0.${i}.0/24` : `2001:db8:${i}::/48`,
      );
      const set = new NetworkSet([family === 4 ? '0.0.0.0/0' : '::/0', ...filler].map(network));
      expect(set.has(address('203.0.113.1'))).toBe(family === 4);
      expect(set.has(address('2001:db8::1'))).toBe(family === 6);
    }
  });

  test('of many answers like one network after the other', () => {
    const octets = (n: number): fc.Arbitrary<number[]> =>
      fc.array(fc.integer({ min: 0, max: 3 }), { minLength: n, maxLength: n });
    const either = fc.oneof(octets(4), octets(16)).map((bytes) => IpAddress.of(bytes));
    const networks = fc.tuple(either, fc.nat()).map(([ip, n]): Network => {
      return { address: ip, prefix: n % ((ip.family === 4 ? 32 : 128) + 1) };
    });
    fc.assert(
      fc.property(fc.array(networks, { minLength: 9, maxLength: 30 }), fc.array(either), (listed, probes) => {
        const set = new NetworkSet(listed);
        for (const probe of probes) {
          expect(set.has(probe)).toBe(listed.some((each) => isInNetwork(probe, each)));
        }
      }),
      { seed: SEED, numRuns: 300 },
    );
  });
});
