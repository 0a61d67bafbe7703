/** Domain names as mail servers give them: what is taken, and why the rest is not. */
import { expect, test } from '@jest/globals';

import { domainName } from '../../src/net/index.js';
import { octetsOfText, type Octets } from '../../src/util/index.js';

const L63 = 'a'.repeat(63);

test.each([
  ['example.com', 'example.com'],
  ['Example.COM', 'Example.COM'], // the case is kept
  ['example.com.', 'example.com'], // RFC 7208 §4.3: a zero-length label at the end is fine
  ['_spf.ex-ample.com', '_spf.ex-ample.com'],
  ['1.2.3.4', '1.2.3.4'], // a name like any other: nobody publishes a record there
  ['-a-.example', '-a-.example'],
  [`${L63}.example`, `${L63}.example`],
  [`${L63}.${L63}.${L63}.${'b'.repeat(61)}`, `${L63}.${L63}.${L63}.${'b'.repeat(61)}`],
  ['bücher.example', 'xn--bcher-kva.example'],
  ['BÜCHER.Example', 'xn--bcher-kva.example'],
  ['bu\u0308cher.example', 'xn--bcher-kva.example'], // composed
  ['straße.example', 'xn--strae-oqa.example'], // IDNA 2008
  ['例え。テスト', 'xn--r8jz45g.xn--zckzah'], // a full stop of another script
  ['ＥＸＡＭＰＬＥ．com', 'example.com'], // full-width letters
  ['xn--bcher-kva.example', 'xn--bcher-kva.example'],
])('takes %s as %s', (name, ascii) => {
  expect(domainName(octetsOfText(name))).toEqual({ ok: true, value: ascii });
});

test.each([
  ['', 'empty'],
  ['.', 'empty'],
  ['localhost', 'single-label'],
  ['localhost.', 'single-label'],
  ['..', 'label-length'],
  ['example..com', 'label-length'],
  ['.example.com', 'label-length'],
  ['example.com..', 'label-length'],
  [`${L63}a.example`, 'label-length'],
  [`${L63}.${L63}.${L63}.${'b'.repeat(62)}`, 'name-length'],
  [`${'\u00c3\u00bc'.repeat(124)}.example`, 'name-length'], // 256 octets, and IDNA is not even tried
  ['a.'.repeat(30_000), 'name-length'],
  ['\xfc.'.repeat(30_000), 'name-length'],
  ['[192.0.2.1]', 'character'],
  ['[IPv6:2001:db8::1]', 'character'],
  ['2001:db8::1', 'character'],
  ['exam ple.com', 'character'],
  ['example.com\r\nX-Header: y', 'character'],
  ['example.com\0.evil.example', 'character'],
  ['user@example.com', 'character'],
  ['a%{d}.example', 'character'],
  ['*.example.com', 'character'],
  ['a/b.example', 'character'],
  ['example.com\x7f', 'character'],
  ['legitimate.example(.attacker.example', 'character'], // CVE-2020-12272
  ["legitimate.example'@attacker.example", 'character'],
  ['attacker.example>', 'character'],
  ['\u0378.example', 'idna'], // not assigned
  ['a\u200bb\ufffd.example', 'idna'],
  ['\u0301x.example', 'idna'], // begins with a mark
])('refuses %j: %s', (name, problem) => {
  expect(domainName(octetsOfText(name))).toEqual({ ok: false, error: problem });
});

test.each([
  'b\xfccher.example',
  '\xff\xfe.example',
  '\xc3.example',
  '\xed\xa0\x80.example',
  '\xc0\xae.example',
])('refuses octets that are not UTF-8: %j', (name) => {
  expect(domainName(name as Octets)).toEqual({ ok: false, error: 'idna' });
});

test('whatever is taken can be looked up: A-labels are measured, not U-labels', () => {
  expect(domainName(octetsOfText(`${'ü'.repeat(60)}.example`))).toEqual({ ok: false, error: 'label-length' });
});
