/** Names as the DNS has them: what fits the wire, which are equal, how they are printed. */
import { expect, test } from '@jest/globals';

import { isQueryable, LABEL_DOT, nameKey, printName, queryName } from '../../src/dns/index.js';

const L63 = 'a'.repeat(63);
const L61 = 'a'.repeat(61);

test.each([
  ['example.com', true],
  ['com', true],
  ['a+b=c~d%e@f:g,h.example', true], // names that SPF asks for and no host bears
  ['\0\x01\xff .example', true],
  [`dot${LABEL_DOT}inside.example`, true],
  [`${L63}.example`, true],
  [`${L63}.${L63}.${L63}.${L61}`, true], // 253 octets
  ['', false],
  ['.', false],
  ['a.', false],
  ['.a', false],
  ['a..b', false],
  [`${L63}a.example`, false],
  [`${L63}.${L63}.${L63}.${L61}a`, false],
  ['a'.repeat(100_000), false],
  ['.'.repeat(100_000), false],
])('row %#: fits the wire or does not', (name, fits) => {
  expect(isQueryable(name as ReturnType<typeof queryName>)).toBe(fits);
});

test.each([
  ['example.com.', 'example.com'],
  ['example.com', 'example.com'],
  ['.', ''],
  ['', ''],
  ['a..', 'a.'],
])('queryName(%j) is %j', (text, name) => {
  expect(queryName(text)).toBe(name);
});

test.each([
  ['Example.COM', 'example.com'],
  ['example.com', 'example.com'],
  ['\xc0\xd6\xdeA', '\xc0\xd6\xdea'], // RFC 4343: octets over 0x7F have no case
  ['[\\]^_`{Z}', '[\\]^_`{z}'],
  [`A${LABEL_DOT}B.example`, `a${LABEL_DOT}b.example`],
])('the key of %j is %j', (name, key) => {
  expect(nameKey(queryName(name))).toBe(key);
});

test.each([
  ['Example.com', 'Example.com'],
  ['', '.'],
  ['a b.example', 'a\\032b.example'],
  ['a\\b.example', 'a\\\\b.example'],
  [`a${LABEL_DOT}b.example`, 'a\\.b.example'],
  ['\0\x07\x7f\xff.example', '\\000\\007\\127\\255.example'],
  ['a\r\nb.example', 'a\\013\\010b.example'],
])('%j is printed as %s', (name, text) => {
  expect(printName(queryName(name))).toBe(text);
});
