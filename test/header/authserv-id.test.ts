/** Names of hosts in Authentication-Results: ours, and who pretends to have it (RFC 8601 §2.2, §5). */
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';

import { authservId, authservIdOf, isForged, type AuthservId } from '../../src/header/index.js';
import { octetsOfText, type Octets } from '../../src/util/index.js';
import { SEED } from '../support/seed.js';

function idOf(text: string): AuthservId {
  const id = authservId(text);
  if (!id.ok) throw new Error(`${id.error}: ${text}`);
  return id.value;
}

describe('ours', () => {
  test.each([
    { text: 'mx.example.net', id: 'mx.example.net' },
    { text: 'MX1', id: 'MX1' },
    { text: 'mx.example.net.', id: 'mx.example.net' },
    { text: 'mx+in_1!', id: 'mx+in_1!' },
    { text: 'mx.bücher.example', id: 'mx.xn--bcher-kva.example' },
    { text: 'a'.repeat(255), id: 'a'.repeat(255) },
  ])('$text', ({ text, id }) => {
    expect(authservId(text)).toEqual({ ok: true, value: id });
  });

  test.each([
    { text: '', error: 'empty' },
    { text: 'a'.repeat(256), error: 'too-long' },
    { text: 'mx example', error: 'character' },
    { text: 'mx/1', error: 'character' },
    { text: 'mx;', error: 'character' },
    { text: '[192.0.2.1]', error: 'character' },
    { text: 'mx\r\nX: y', error: 'character' },
    { text: '"mx"', error: 'character' },
    { text: 'mx..example', error: 'empty-label' },
    { text: '.mx', error: 'empty-label' },
    { text: '.', error: 'character' },
    { text: 'mx.\ufffd.example', error: 'idna' },
    { text: 'ü b.example', error: 'idna' },
  ])('not $#: $error', ({ text, error }) => {
    expect(authservId(text)).toEqual({ ok: false, error });
  });
});

const OURS = 'mail.gluet.ch';

describe('forged fields', () => {
  test.each([
    { what: 'bare', value: ' mail.gluet.ch; spf=pass smtp.mailfrom=bank.test' },
    { what: 'without a blank before it', value: 'mail.gluet.ch;none' },
    {
      what: 'in quotes, with a backslash, folded, between comments',
      value: ' (unusual but legal\n  comment) "mail.G\\luet.ch" (<- …); spf=pass smtp.mailfrom=bank.test',
    },
    { what: 'in upper case', value: ' MAIL.GLUET.CH; spf=pass' },
    { what: 'folded with a tab', value: '\n\tmail.gluet.ch\n\t; spf=pass' },
    { what: 'folded with CR LF', value: '\r\n  mail.gluet.ch\r\n ;\r\n spf=pass' },
    { what: 'with stray line ends', value: '\r\r\nmail.gluet.ch\f\v; spf=pass' },
    { what: 'with a version', value: ' mail.gluet.ch 1; spf=pass' },
    { what: 'with a version behind a comment', value: ' mail.gluet.ch(x)1; spf=pass' },
    { what: 'with a comment right behind', value: ' mail.gluet.ch(x); spf=pass' },
    { what: 'behind nested comments', value: ' (a(b(c)\\)d)(\\()) mail.gluet.ch; spf=pass' },
    { what: 'behind a comment with a quote in it', value: ' (") mail.gluet.ch; spf=pass' },
    { what: 'behind a comment that is no UTF-8', value: ' (\xff\xfe) mail.gluet.ch; spf=pass' },
    { what: 'every letter escaped', value: ` "${OURS.replace(/./g, '\\$&')}"; spf=pass` },
    { what: 'folded in quotes, with no blank left', value: ' "mail.gluet\r\n.ch"; spf=pass' },
    { what: 'and nothing else', value: ' mail.gluet.ch' },
    { what: 'without a semicolon', value: ' mail.gluet.ch spf=pass' },
    { what: 'with a final dot', value: ' mail.gluet.ch.; spf=pass' },
    { what: 'before a comment without an end', value: ' mail.gluet.ch (; spf=pass' },
    { what: 'in full-width letters', value: ' ｍail.gluet.ch; spf=pass' },
    { what: 'with an invisible character', value: ' mail.glu\u00adet.ch; spf=pass' },
    { what: 'with an ideographic full stop', value: ' "mail。gluet。ch"; spf=pass' },
    // What OpenDMARC 1.4.2 reads as ours, and no grammar allows.
    { what: 'backslashes outside of quotes', value: ' mail\\.gluet\\.ch; spf=pass' },
    { what: 'blanks around dots', value: ' mail . gluet\n .ch; spf=pass' },
    { what: 'comments around dots', value: ' mail (x) .(y) gluet.(z)(z) ch; spf=pass' },
    { what: 'quotes in the middle', value: ' mail."glu"et.ch; spf=pass' },
    { what: 'a word in quotes that looks like a comment', value: ' "(x" mail.gluet.ch; spf=pass' },
    { what: 'such a word in front of a dot', value: ' mail \\( .gluet.ch; spf=pass' },
    { what: 'before what is no word', value: ' mail.gluet.ch /; spf=pass' },
    { what: 'such words behind a dot', value: ' \\(x mail."(y)" gluet.ch; spf=pass' },
    { what: 'a parenthesis that closes nothing', value: ' )mail.glu)et.ch ); spf=pass' },
    { what: '100 kB of a comment in front', value: `(${'x'.repeat(100_000)})mail.gluet.ch; spf=pass` },
    {
      what: '100 kB of nested comments in front',
      value: `${'('.repeat(50_000)}${')'.repeat(50_000)}mail.gluet.ch; spf=pass`,
    },
  ])('$what', ({ value }) => {
    expect(isForged(octetsOfText(value), idOf(OURS))).toBe(true);
    expect(isForged(octetsOfText(value), idOf('mail.gluet.example'))).toBe(false);
  });

  test.each([
    { claimed: 'mx.bücher.example', ours: 'mx.bücher.example' },
    { claimed: 'mx.xn--bcher-kva.example', ours: 'mx.bücher.example' },
    { claimed: 'MX.XN--BCHER-KVA.example', ours: 'mx.bücher.example' },
    { claimed: '"mx.b\\ücher.example"', ours: 'mx.xn--bcher-kva.example' },
    { claimed: 'mx.BÜCHER.example.', ours: 'mx.xn--bcher-kva.example' },
    { claimed: 'mx.bu\u0308cher.example', ours: 'mx.xn--bcher-kva.example' },
  ])('$claimed is $ours', ({ claimed, ours }) => {
    expect(isForged(octetsOfText(`${claimed}; spf=pass`), idOf(ours))).toBe(true);
  });
});

describe('fields of others', () => {
  test.each([
    { what: 'another host', value: ' mx.example.org; spf=pass', id: 'mx.example.org' },
    { what: 'a host below ours', value: ' a.mail.gluet.ch; spf=pass', id: 'a.mail.gluet.ch' },
    { what: 'a host above ours', value: ' gluet.ch; spf=pass', id: 'gluet.ch' },
    { what: 'a host and a version, folded', value: ' (c) myhost.org\n  1; spf=pass', id: 'myhost.org' },
    { what: 'ours in the comment alone', value: ' (mail.gluet.ch) mx.org; none', id: 'mx.org' },
    { what: 'ours as a result', value: ' mx.org; x=mail.gluet.ch', id: 'mx.org' },
    { what: 'an id of two words', value: ' "mail.gluet.ch x"; none', id: 'mail.gluet.ch x' },
    { what: 'octets that are no UTF-8', value: ' m\xffx; none', id: 'm\xffx' },
    { what: 'a comment in the middle', value: ' ma(x)il.gluet.ch; none', id: 'ma' },
    { what: 'no token', value: ' (…) mail.gluet.ch/1234; spf=pass', id: null },
    { what: 'a pair', value: ' mail.gluet.ch=x; spf=pass', id: null },
    { what: 'nothing', value: '', id: null },
    { what: 'blanks', value: ' \n\t', id: null },
    { what: 'a comment alone', value: ' (mail.gluet.ch)', id: null },
    { what: 'a comment without an end', value: ' (mail.gluet.ch; spf=pass', id: null },
    { what: 'no id', value: '; mail.gluet.ch; spf=pass', id: null },
    { what: 'an empty id', value: ' ""; spf=pass', id: null },
    { what: 'a quote without an end', value: ' "mail.gluet.ch; spf=pass', id: null },
    { what: 'a quote whose end is escaped', value: ' "mail.gluet.ch\\"; spf=pass', id: null },
    { what: 'a backslash at the end', value: ' (x\\', id: null },
    { what: 'NUL', value: ' mail.gluet.ch\0; spf=pass', id: null },
  ])('$what', ({ value, id }) => {
    expect(authservIdOf(value as Octets)).toBe(id);
    expect(isForged(value as Octets, idOf(OURS))).toBe(false);
  });
});

test.each([
  '(',
  ')',
  '()',
  '(\\',
  '"',
  '"a"',
  '\\',
  ' ',
  '\n ',
  '.',
  'a.',
  'a .',
  'a(',
  'a(.).',
  '\xc3\xbc.',
])('100 kB of %j are read in time', (piece) => {
  const value = piece.repeat(Math.ceil(100_000 / piece.length)) as Octets;
  expect(isForged(value, idOf(OURS))).toBe(false);
});

test('however ours is spelt, it is found', () => {
  const blank = fc.constantFrom('', ' ', '\n\t', '\r\n ', '(c)', ' (a (b) \\) c) ', '(")\n ');
  const letter = (c: string) => fc.constantFrom(c, c.toUpperCase(), `\\${c}`, `\\${c.toUpperCase()}`);
  const word = fc.oneof(
    fc.tuple(...Array.from(OURS, (c) => fc.constantFrom(c, c.toUpperCase()))).map((all) => all.join('')),
    fc.tuple(...Array.from(OURS, letter)).map((all) => `"${all.join('')}"`),
  );
  const behind = fc.constantFrom('', ';', '; none', ' 1; spf=pass', '(x)1;spf=pass', '\n ;');
  fc.assert(
    fc.property(blank, word, blank, behind, (before, id, after, rest) => {
      expect(isForged((before + id + after + rest) as Octets, idOf(OURS))).toBe(true);
    }),
    { seed: SEED, numRuns: 1000 },
  );
});

test('whatever is read raises no exception', () => {
  const piece = fc.constantFrom(
    '(',
    ')',
    '"',
    '\\',
    ';',
    '.',
    ' ',
    '\r\n ',
    '\n',
    'a',
    '1',
    '\0',
    '\xff',
    '\xc3\xbc',
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 40 }), (pieces) => {
      isForged(pieces.join('') as Octets, idOf(OURS));
    }),
    { seed: SEED, numRuns: 5000 },
  );
});
