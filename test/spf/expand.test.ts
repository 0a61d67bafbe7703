/** Macro expansion (RFC 7208 §7). */
import { describe, expect, test } from '@jest/globals';

import { LABEL_DOT } from '../../src/dns/index.js';
import { IpAddress } from '../../src/net/index.js';
import {
  dottedAddress,
  expandDomainSpec,
  expandExplanation,
  type MacroValues,
} from '../../src/spf/expand.js';
import { parseExplanation } from '../../src/spf/parse.js';
import type { Octets } from '../../src/util/index.js';

function address(text: string): IpAddress {
  const ip = IpAddress.parse(text);
  if (ip === null) throw new Error(`not an address: ${text}`);
  return ip;
}

/** As in the examples of §7.4. */
const values: MacroValues = {
  ip: address('192.0.2.3'),
  localPart: 'strong-bad',
  senderDomain: 'email.example.com',
  helo: 'mx.example.org',
  validatedName: 'mx.example.org',
};
const DOMAIN = 'email.example.com';

function expand(macros: string, more: Partial<MacroValues> = {}): string | null {
  const parts = parseExplanation(macros as Octets);
  if (parts === null) throw new Error(`not a macro-string: ${macros}`);
  return expandDomainSpec(parts, DOMAIN, { ...values, ...more });
}

function explain(text: string, more: Partial<MacroValues> = {}, localPart = 'strong-bad'): string | null {
  const parts = parseExplanation(text as Octets);
  if (parts === null) throw new Error(`not a macro-string: ${text}`);
  const rest = { receiver: 'mx.example.net', seconds: 1_700_000_000, localPart };
  return expandExplanation(parts, DOMAIN, { ...values, ...more }, rest);
}

describe('the examples of §7.4', () => {
  test.each([
    ['%{s}', 'strong-bad@email.example.com'],
    ['%{o}', 'email.example.com'],
    ['%{d}', 'email.example.com'],
    ['%{d4}', 'email.example.com'],
    ['%{d3}', 'email.example.com'],
    ['%{d2}', 'example.com'],
    ['%{d1}', 'com'],
    ['%{dr}', 'com.example.email'],
    ['%{d2r}', 'example.email'],
    ['%{l}', 'strong-bad'],
    ['%{l-}', 'strong.bad'],
    ['%{lr}', 'strong-bad'],
    ['%{lr-}', 'bad.strong'],
    ['%{l1r-}', 'strong'],
    ['%{ir}.%{v}._spf.%{d2}', '3.2.0.192.in-addr._spf.example.com'],
    ['%{lr-}.lp._spf.%{d2}', 'bad.strong.lp._spf.example.com'],
    ['%{lr-}.lp.%{ir}.%{v}._spf.%{d2}', 'bad.strong.lp.3.2.0.192.in-addr._spf.example.com'],
    ['%{ir}.%{v}.%{l1r-}.lp._spf.%{d2}', '3.2.0.192.in-addr.strong.lp._spf.example.com'],
    ['%{d2}.trusted-domains.example.net', 'example.com.trusted-domains.example.net'],
  ])('%s is %s', (macros, text) => {
    expect(expand(macros)).toBe(text);
    expect(explain(macros)).toBe(text);
  });

  test('of IPv6, in upper case', () => {
    const nibbles = '1.0.B.C.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.B.D.0.1.0.0.2';
    expect(expand('%{ir}.%{v}._spf.%{d2}', { ip: address('2001:db8::cb01') })).toBe(
      `${nibbles}.ip6._spf.example.com`,
    );
  });
});

describe('transformers (§7.3)', () => {
  test.each([
    ['%{l}', 'a.b.c', 'a.b.c'],
    ['%{l1}', 'a.b.c', 'c'],
    ['%{l2}', 'a.b.c', 'b.c'],
    ['%{l9999}', 'a.b.c', 'a.b.c'],
    ['%{lr}', 'a.b.c', 'c.b.a'],
    ['%{l1r}', 'a.b.c', 'a'],
    ['%{l2r}', 'a.b.c', 'b.a'],
    ['%{l-}', 'a.b-c', 'a.b.c'],
    ['%{l1-}', 'a.b-c', 'c'],
    ['%{l1r-}', 'a.b-c', 'a.b'],
    ['%{l+-}', 'a+b-c.d', 'a.b.c.d'],
    ['%{l1+-}', 'a+b-c.d', 'c.d'],
    ['%{l.-}', 'a-b.c', 'a.b.c'],
    ['%{l,/_=}', 'a,b/c_d=e', 'a.b.c.d.e'],
    ['%{l-}', '-a--b-', '.a..b.'],
    ['%{l2-}', '-a--b-', 'b.'],
    ['%{l}', '', ''],
    ['%{lr1}'.replace('r1', '1r'), '', ''],
    ['%{l--}', 'a-b', 'a.b'],
  ])('%s of %s is %s', (macro, localPart, text) => {
    expect(expand(macro, { localPart })).toBe(text);
  });
});

describe('letters (§7.2)', () => {
  test.each([
    ['%{h}', 'mx.example.org'],
    ['%{p}', 'mx.example.org'],
    ['%{v}', 'in-addr'],
    ['%{i}', '192.0.2.3'],
    ['%{i2}', '2.3'],
    ['%{S}', 'strong-bad%40email.example.com'],
    ['%{O}', 'email.example.com'],
    ['%%', '%'],
    ['a%_b', 'a b'],
    ['a%-b', 'a%20b'],
    ['%%{d}', '%{d}'],
    ['%%%{d1}%%', '%com%'],
  ])('%s is %s', (macros, text) => {
    expect(expand(macros)).toBe(text);
    expect(explain(macros)).toBe(text);
  });

  test.each([
    ['%{c}', '192.0.2.3'],
    ['%{r}', 'mx.example.net'],
    ['%{t}', '1700000000'],
    ['%{C}|%{R}|%{T}', '192.0.2.3|mx.example.net|1700000000'],
    ['%{r1}', 'net'],
  ])('%s is for explanations: %s', (macros, text) => {
    expect(explain(macros)).toBe(text);
    expect(() => expand(macros)).toThrow('in a domain-spec'); // the parser lets none get there
  });

  test('%{c} of IPv6 is the canonical text, and what %{C} escapes in it', () => {
    expect(explain('%{c} %{C}', { ip: address('2001:db8::cb01') })).toBe(
      '2001:db8::cb01 2001%3Adb8%3A%3Acb01',
    );
  });
});

describe('escaping', () => {
  // CVE-2021-33912: one octet is exactly three characters, whatever its value.
  const all = String.fromCharCode(...Array.from({ length: 256 }, (_, octet) => octet));

  test('upper-case letters escape each octet that RFC 3986 does not leave alone', () => {
    const escaped = Array.from(all, (c) =>
      /[A-Za-z0-9\-._~]/.test(c) ? c : `%${Buffer.from(c, 'latin1').toString('hex').toUpperCase()}`,
    ).join('');
    expect(expand('%{L}', { localPart: all })).toBe(escaped);
    expect(explain('%{L}', {}, all)).toBe(escaped);
    expect(escaped).toHaveLength(256 + 2 * (256 - 66));
  });

  test('lower-case ones leave a name as it is, and escape in an explanation what is not printable', () => {
    expect(expand('%{l}', { localPart: all })).toBe(all);
    expect(explain('%{l}', {}, all)).toBe(
      Array.from(all, (c) =>
        c >= ' ' && c <= '~' ? c : `%${Buffer.from(c, 'latin1').toString('hex').toUpperCase()}`,
      ).join(''),
    );
  });

  test('%{L} of the octet 0xE9 is %E9', () => {
    expect(explain('%{L}', {}, '\xe9')).toBe('%E9');
  });

  test('a dot inside of a label of a PTR name is one octet like any other', () => {
    const validatedName = `a${LABEL_DOT}b.example`;
    expect(expand('%{p}', { validatedName })).toBe(validatedName);
    expect(expand('%{P}', { validatedName })).toBe('a%2Eb.example');
    expect(explain('%{p}', { validatedName })).toBe('a%2Eb.example');
  });

  test('a lone surrogate, which no octet is, throws nothing', () => {
    expect(explain('%{L}', {}, '\ud800')).toBe('%00');
  });
});

describe('bounds', () => {
  test('a macro without a value makes the whole null', () => {
    expect(expand('a.%{l}.example', { localPart: null })).toBeNull();
    expect(expand('a.%{s1}.example', { localPart: null })).toBeNull();
    expect(expand('a.%{o}.example', { localPart: null })).toBe('a.email.example.com.example');
  });

  // CVE-2021-20314: one limit, and checked as the text grows.
  test('an explanation of 28 macros and a local part of 4 KiB is beyond all bounds, and no exception', () => {
    const text = `${'x'.repeat(765)} ${'%{L}'.repeat(28)}`;
    expect(explain(text, {}, '\xff'.repeat(4096))).toBeNull();
    expect(explain(`${'x'.repeat(765)} ${'%{L}'.repeat(28)}`, {}, 'a'.repeat(64))).toHaveLength(
      766 + 28 * 64,
    );
  });

  test('a string of thousands of macros ends early', () => {
    expect(expand('%{s}'.repeat(10_000))).toBeNull();
  });
});

test.each([
  ['192.0.2.1', '192.0.2.1'],
  ['::ffff:192.0.2.1', '192.0.2.1'],
  ['2001:db8::cb01', '2.0.0.1.0.D.B.8.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.C.B.0.1'],
  ['::', Array(32).fill('0').join('.')],
])('%%{i} of %s is %s', (text, dotted) => {
  expect(dottedAddress(address(text))).toBe(dotted);
});
