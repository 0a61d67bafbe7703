/** Addresses and networks: every notation that is taken, and those that are not. */
import { describe, expect, test } from '@jest/globals';

import { IpAddress, isInNetwork, parseNetwork } from '../../src/net/index.js';

function address(text: string): IpAddress {
  const ip = IpAddress.parse(text);
  if (ip === null) throw new Error(`not an address: ${text}`);
  return ip;
}

describe('IpAddress.parse', () => {
  test.each([
    ['192.0.2.1', 4, '192.0.2.1'],
    ['0.0.0.0', 4, '0.0.0.0'],
    ['255.255.255.255', 4, '255.255.255.255'],
    ['::', 6, '::'],
    ['::1', 6, '::1'],
    ['1::', 6, '1::'],
    ['2001:DB8::00a1', 6, '2001:db8::a1'],
    ['1:2:3:4:5:6:7:8', 6, '1:2:3:4:5:6:7:8'],
    ['1:2:3:4:5:6:7::', 6, '1:2:3:4:5:6:7:0'],
    ['::2:3:4:5:6:7:8', 6, '0:2:3:4:5:6:7:8'],
    ['1:0:0:2:0:0:0:3', 6, '1:0:0:2::3'], // RFC 5952 §4.2.3: the longest run
    // The mapped form is folded (RFC 7208 §5), in any notation, and the compatible form is not.
    ['::ffff:192.0.2.1', 4, '192.0.2.1'],
    ['::FFFF:C000:201', 4, '192.0.2.1'],
    ['0000:0000:0000:0000:0000:ffff:255.255.255.255', 4, '255.255.255.255'],
    ['::192.0.2.1', 6, '::c000:201'],
    ['::ffff:0:192.0.2.1', 6, '::ffff:0:c000:201'],
    ['64:ff9b::192.0.2.33', 6, '64:ff9b::c000:221'],
    ['1:2:3:4:5:6:1.2.3.4', 6, '1:2:3:4:5:6:102:304'],
  ])('reads %s as IPv%i %s', (text, family, canonical) => {
    const ip = IpAddress.parse(text);
    expect(ip?.family).toBe(family);
    expect(ip?.toString()).toBe(canonical);
    expect(IpAddress.parse(canonical)?.equals(address(text))).toBe(true);
    expect(IpAddress.of(address(text).bytes()).toString()).toBe(canonical);
  });

  test.each([
    '',
    'unknown',
    '192.0.2',
    '192.0.2.1.',
    '.192.0.2.1',
    '192..0.2',
    '192.0.2.1.1',
    '192.0.2.256',
    '192.0.2.01', // to some programs octal
    '192.0.2.00',
    '127.1',
    '0x7f.0.0.1',
    '2130706433',
    ' 192.0.2.1',
    '192.0.2.1 ',
    '192.0.2.1\n',
    '192.0.2.1/32',
    '192.0.2.-1',
    '1e1.0.2.1',
    '\uff11.2.3.4',
    ':',
    ':::',
    ':1',
    '1:',
    '1:2:3:4:5:6:7',
    '1:2:3:4:5:6:7:8:9',
    '1::2:3:4:5:6:7:8',
    '1::2::3',
    '1:::2',
    '12345::',
    '::00001',
    '::g',
    '[::1]',
    '::1/128',
    'fe80::1%eth0',
    'fe80::1%',
    '::1%25eth0',
    '::ffff:192.0.2.01',
    '::ffff:192.0.2',
    '::192.0.2.1:5',
    '192.0.2.1::',
    '1:2:3:4:5:6:7:1.2.3.4',
    `${'0'.repeat(40)}::1`,
    'x'.repeat(10_000),
  ])('refuses %j', (text) => {
    expect(IpAddress.parse(text)).toBeNull();
  });
});

test('IpAddress.of takes 4 or 16 octets, and nothing else', () => {
  expect(IpAddress.of([9, 192, 0, 2, 1], 1).toString()).toBe('192.0.2.1');
  expect(IpAddress.of([192, 0, 2, 1, 9], 0, 4).toString()).toBe('192.0.2.1');
  expect(() => IpAddress.of([192, 0, 2])).toThrow('4 or 16 octets');
});

describe('matches', () => {
  test.each([
    ['192.0.2.1', '192.0.2.1', 32, true],
    ['192.0.2.1', '192.0.2.0', 32, false],
    ['192.0.2.1', '192.0.2.0', 31, true],
    ['192.0.2.255', '192.0.2.0', 24, true],
    ['192.0.3.0', '192.0.2.0', 24, false],
    ['128.0.0.0', '0.0.0.0', 1, false],
    ['255.255.255.255', '0.0.0.0', 0, true],
    ['192.0.2.1', '::', 0, false],
    ['::', '0.0.0.0', 0, false],
    ['2001:db8::1', '2001:db8::', 32, true],
    ['2001:db9::1', '2001:db8::', 32, false],
    ['2001:db8:8000::', '2001:db8::', 33, false],
    ['2001:db8:0:0:ffff::', '2001:db8::', 64, true],
    ['2001:db8:0:0:ffff::', '2001:db8::', 65, false],
    ['::1', '::', 127, true],
    ['::1', '::', 128, false],
    ['::1', 'ffff::', 0, true],
    ['::1:0:0', '::', 95, true],
    ['::1:0:0', '::', 96, false],
  ])('%s and %s agree in %i bits: %s', (a, b, prefix, agree) => {
    expect(address(a).matches(address(b), prefix)).toBe(agree);
    expect(address(b).matches(address(a), prefix)).toBe(agree);
  });
});

describe('parseNetwork', () => {
  test.each([
    ['192.0.2.0/24', '192.0.2.77', true],
    ['192.0.2.0/24', '192.0.3.1', false],
    ['192.0.2.1', '192.0.2.1', true],
    ['192.0.2.1', '192.0.2.2', false],
    ['0.0.0.0/0', '203.0.113.9', true],
    ['2001:db8::/32', '2001:db8:1::', true],
    ['::/0', '192.0.2.1', false],
    ['::ffff:192.0.2.0/24', '192.0.2.9', true],
  ])('%s holds %s: %s', (text, ip, holds) => {
    const network = parseNetwork(text);
    expect(network && isInNetwork(address(ip), network)).toBe(holds);
  });

  test.each([
    '',
    '/',
    '192.0.2.0/',
    '192.0.2.0/33',
    '::/129',
    '192.0.2.0/8/8',
    '192.0.2.0/-1',
    '192.0.2.0/ 8',
    '::1%1/8',
  ])('refuses %j', (text) => {
    expect(parseNetwork(text)).toBeNull();
  });
});
