/** The limits of RFC 7208 §4.6.4 at their very edge, and records made to exceed them. */
import { describe, expect, test } from '@jest/globals';

import { checkHost, DEFAULT_LIMITS } from '../../src/spf/index.js';
import { argumentsOf, contextOf } from '../support/spf-client.js';
import { testRows } from '../support/spf-rows.js';
import { zone, type OwnerLiteral, type ZoneLiteral } from '../support/zone.js';

const REVERSE = '1.2.0.192.in-addr.arpa';
const times = <T>(count: number, make: (index: number) => T): T[] =>
  Array.from({ length: count }, (_, index) => make(index));

/** Something for every mechanism to find that does not match. */
const TARGET: OwnerLiteral = {
  A: ['198.51.100.1'],
  MX: [[1, 'mx.t.example']],
  TXT: ['v=spf1 ip4:198.51.100.1 ?all'],
};

describe('terms', () => {
  testRows(
    ['a:t.example', 'mx:t.example', 'ptr:t.example', 'include:t.example', '-exists:t.example'].flatMap(
      (term) => {
        const isExists = term.startsWith('-exists');
        const literal = (count: number): ZoneLiteral => ({
          'example.com': { TXT: [`v=spf1 ${times(count, () => term).join(' ')} ip4:192.0.2.1 -all`] },
          't.example': isExists ? { TXT: ['no address'] } : TARGET,
          'mx.t.example': { A: ['198.51.100.1'] },
        });
        const limits = { void: isExists ? 11 : 2 };
        return [
          { says: `ten times ${term} are fine`, zone: literal(10), limits, result: 'pass' as const },
          {
            says: `eleven times ${term} are permerror, though the term behind them would match`,
            zone: literal(11),
            limits,
            result: 'permerror' as const,
            cause: { kind: 'limit', limit: 'terms', domain: 'example.com', term },
          },
        ];
      },
    ),
  );

  testRows([
    {
      says: 'ten redirects in a row are fine',
      zone: Object.fromEntries([
        ['example.com', { TXT: ['v=spf1 redirect=r1.example'] }],
        ...times(9, (i) => [`r${i + 1}.example`, { TXT: [`v=spf1 redirect=r${i + 2}.example`] }] as const),
        ['r10.example', { TXT: ['v=spf1 +all'] }],
      ]) as ZoneLiteral,
      result: 'pass',
    },
    {
      says: 'eleven are permerror, and the eleventh record is not asked for',
      zone: Object.fromEntries([
        ['example.com', { TXT: ['v=spf1 redirect=r1.example'] }],
        ...times(11, (i) => [`r${i + 1}.example`, { TXT: [`v=spf1 redirect=r${i + 2}.example`] }] as const),
      ]),
      result: 'permerror',
      cause: { kind: 'limit', limit: 'terms', domain: 'r10.example', term: 'redirect=r11.example' },
      asked: ['example.com TXT', ...times(10, (i) => `r${i + 1}.example TXT`)],
    },
    {
      says: 'all, ip4, ip6, exp and unknown modifiers are no terms, however many',
      zone: {
        'example.com': {
          TXT: [
            `v=spf1 ${times(40, (i) => `ip4:10.0.0.${i} ip6:a::${i} x=${i}`).join(' ')} -all exp=why.example`,
          ],
        },
        'why.example': { TXT: ['because'] },
      },
      result: 'fail',
      explanation: 'because',
    },
    {
      says: 'ten includes of ten lookups each are permerror after the tenth term',
      zone: {
        'example.com': { TXT: [`v=spf1 ${times(10, (i) => `include:i${i}.example`).join(' ')} +all`] },
        ...Object.fromEntries(
          times(10, (i) => [
            `i${i}.example`,
            { TXT: [`v=spf1 ${times(10, () => 'a:t.example').join(' ')} ?all`] },
          ]),
        ),
        't.example': TARGET,
      },
      result: 'permerror',
      cause: { kind: 'limit', limit: 'terms', domain: 'i0.example' },
      asked: ['example.com TXT', 'i0.example TXT', ...times(9, () => 't.example A')],
    },
  ]);
});

describe('void lookups', () => {
  testRows([
    {
      says: 'two are fine',
      zone: { 'example.com': { TXT: ['v=spf1 a:v1.example mx:v2.example +all'] } },
      result: 'pass',
    },
    {
      says: 'the third is permerror, also as the last term of all',
      zone: { 'example.com': { TXT: ['v=spf1 a:v1.example mx:v2.example exists:v3.example'] } },
      result: 'permerror',
      cause: { kind: 'limit', limit: 'void' },
    },
    {
      says: 'a failure is not void: three of them are temperror at the first',
      zone: { 'example.com': { TXT: ['v=spf1 a:v1.example +all'] }, 'v1.example': 'servfail' },
      result: 'temperror',
    },
  ]);
});

describe('names', () => {
  const mx = (count: number): ZoneLiteral => ({
    'example.com': { TXT: ['v=spf1 mx ?all'], MX: times(count, (i) => [i, `mx${i}.example`] as const) },
  });
  const ptr = (count: number): ZoneLiteral => ({
    'example.com': { TXT: ['v=spf1 ptr:names.example ?all'] },
    [REVERSE]: { PTR: times(count, (i) => `h${i}.names.example`) },
    [`h${count - 1}.names.example`]: { A: ['192.0.2.1'] },
  });
  testRows([
    { says: 'ten MX hosts are fine', zone: mx(10), result: 'neutral' },
    {
      says: 'eleven are permerror',
      zone: mx(11),
      result: 'permerror',
      cause: { limit: 'names', term: 'mx' },
    },
    { says: 'of ten PTR names the last one counts', zone: ptr(10), result: 'pass' },
    {
      says: 'of eleven it is ignored, which is no error',
      zone: ptr(11),
      result: 'neutral',
      asked: ['example.com TXT', `${REVERSE} PTR`, ...times(10, (i) => `h${i}.names.example A`)],
    },
    {
      says: '500 PTR names cost %{p} eleven queries, once a check',
      zone: {
        'example.com': { TXT: ['v=spf1 -exists:%{p}.a.example -exists:%{p}.b.example -ptr:c.example -all'] },
        [REVERSE]: { PTR: times(500, (i) => `h${i}.names.example`) },
      },
      result: 'fail',
      asked: [
        'example.com TXT',
        `${REVERSE} PTR`,
        ...times(10, (i) => `h${i}.names.example A`),
        'unknown.a.example A',
        'unknown.b.example A',
      ],
    },
    {
      says: 'PTR names are kept for the whole check, and none is validated twice',
      zone: {
        'example.com': { TXT: ['v=spf1 -ptr:a.example -ptr:a.example include:b.example -all'] },
        'b.example': { TXT: ['v=spf1 ptr:a.example ?all'] },
        [REVERSE]: { PTR: ['h.a.example', 'other.example'] },
        'h.a.example': { A: ['198.51.100.1'] },
      },
      result: 'fail',
      asked: ['example.com TXT', `${REVERSE} PTR`, 'h.a.example A', 'b.example TXT'],
    },
  ]);
});

describe('load', () => {
  // draft-otis-spf-dos-exploit-01: ten terms of ten names each, made new for every message.
  test('the most expensive record there is costs 111 questions, and one for the explanation', () => {
    const hosts = (letter: string) => times(10, (i) => [i, `${letter}${i}.victim.example`] as const);
    const letters = 'a b c d e f g h i j'.split(' ');
    const lookup = zone({
      'example.com': {
        TXT: [`v=spf1 ${letters.map((c) => `mx:%{l}.${c}.example`).join(' ')} -all exp=why.example`],
      },
      ...Object.fromEntries(letters.map((c) => [`user.${c}.example`, { MX: hosts(c) }])),
    });
    const outcome = checkHost(argumentsOf({}), contextOf(lookup));
    expect(outcome).toMatchObject({ result: 'fail', explanation: null });
    const { terms, names } = DEFAULT_LIMITS;
    expect(lookup.asked).toHaveLength(1 + terms * (1 + names) + 1);
  });

  // A run for each answer, a hundred of them: what a sender makes costly must not cost that often.
  test('macros are expanded once a check, in however many runs', async () => {
    const hosts = (letter: string) => times(10, (i) => [i, `${letter}${i}.victim.example`] as const);
    const letters = 'a b c d e f g h i j'.split(' ');
    const lookup = zone(
      {
        'example.com': { TXT: [`v=spf1 ${letters.map((c) => `mx:%{h}.${c}.example`).join(' ')} -all`] },
        ...Object.fromEntries(letters.map((c) => [`helo.example.${c}.example`, { MX: hosts(c) }])),
      },
      { async: true },
    );
    let reads = 0;
    const args = Object.defineProperty(argumentsOf({ helo: 'helo.example' }), 'helo', {
      get: () => (reads++, 'helo.example'),
    });
    const outcome = await checkHost(args, { ...contextOf(lookup), prefetch: true });
    expect(outcome.result).toBe('fail');
    expect(lookup.asked).toHaveLength(111);
    expect(reads).toBe(1);
  });

  testRows([
    {
      says: 'an include of itself ends after ten questions for the one record',
      zone: { 'example.com': { TXT: ['v=spf1 include:example.com include:example.com -all'] } },
      result: 'permerror',
      asked: times(11, () => 'example.com TXT'),
    },
    {
      says: 'a tree of includes ends after ten',
      zone: Object.fromEntries(
        times(30, (i) => [
          i === 0 ? 'example.com' : `n${i}.example`,
          {
            TXT: [
              `v=spf1 include:n${((2 * i) % 29) + 1}.example include:n${((2 * i + 1) % 29) + 1}.example ?all`,
            ],
          },
        ]),
      ),
      result: 'permerror',
      cause: { kind: 'limit', limit: 'terms' },
    },
  ]);
});
