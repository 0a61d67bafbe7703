import { expect, test } from '@jest/globals';

import { queryName } from '../../src/dns/index.js';
import { fairKey } from '../../src/resolver/fair-key.js';

test.each([
  ['example.com', 'example.com'],
  ['a.b.c.example.com', 'example.com'],
  ['_spf.Example.COM', 'example.com'],
  ['example.co.uk', 'example.co.uk'],
  ['a.b.example.co.uk', 'example.co.uk'],
  ['x.co.uk', 'x.co.uk'],
  ['co.uk', 'co.uk'],
  ['a.example.com.au', 'example.com.au'],
  ['a.long.de', 'long.de'],
  ['a.b.web.de', 'b.web.de'], // as short as "co", so its names do not count as one
  ['a.b.bbc.com', 'bbc.com'],
  ['4.3.2.1.in-addr.arpa', 'in-addr.arpa'],
  ['com', 'com'],
  ['UK', 'uk'],
  ['a.\xff\xfe.x', '\xff\xfe.x'],
])('%s counts as %s', (name, key) => {
  expect(fairKey(queryName(name))).toBe(key);
});
