/** Lists of addresses and domains, as administrators write them. */
import { describe, expect, test } from '@jest/globals';

import { AddressList, addressPattern, splitAddress } from '../../src/smtp/index.js';
import { octetsOfText, type Octets } from '../../src/util/index.js';

function listOf(...texts: readonly string[]): AddressList {
  return new AddressList(
    texts.map((text) => {
      const pattern = addressPattern(text);
      if (!pattern.ok) throw new Error(`${text}: ${JSON.stringify(pattern.error)}`);
      return pattern.value;
    }),
  );
}

describe('patterns', () => {
  test.each([
    { text: 'user@example.com', pattern: { kind: 'address', localPart: 'user', domain: 'example.com' } },
    { text: '<user@example.com>', pattern: { kind: 'address', localPart: 'user', domain: 'example.com' } },
    { text: 'a@b@example.com', pattern: { kind: 'address', localPart: 'a@b', domain: 'example.com' } },
    {
      text: 'first last@example.com',
      pattern: { kind: 'address', localPart: 'first last', domain: 'example.com' },
    },
    { text: 'example.com', pattern: { kind: 'domain', domain: 'example.com' } },
    { text: 'example.com.', pattern: { kind: 'domain', domain: 'example.com' } },
    { text: '@example.com', pattern: { kind: 'domain', domain: 'example.com' } },
    { text: 'bücher.example', pattern: { kind: 'domain', domain: 'xn--bcher-kva.example' } },
    { text: '.example.com', pattern: { kind: 'below', domain: 'example.com' } },
    { text: '@.example.com', pattern: { kind: 'below', domain: 'example.com' } },
    { text: '.example', pattern: { kind: 'below', domain: 'example' } },
    { text: 'postmaster', pattern: { kind: 'local-part', localPart: 'postmaster' } },
    {
      text: '/^bounce-.*@x\\.example$/',
      pattern: { kind: 'expression', expression: /^bounce-.*@x\.example$/i },
    },
  ])('$text', ({ text, pattern }) => {
    expect(addressPattern(text)).toEqual({ ok: true, value: pattern });
  });

  test.each([
    { text: '', error: { kind: 'local-part' } },
    { text: 'two words', error: { kind: 'local-part' } },
    { text: 'user@', error: { kind: 'domain', problem: 'empty' } },
    { text: 'user@localhost', error: { kind: 'domain', problem: 'single-label' } },
    { text: '@', error: { kind: 'domain', problem: 'empty' } },
    { text: '.', error: { kind: 'domain', problem: 'empty' } },
    { text: 'a..example', error: { kind: 'domain', problem: 'label-length' } },
    { text: '*.example.com', error: { kind: 'domain', problem: 'character' } },
    { text: 'user@[192.0.2.1]', error: { kind: 'domain', problem: 'character' } },
    { text: 'x'.repeat(513), error: { kind: 'length' } },
    { text: '/foo/i', error: { kind: 'slashes' } },
    { text: '/a/b', error: { kind: 'slashes' } },
    { text: '/', error: { kind: 'slashes' } },
    { text: '//', error: { kind: 'slashes' } },
    {
      text: '/(/',
      error: { kind: 'expression', problem: expect.stringContaining('Unterminated group') },
    },
  ])('not "$text"', ({ text, error }) => {
    expect(addressPattern(text)).toEqual({ ok: false, error });
  });
});

describe('expressions', () => {
  test.each([
    '^bounce-.*@example\\.org$',
    '^(a|b)@x\\.example$',
    '^(?:noreply|no-reply|bounce)[+-].*@(?:.*\\.)?example\\.org$',
    '^[a-z0-9._-]+\\+[a-z]+@.+\\.example$',
    '@(?:[^.]+\\.)?[^.]+\\.example$',
    '^(?:ab)+@',
    '^(?:\\d{1,3}\\.){3}\\d{1,3}@',
    '^x{320}$',
    '[(|+)*]\\(\\|+',
    '^a{,5}[^]+$',
    '^(?<user>.+)@(?=x)(?!y)',
    '^.*?-.*?-.*?@',
  ])('taken: %s', (source) => {
    expect(addressPattern(`/${source}/`)).toMatchObject({ ok: true });
  });

  test.each([
    ['^([a-z0-9]+[.-]?)+@news\\.example$', 'nested'],
    ['^(a+)+$', 'nested'],
    ['^(?:a*)*$', 'nested'],
    ['^(?:a+){2,}$', 'nested'],
    ['^(a|b)+$', 'nested'],
    ['^(a|aa)*?$', 'nested'],
    ['^((a|a))+$', 'nested'],
    ['^(?:x(?<y>a?a?))+$', 'nested'],
    ['^(?=(a+)+$)', 'nested'],
    ['^(\\)|a)+$', 'nested'],
    ['^([)]|a)+$', 'nested'],
    ['^.*.*.*.*$', 'repetitions'],
    ['.*.*.*$', 'repetitions'],
    ['^a|.*.*.*$', 'repetitions'],
    [`^${'a?'.repeat(40)}$`, 'repetitions'],
    ['^(a|a){40}$', 'repetitions'],
    ['^(a{1,9}){40}$', 'repetitions'],
    ['^(a+){9}$', 'repetitions'],
    ['^a{0,300}a{0,300}a{0,300}a{0,300}$', 'repetitions'],
    ['^(.)\\1$', 'back-reference'],
    ['^(?<a>.)\\k<a>$', 'back-reference'],
    ['(?<=a)b', 'lookbehind'],
    ['(?<!a)b', 'lookbehind'],
  ])('not taken: %s', (source, problem) => {
    expect(addressPattern(`/${source}/`)).toEqual({ ok: false, error: { kind: 'cost', problem } });
  });
});

describe('addresses', () => {
  test.each([
    { listed: 'user@example.com', address: 'user@example.com', has: true },
    { listed: 'User@Example.com', address: 'uSER@eXAMPLE.COM', has: true },
    { listed: 'user@example.com', address: 'user@example.com.', has: true },
    { listed: 'user@example.com', address: 'user@a.example.com', has: false },
    { listed: 'user@example.com', address: 'other@example.com', has: false },
    { listed: 'user@example.com', address: 'user@example.com@evil.example', has: false },
    { listed: 'user@bücher.example', address: 'user@BÜCHER.example', has: true },
    { listed: 'user@bücher.example', address: 'user@xn--bcher-kva.example', has: true },
    { listed: 'example.com', address: 'any@example.com', has: true },
    { listed: 'example.com', address: 'any@Example.COM', has: true },
    { listed: 'example.com', address: 'any@a.example.com', has: false },
    { listed: 'example.com', address: 'any@notexample.com', has: false },
    { listed: '.example.com', address: 'any@a.example.com', has: true },
    { listed: '.example.com', address: 'any@a.b.example.com', has: true },
    { listed: '.example.com', address: 'any@example.com', has: false },
    { listed: '.example.com', address: 'any@.example.com', has: false },
    { listed: '.example.com', address: 'any@notexample.com', has: false },
    { listed: '.example', address: 'any@a.example', has: true },
    { listed: 'postmaster', address: 'PostMaster@whatever.example', has: true },
    { listed: 'postmaster', address: 'postmaster', has: true },
    { listed: 'postmaster', address: 'postmaster@[192.0.2.1]', has: true },
    { listed: 'postmaster', address: 'postmaster2@example.com', has: false },
    { listed: '/^bounce-/', address: 'Bounce-1@example.com', has: true },
    { listed: '/^bounce-/', address: 'no-bounce-1@example.com', has: false },
    { listed: '/@example\\.com$/', address: 'user@example.com', has: true },
    { listed: '/.*/', address: '', has: false }, // the null sender is nobody's
    { listed: 'postmaster', address: '', has: false },
  ])('$listed, $address: $has', ({ listed, address, has }) => {
    expect(listOf(listed).hasAddress(splitAddress(octetsOfText(address)))).toBe(has);
    expect(
      listOf('x@other.example', listed, 'other.example', '.other.example').hasAddress(
        splitAddress(octetsOfText(address)),
      ),
    ).toBe(has);
  });

  test('an expression sees a beginning only', () => {
    const address = splitAddress(octetsOfText(`${'x'.repeat(400)}@example.com`));
    expect(listOf('/@example\\.com$/').hasAddress(address)).toBe(false);
    expect(listOf('/^x{320}$/').hasAddress(address)).toBe(true);
  });
});

describe('domains', () => {
  test.each([
    { listed: 'example.com', domain: 'EXAMPLE.com.', has: true },
    { listed: 'example.com', domain: 'a.example.com', has: false },
    { listed: '.example.com', domain: 'a.example.com', has: true },
    { listed: '.example.com', domain: 'example.com', has: false },
    { listed: 'bücher.example', domain: 'xn--BCHER-kva.example', has: true },
    { listed: 'user@example.com', domain: 'example.com', has: false },
    { listed: 'postmaster', domain: 'postmaster', has: false },
    { listed: '/example/', domain: 'example.com', has: false },
    { listed: 'example.com', domain: '', has: false },
    { listed: 'example.com', domain: '[192.0.2.1]', has: false },
  ])('$listed, $domain: $has', ({ listed, domain, has }) => {
    expect(listOf(listed).hasDomain(octetsOfText(domain))).toBe(has);
  });

  test('of any octets and any length', () => {
    const list = listOf('example.com', '.example.com');
    for (const text of ['\xff\xfe', '\0', '.'.repeat(100_000), 'a.'.repeat(100_000)]) {
      expect(list.hasDomain(text as Octets)).toBe(false);
    }
  });
});

test.each([
  { texts: [], isEmpty: true },
  { texts: ['example.com'], isEmpty: false },
])('$texts is empty: $isEmpty', ({ texts, isEmpty }) => {
  expect(listOf(...texts).isEmpty).toBe(isEmpty);
});
