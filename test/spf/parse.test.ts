/** The record parser: what it refuses and where, what it reads, and the printer that undoes it. */
import { describe, expect, test } from '@jest/globals';

import { IpAddress } from '../../src/net/index.js';
import { parseRecord, printDirective, printRecord, type RecordProblem } from '../../src/spf/index.js';
import { parseExplanation } from '../../src/spf/parse.js';
import { printMacroString } from '../../src/spf/print.js';
import type { Octets } from '../../src/util/index.js';

const LONG = 'x'.repeat(64);

interface Refusal {
  readonly text: string;
  readonly code: RecordProblem['code'];
  readonly term: string;
  readonly offset: number;
}

const refusals: readonly Refusal[] = [
  // §4.5, §4.6.1
  { text: '', code: 'no-version', term: '', offset: 0 },
  { text: 'v=spf', code: 'no-version', term: 'v=spf', offset: 0 },
  { text: 'v=spf10 all', code: 'no-version', term: 'v=spf1', offset: 0 },
  { text: 'v=spf1\tall', code: 'no-version', term: 'v=spf1', offset: 0 },
  { text: 'v=spf1\nall', code: 'no-version', term: 'v=spf1', offset: 0 },
  { text: 'v=spf1\n', code: 'no-version', term: 'v=spf1', offset: 0 },
  { text: ' v=spf1 all', code: 'no-version', term: ' v=spf', offset: 0 },
  // §4.6, §12: after a match, too
  { text: 'v=spf1 all moo', code: 'unknown-mechanism', term: 'moo', offset: 11 },
  { text: 'v=spf1 -moo:foo', code: 'unknown-mechanism', term: '-moo:foo', offset: 8 },
  { text: 'v=spf1 -', code: 'unknown-mechanism', term: '-', offset: 8 },
  { text: 'v=spf1 + all', code: 'unknown-mechanism', term: '+', offset: 8 },
  { text: 'v=spf1 --all', code: 'unknown-mechanism', term: '--all', offset: 8 },
  { text: 'v=spf1 -redirect=a.example', code: 'unknown-mechanism', term: '-redirect=a.example', offset: 8 },
  { text: 'v=spf1 =x', code: 'unknown-mechanism', term: '=x', offset: 7 },
  { text: 'v=spf1 1=x', code: 'unknown-mechanism', term: '1=x', offset: 7 },
  { text: 'v=spf1 all.', code: 'unknown-mechanism', term: 'all.', offset: 7 },
  { text: 'v=spf1 a.example', code: 'unknown-mechanism', term: 'a.example', offset: 7 },
  { text: 'v=spf1 \x80a', code: 'unknown-mechanism', term: '\x80a', offset: 7 },
  { text: 'v=spf1 192.0.2.1', code: 'unknown-mechanism', term: '192.0.2.1', offset: 7 },
  // §5.1: all takes nothing
  { text: 'v=spf1 all:x', code: 'unexpected-argument', term: 'all:x', offset: 10 },
  { text: 'v=spf1 -all/8', code: 'unexpected-argument', term: '-all/8', offset: 11 },
  { text: 'v=spf1 all\xff', code: 'unexpected-argument', term: 'all\xff', offset: 10 },
  // §5.2, §5.7
  { text: 'v=spf1 include', code: 'missing-argument', term: 'include', offset: 14 },
  { text: 'v=spf1 include:', code: 'missing-argument', term: 'include:', offset: 15 },
  { text: 'v=spf1 include/24', code: 'unexpected-argument', term: 'include/24', offset: 14 },
  { text: 'v=spf1 include:a.example/24', code: 'bad-domain', term: 'include:a.example/24', offset: 15 },
  { text: 'v=spf1 exists', code: 'missing-argument', term: 'exists', offset: 13 },
  { text: 'v=spf1 exists:', code: 'missing-argument', term: 'exists:', offset: 14 },
  { text: 'v=spf1 exists:%{d}/24', code: 'bad-domain', term: 'exists:%{d}/24', offset: 14 },
  // §5.3, §5.4
  { text: 'v=spf1 a:', code: 'missing-argument', term: 'a:', offset: 9 },
  { text: 'v=spf1 a:/24', code: 'missing-argument', term: 'a:/24', offset: 9 },
  { text: 'v=spf1 a/', code: 'unexpected-argument', term: 'a/', offset: 8 },
  { text: 'v=spf1 a//', code: 'unexpected-argument', term: 'a//', offset: 8 },
  { text: 'v=spf1 a///64', code: 'unexpected-argument', term: 'a///64', offset: 8 },
  { text: 'v=spf1 a/24/24', code: 'unexpected-argument', term: 'a/24/24', offset: 8 },
  { text: 'v=spf1 a//64/24', code: 'unexpected-argument', term: 'a//64/24', offset: 8 },
  { text: 'v=spf1 a/33', code: 'bad-prefix', term: 'a/33', offset: 8 },
  { text: 'v=spf1 a/024', code: 'bad-prefix', term: 'a/024', offset: 8 },
  { text: 'v=spf1 a/00', code: 'bad-prefix', term: 'a/00', offset: 8 },
  { text: 'v=spf1 a//129', code: 'bad-prefix', term: 'a//129', offset: 9 },
  { text: 'v=spf1 a/99999999999999999999', code: 'bad-prefix', term: 'a/99999999999999999999', offset: 8 },
  { text: 'v=spf1 mx:a.example/24//129', code: 'bad-prefix', term: 'mx:a.example/24//129', offset: 23 },
  { text: 'v=spf1 mx/33//64', code: 'bad-prefix', term: 'mx/33//64', offset: 9 },
  { text: 'v=spf1 mx:a.example/', code: 'bad-domain', term: 'mx:a.example/', offset: 10 },
  { text: 'v=spf1 mx:192.0.2.1', code: 'bad-domain', term: 'mx:192.0.2.1', offset: 10 },
  { text: 'v=spf1 a:example', code: 'bad-domain', term: 'a:example', offset: 9 },
  { text: 'v=spf1 a=x a:x=y', code: 'bad-domain', term: 'a:x=y', offset: 13 },
  // §5.5
  { text: 'v=spf1 ptr:', code: 'missing-argument', term: 'ptr:', offset: 11 },
  { text: 'v=spf1 ptr/24', code: 'unexpected-argument', term: 'ptr/24', offset: 10 },
  { text: 'v=spf1 ptr:a.example/24', code: 'bad-domain', term: 'ptr:a.example/24', offset: 11 },
  // §5.6
  { text: 'v=spf1 ip4', code: 'missing-argument', term: 'ip4', offset: 10 },
  { text: 'v=spf1 ip4:', code: 'missing-argument', term: 'ip4:', offset: 11 },
  { text: 'v=spf1 ip4/8', code: 'unexpected-argument', term: 'ip4/8', offset: 10 },
  { text: 'v=spf1 ip4=x ip4:/8', code: 'bad-address', term: 'ip4:/8', offset: 17 },
  { text: 'v=spf1 ip4:192.0.2', code: 'bad-address', term: 'ip4:192.0.2', offset: 11 },
  { text: 'v=spf1 ip4:192.0.2.256', code: 'bad-address', term: 'ip4:192.0.2.256', offset: 11 },
  { text: 'v=spf1 ip4:192.0.2.01', code: 'bad-address', term: 'ip4:192.0.2.01', offset: 11 },
  { text: 'v=spf1 ip4:192.0.2.1:25', code: 'bad-address', term: 'ip4:192.0.2.1:25', offset: 11 },
  { text: 'v=spf1 ip4:%{i}', code: 'bad-address', term: 'ip4:%{i}', offset: 11 },
  { text: 'v=spf1 ip4:a.example', code: 'bad-address', term: 'ip4:a.example', offset: 11 },
  { text: 'v=spf1 ip4:::ffff:192.0.2.1', code: 'bad-address', term: 'ip4:::ffff:192.0.2.1', offset: 11 },
  { text: 'v=spf1 ip4:192.0.2.1/33', code: 'bad-prefix', term: 'ip4:192.0.2.1/33', offset: 20 },
  { text: 'v=spf1 ip4:192.0.2.1/', code: 'bad-prefix', term: 'ip4:192.0.2.1/', offset: 20 },
  { text: 'v=spf1 ip4:192.0.2.1//32', code: 'bad-prefix', term: 'ip4:192.0.2.1//32', offset: 20 },
  { text: 'v=spf1 ip4:192.0.2.1/+8', code: 'bad-prefix', term: 'ip4:192.0.2.1/+8', offset: 20 },
  { text: 'v=spf1 ip4:192.0.2.1/08', code: 'bad-prefix', term: 'ip4:192.0.2.1/08', offset: 20 },
  { text: 'v=spf1 ip6:192.0.2.1', code: 'bad-address', term: 'ip6:192.0.2.1', offset: 11 },
  { text: 'v=spf1 ip6:::1%eth0', code: 'bad-address', term: 'ip6:::1%eth0', offset: 11 },
  { text: 'v=spf1 ip6:::1::', code: 'bad-address', term: 'ip6:::1::', offset: 11 },
  { text: 'v=spf1 ip6:a:::1', code: 'bad-address', term: 'ip6:a:::1', offset: 11 },
  { text: 'v=spf1 ip6:00001::', code: 'bad-address', term: 'ip6:00001::', offset: 11 },
  { text: 'v=spf1 ip6:::1/129', code: 'bad-prefix', term: 'ip6:::1/129', offset: 14 },
  // §6
  { text: 'v=spf1 redirect=', code: 'missing-argument', term: 'redirect=', offset: 16 },
  { text: 'v=spf1 redirect=a', code: 'bad-domain', term: 'redirect=a', offset: 16 },
  { text: 'v=spf1 redirect:a.example', code: 'unknown-mechanism', term: 'redirect:a.example', offset: 7 },
  { text: 'v=spf1 exp=', code: 'missing-argument', term: 'exp=', offset: 11 },
  {
    text: 'v=spf1 redirect=a.b redirect=c.d',
    code: 'repeated-modifier',
    term: 'redirect=c.d',
    offset: 20,
  },
  { text: 'v=spf1 exp=a.b EXP=a.b', code: 'repeated-modifier', term: 'EXP=a.b', offset: 15 },
  { text: 'v=spf1 x=%', code: 'bad-macro', term: 'x=%', offset: 9 },
  { text: 'v=spf1 x=a\x7f', code: 'bad-character', term: 'x=a\x7f', offset: 10 },
  { text: 'v=spf1 x=\tz', code: 'bad-character', term: 'x=\tz', offset: 9 },
  // §7.1
  { text: 'v=spf1 a:%{d', code: 'bad-macro', term: 'a:%{d', offset: 9 },
  { text: 'v=spf1 a:%', code: 'bad-macro', term: 'a:%', offset: 9 },
  { text: 'v=spf1 a:%{', code: 'bad-macro', term: 'a:%{', offset: 9 },
  { text: 'v=spf1 a:x%{d}.%a.example', code: 'bad-macro', term: 'a:x%{d}.%a.example', offset: 15 },
  { text: 'v=spf1 a:%{x}.example', code: 'bad-macro', term: 'a:%{x}.example', offset: 9 },
  { text: 'v=spf1 a:%{c}.example', code: 'bad-macro', term: 'a:%{c}.example', offset: 9 },
  { text: 'v=spf1 a:%{r}.example', code: 'bad-macro', term: 'a:%{r}.example', offset: 9 },
  { text: 'v=spf1 a:%{t}.example', code: 'bad-macro', term: 'a:%{t}.example', offset: 9 },
  { text: 'v=spf1 a:%{d0}.example', code: 'bad-macro', term: 'a:%{d0}.example', offset: 9 },
  { text: 'v=spf1 a:%{d1rr}.example', code: 'bad-macro', term: 'a:%{d1rr}.example', offset: 9 },
  { text: 'v=spf1 a:%{d*}.example', code: 'bad-macro', term: 'a:%{d*}.example', offset: 9 },
  { text: 'v=spf1 a:\x01.example', code: 'bad-character', term: 'a:\x01.example', offset: 9 },
  { text: 'v=spf1 a:b\xfccher.example', code: 'bad-character', term: 'a:b\xfccher.example', offset: 10 },
  { text: 'v=spf1 a:%{d}x', code: 'bad-domain', term: 'a:%{d}x', offset: 9 },
  { text: 'v=spf1 a:a.-x', code: 'bad-domain', term: 'a:a.-x', offset: 9 },
  { text: 'v=spf1 a:a.x-', code: 'bad-domain', term: 'a:a.x-', offset: 9 },
  { text: 'v=spf1 a:a.b_c', code: 'bad-domain', term: 'a:a.b_c', offset: 9 },
  { text: 'v=spf1 a:a.x-.', code: 'bad-domain', term: 'a:a.x-.', offset: 9 },
  { text: 'v=spf1 a:.example', code: 'bad-domain', term: 'a:.example', offset: 9 },
  { text: 'v=spf1 a:example..', code: 'bad-domain', term: 'a:example..', offset: 9 },
  // §4.8
  { text: `v=spf1 a:a.${LONG}`, code: 'bad-label', term: `a:a.${LONG}`, offset: 9 },
  { text: `v=spf1 a:a.${LONG}.`, code: 'bad-label', term: `a:a.${LONG}.`, offset: 9 },
  { text: 'v=spf1 a:a..example', code: 'bad-label', term: 'a:a..example', offset: 9 },
  { text: `v=spf1 a:${LONG}.example`, code: 'bad-label', term: `a:${LONG}.example`, offset: 9 },
  { text: `v=spf1 a:%{d}.${LONG}.example`, code: 'bad-label', term: `a:%{d}.${LONG}.example`, offset: 9 },
];

test.each(refusals)('refuses $text: $code at $offset', ({ text, code, term, offset }) => {
  expect(parseRecord(text as Octets)).toEqual({ ok: false, error: { code, term, offset } });
});

test.each([
  // as written, as printed
  ['v=spf1', 'v=spf1'],
  ['V=SPF1  ', 'v=spf1'],
  ['v=spf1 +all', 'v=spf1 all'],
  ['v=spf1   A  mX  -ALL ', 'v=spf1 a mx -all'],
  ['v=spf1 ?ptr ~ptr:a.example -exists:%{i}.a.example', 'v=spf1 ?ptr ~ptr:a.example -exists:%{i}.a.example'],
  ['v=spf1 a/32//128 mx/24//64', 'v=spf1 a mx/24//64'],
  ['v=spf1 a:a.example/0//0 a//0 a/0', 'v=spf1 a:a.example/0//0 a//0 a/0'],
  ['v=spf1 ip4:192.0.2.0/24 ip4:192.0.2.1/32', 'v=spf1 ip4:192.0.2.0/24 ip4:192.0.2.1'],
  ['v=spf1 ip6:2001:DB8:0:0::/32 ip6:::1/128', 'v=spf1 ip6:2001:db8::/32 ip6:::1'],
  ['v=spf1 ip6:::FFFF:192.0.2.1/96 ip6:::192.0.2.1', 'v=spf1 ip6:::ffff:192.0.2.1/96 ip6:::c000:201'],
  ['v=spf1 Redirect=A.example', 'v=spf1 redirect=A.example'],
  [
    'v=spf1 x=1 exp=%{d}.e.example redirect=b.example -all X=',
    'v=spf1 -all redirect=b.example exp=%{d}.e.example x=1 X=',
  ],
  ['v=spf1 a:%{D1R.-+,/_=}.%%%_%-.example', 'v=spf1 a:%{D1r.-+,/_=}.%%%_%-.example'],
  ['v=spf1 a:%{d0001} a:%{d00000000000000000000000000000000000002}', 'v=spf1 a:%{d1} a:%{d2}'],
  ['v=spf1 a:%{d100000000000000000000}', 'v=spf1 a:%{d9999}'],
  ['v=spf1 a:%{d.} a:%{l/}/24', 'v=spf1 a:%{d} a:%{l/}/24'],
  [
    'v=spf1 a:a.example. a:a/24.example a:foo:bar.example',
    'v=spf1 a:a.example. a:a/24.example a:foo:bar.example',
  ],
  [`v=spf1 a:${LONG.slice(1)}.${LONG.slice(1)}`, `v=spf1 a:${LONG.slice(1)}.${LONG.slice(1)}`],
  ['v=spf1 include=x mx=y all=z', 'v=spf1 include=x mx=y all=z'],
])('reads %s and prints %s', (text, printed) => {
  const first = parseRecord(text as Octets);
  if (!first.ok) throw new Error(JSON.stringify(first.error));
  expect(printRecord(first.value)).toBe(printed);
  expect(parseRecord(printed as Octets)).toEqual(first);
});

test('a record becomes data, with what is a default filled in', () => {
  const text = 'v=spf1 -a:%{L2r-}.x.example/24 ip6:::ffff:1.2.3.4 ~ip4:192.0.2.1 redirect=b.example U=v';
  expect(parseRecord(text as Octets)).toEqual({
    ok: true,
    value: {
      directives: [
        {
          qualifier: 'fail',
          mechanism: {
            kind: 'a',
            domain: [
              { kind: 'macro', letter: 'l', escape: true, keep: 2, reverse: true, delimiters: '-' },
              { kind: 'literal', text: '.x.example' },
            ],
            cidr: { ip4: 24, ip6: 128 },
          },
        },
        {
          qualifier: 'pass',
          mechanism: { kind: 'ip6', address: { family: 'mapped', text: '::ffff:1.2.3.4' }, prefix: 128 },
        },
        {
          qualifier: 'softfail',
          mechanism: { kind: 'ip4', address: IpAddress.parse('192.0.2.1'), prefix: 32 },
        },
      ],
      redirect: [{ kind: 'literal', text: 'b.example' }],
      exp: null,
      unknown: [{ name: 'U', value: [{ kind: 'literal', text: 'v' }] }],
    },
  });
});

test('one directive is printed as its owner would write it', () => {
  const record = parseRecord('v=spf1 -IP4:192.0.2.0/24' as Octets);
  if (!record.ok) throw new Error('a record');
  expect(record.value.directives.map(printDirective)).toEqual(['-ip4:192.0.2.0/24']);
});

describe('explanations (§6.2)', () => {
  test.each([
    '',
    'See http://www.%{d}/why.html?s=%{S}&ip=%{C}&r=%{R}&t=%{t}',
    'a blank, %% and %_ and %-',
    '%{p} %{v} %{h} %{o1r.-}',
  ])('reads and prints %s', (text) => {
    const parts = parseExplanation(text as Octets);
    expect(parts && printMacroString(parts)).toBe(text);
  });

  test.each(['%', '%{', '%{x}', '%{d0}', '100% sure', 'a\r\nb', '\t', '\x7f', 'verb\xf6ten', '\0'])(
    'refuses %j',
    (text) => {
      expect(parseExplanation(text as Octets)).toBeNull();
    },
  );
});
