/** The names that addresses have in the DNS. */
import { expect, test } from '@jest/globals';

import { addressLabels, isQueryable, reverseName } from '../../src/dns/index.js';
import { IpAddress } from '../../src/net/index.js';

test.each([
  ['192.0.2.1', '192.0.2.1', '1.2.0.192.in-addr.arpa'],
  ['255.255.255.255', '255.255.255.255', '255.255.255.255.in-addr.arpa'],
  ['0.0.0.0', '0.0.0.0', '0.0.0.0.in-addr.arpa'],
  ['::ffff:192.0.2.1', '192.0.2.1', '1.2.0.192.in-addr.arpa'],
  [
    '2001:db8::cb01',
    '2.0.0.1.0.d.b.8.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.c.b.0.1',
    '1.0.b.c.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa',
  ],
  ['::', Array(32).fill('0').join('.'), `${'0.'.repeat(32)}ip6.arpa`],
])('the PTR records of %s, which is %s, are at %s', (text, labels, name) => {
  const ip = IpAddress.parse(text);
  if (ip === null) throw new Error(`not an address: ${text}`);
  expect(addressLabels(ip).join('.')).toBe(labels);
  expect(reverseName(ip)).toBe(name);
  expect(isQueryable(reverseName(ip))).toBe(true);
});
