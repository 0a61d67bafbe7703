/** Where RFC 7208 leaves it open: our choice. And what its errata mean to us. */
import { describe, expect, test } from '@jest/globals';

import { IpAddress } from '../../src/net/index.js';
import { senderOfHelo, senderOfMailFrom, splitAddress } from '../../src/smtp/index.js';
import { checkHost } from '../../src/spf/index.js';
import { octetsOfText } from '../../src/util/index.js';
import { contextOf } from '../support/spf-client.js';
import { testRows } from '../support/spf-rows.js';
import { zone } from '../support/zone.js';

const REVERSE = '1.2.0.192.in-addr.arpa';
const ELSEWHERE = { A: ['198.51.100.1'] };

describe('limits', () => {
  const eleven = Array.from({ length: 11 }, (_, i) => [i, `mx${i}.example.com`] as const);
  testRows([
    {
      says: 'terms that are not met are not counted (§4.6.4 "during SPF evaluation")',
      zone: {
        'example.com': {
          TXT: [`v=spf1 a ${Array.from({ length: 20 }, (_, i) => `include:i${i}.example`).join(' ')}`],
          A: ['192.0.2.1'],
        },
      },
      result: 'pass',
      asked: ['example.com TXT', 'example.com A'],
    },
    {
      says: 'terms are counted over the whole check: those of an include count with the rest (§4.6.4)',
      zone: {
        'example.com': { TXT: ['v=spf1 include:a.example include:b.example +all'] },
        'a.example': { TXT: ['v=spf1 a:h.example a:h.example a:h.example a:h.example ?all'] },
        'b.example': { TXT: ['v=spf1 a:h.example a:h.example a:h.example a:h.example a:h.example'] },
        'h.example': ELSEWHERE,
      },
      result: 'permerror',
      cause: { kind: 'limit', limit: 'terms', domain: 'b.example', term: 'a:h.example' },
    },
    {
      says: 'an MX host that matches within the first ten is a match, though there is an eleventh (§4.6.4)',
      zone: {
        'example.com': { TXT: ['v=spf1 mx -all'], MX: eleven },
        'mx9.example.com': { A: ['192.0.2.1'] },
      },
      result: 'pass',
    },
    {
      says: 'without a match it is permerror when the eleventh would be asked (§4.6.4)',
      zone: {
        'example.com': { TXT: ['v=spf1 mx -all'], MX: eleven },
        'mx10.example.com': { A: ['192.0.2.1'] },
      },
      result: 'permerror',
      cause: { kind: 'limit', limit: 'names', domain: 'example.com', term: 'mx' },
      asked: [
        'example.com TXT',
        'example.com MX',
        ...Array.from({ length: 10 }, (_, i) => `mx${i}.example.com A`),
      ],
    },
    {
      says: 'MX hosts are asked in order of preference, wherever they stand in the answer',
      zone: {
        'example.com': {
          TXT: ['v=spf1 mx -all'],
          MX: [
            [30, 'c.example.com'],
            [10, 'a.example.com'],
            [20, 'b.example.com'],
          ],
        },
        'b.example.com': { A: ['192.0.2.1'] },
      },
      result: 'pass',
      asked: ['example.com TXT', 'example.com MX', 'a.example.com A', 'b.example.com A'],
    },
    {
      says: '%{p} is one term, once a check (§4.6.4)',
      zone: {
        'example.com': {
          TXT: [`v=spf1 ${Array.from({ length: 9 }, () => 'exists:%{p}.example').join(' ')} +all`],
        },
        'unknown.example': { TXT: ['no address'] },
      },
      limits: { void: 9 },
      result: 'pass',
    },
    {
      says: 'and it is the eleventh here: nine terms and itself fit, ten do not (§4.6.4)',
      zone: {
        'example.com': {
          TXT: [
            `v=spf1 ${Array.from({ length: 9 }, () => 'a:h.example').join(' ')} exists:%{p}.example +all`,
          ],
        },
        'h.example': ELSEWHERE,
      },
      result: 'permerror',
      cause: { kind: 'limit', limit: 'terms' },
      asked: ['example.com TXT', ...Array.from({ length: 9 }, () => 'h.example A')],
    },
    {
      says: 'an explanation whose %{p} would be one term too many is no text',
      zone: {
        'example.com': {
          TXT: [`v=spf1 ${Array.from({ length: 10 }, () => 'a:h.example').join(' ')} -all exp=why.example`],
        },
        'h.example': ELSEWHERE,
        'why.example': { TXT: ['no, %{p}'] },
      },
      result: 'fail',
      explanation: null,
    },
  ]);
});

describe('void lookups', () => {
  const voids = (terms: string) => `v=spf1 ${terms} +all`;
  testRows([
    ...[
      { terms: 'a:v1.example a:v2.example a:v3.example', what: 'NXDOMAIN for a' },
      { terms: 'mx:v1.example mx:v2.example mx:v3.example', what: 'NXDOMAIN for mx' },
      { terms: 'exists:v1.example exists:v2.example exists:v3.example', what: 'NXDOMAIN for exists' },
      { terms: 'a:t.example mx:t.example exists:t.example', what: 'names without records of the type' },
    ].map(({ terms, what }) => ({
      says: `counted: ${what} (§4.6.4)`,
      zone: { 'example.com': { TXT: [voids(terms)] }, 't.example': { TXT: ['nothing else'] } },
      result: 'permerror' as const,
      cause: { kind: 'limit', limit: 'void', domain: 'example.com' },
    })),
    {
      says: 'counted: an include without a name behind it, as the third void of the including record (§4.6.4)',
      zone: { 'example.com': { TXT: [voids('a:v1.example a:v2.example include:v3.example')] } },
      result: 'permerror',
      cause: { kind: 'limit', limit: 'void', domain: 'example.com', term: 'include:v3.example' },
    },
    {
      says: 'counted: the redirect, too',
      zone: { 'example.com': { TXT: ['v=spf1 a:v1.example a:v2.example redirect=v3.example'] } },
      result: 'permerror',
      cause: { kind: 'limit', limit: 'void', domain: 'example.com', term: 'redirect=v3.example' },
    },
    {
      says: 'not counted: MX hosts without addresses, and the null MX (§4.6.4 speaks of terms)',
      zone: {
        'example.com': {
          TXT: [voids('-mx -mx:null.example -a:v1.example -a:v2.example')],
          MX: [
            [1, 'none1.example.com'],
            [2, 'none2.example.com'],
            [3, 'none3.example.com'],
          ],
        },
        'null.example': { MX: [[0, '.']] },
      },
      result: 'pass',
    },
    {
      says: 'not counted: the PTR query, and PTR names without addresses',
      zone: {
        'example.com': { TXT: [voids('-ptr -ptr:b.example -ptr:c.example -a:v1.example -a:v2.example')] },
      },
      result: 'pass',
    },
    {
      says: 'not counted: PTR names without addresses',
      zone: {
        'example.com': { TXT: [voids('-ptr -a:v1.example -a:v2.example')] },
        [REVERSE]: { PTR: ['a.example.com', 'b.example.com', 'c.example.com'] },
      },
      result: 'pass',
    },
    {
      says: 'not counted: the record of the domain itself, and what exp leads to',
      zone: { 'example.com': { TXT: ['v=spf1 a:v1.example a:v2.example -all exp=v3.example'] } },
      result: 'fail',
      explanation: null,
    },
    {
      says: 'a TXT answer without a policy in it is not void, but an include of it is permerror (§5.2)',
      zone: {
        'example.com': { TXT: [voids('a:v1.example a:v2.example include:t.example')] },
        't.example': { TXT: ['nothing else'] },
      },
      result: 'permerror',
      cause: { kind: 'no-record', domain: 'example.com', term: 'include:t.example' },
    },
    {
      says: 'counted by the letter: hosts without AAAA, when the client has IPv6 (§4.6.4)',
      zone: {
        'example.com': { TXT: [voids('a:h1.example a:h2.example a:h3.example')] },
        'h1.example': ELSEWHERE,
        'h2.example': ELSEWHERE,
        'h3.example': ELSEWHERE,
      },
      ip: '2001:db8::1',
      result: 'permerror',
      cause: { kind: 'limit', limit: 'void' },
      asked: ['example.com TXT', 'h1.example AAAA', 'h2.example AAAA', 'h3.example AAAA'],
    },
    {
      says: 'the limit of two can be set higher',
      zone: { 'example.com': { TXT: [voids('a:v1.example a:v2.example a:v3.example')] } },
      limits: { void: 3 },
      result: 'pass',
    },
    {
      says: 'and lower',
      zone: { 'example.com': { TXT: [voids('a:v1.example')] } },
      limits: { void: 0 },
      result: 'permerror',
    },
    {
      says: 'a negative answer to exists is counted; erratum 6595 (not verified) would not count it',
      zone: {
        'example.com': {
          TXT: [voids('exists:%{i}.l1.example exists:%{i}.l2.example exists:%{i}.l3.example')],
        },
      },
      result: 'permerror',
      cause: { kind: 'limit', limit: 'void' },
    },
    {
      says: 'two of them are all a record has',
      zone: { 'example.com': { TXT: [voids('exists:%{i}.l1.example exists:%{i}.l2.example')] } },
      result: 'pass',
    },
  ]);
});

describe('target names', () => {
  const LONG = 'l'.repeat(64);
  testRows([
    ...['a', 'mx', 'ptr', 'exists'].map((mechanism) => ({
      says: `a label too long after expansion: ${mechanism} does not match, and asks nothing (§4.8)`,
      zone: { 'example.com': { TXT: [`v=spf1 ${mechanism}:%{l}.example.com ~all`] } },
      sender: `${LONG}@example.com`,
      result: 'softfail' as const,
      asked: ['example.com TXT'],
    })),
    {
      says: 'for include it is permerror',
      zone: { 'example.com': { TXT: ['v=spf1 include:%{l}.example.com +all'] } },
      sender: `${LONG}@example.com`,
      result: 'permerror',
      cause: { kind: 'bad-target', domain: 'example.com', term: 'include:%{l}.example.com' },
    },
    {
      says: 'for redirect, too (§6.1)',
      zone: { 'example.com': { TXT: ['v=spf1 redirect=%{l}.example.com'] } },
      sender: 'a..b@example.com',
      result: 'permerror',
      cause: { kind: 'bad-target', domain: 'example.com', term: 'redirect=%{l}.example.com' },
    },
    {
      says: 'for exp it is no text (§6.2)',
      zone: { 'example.com': { TXT: ['v=spf1 -all exp=%{l}.example.com'] } },
      sender: `${LONG}@example.com`,
      result: 'fail',
      explanation: null,
      asked: ['example.com TXT'],
    },
    ...[
      `a:${LONG}.example.com`,
      'a:a..example.com',
      'a:.example.com',
      `include:%{d}.${LONG}.example.com`,
      'exists:%{l}..example.com',
      `redirect=${LONG}.com`,
      'exp=a..example.com',
    ].map((term) => ({
      says: `an empty or overlong label that is written out is permerror: ${term.replace(LONG, 'lll...')} (§4.8)`,
      zone: { 'example.com': { TXT: [`v=spf1 +all ${term}`] } },
      result: 'permerror' as const,
      cause: { kind: 'record', problem: { code: 'bad-label', term } },
    })),
    {
      says: 'a dot at the end of HELO is taken off, also in %{h} (§4.3)',
      zone: {
        'mta.example.org': { TXT: ['v=spf1 -all exp=why.example.org'] },
        'why.example.org': { TXT: ['%{h} %{d} %{o}'] },
      },
      sender: '',
      helo: 'mta.example.org.',
      result: 'fail',
      explanation: 'mta.example.org mta.example.org mta.example.org',
      asked: ['mta.example.org TXT', 'why.example.org TXT'],
    },
    {
      says: 'a dot at the end of the sender is taken off',
      zone: { 'example.com': { TXT: ['v=spf1 exists:%{d}.%{o}.x.example -all'] } },
      sender: 'user@example.com.',
      result: 'fail',
      asked: ['example.com TXT', 'example.com.example.com.x.example A'],
    },
    {
      says: 'of two dots, one stays: none',
      zone: {},
      sender: 'user@example.com..',
      result: 'none',
      asked: [],
    },
    {
      says: 'a sender without "@" is a domain, with postmaster before it',
      zone: {
        'example.com': { TXT: ['v=spf1 -all exp=why.example.com'] },
        'why.example.com': { TXT: ['%{s}'] },
      },
      sender: 'example.com',
      result: 'fail',
      explanation: 'postmaster@example.com',
    },
    { says: 'or nothing, if it has no dot', zone: {}, sender: 'example', result: 'none', asked: [] },
  ]);
});

describe('answers', () => {
  testRows([
    {
      says: 'one MX host fails and another matches: pass (§5)',
      zone: {
        'example.com': {
          TXT: ['v=spf1 mx -all'],
          MX: [
            [10, 'a.example.com'],
            [20, 'b.example.com'],
          ],
        },
        'a.example.com': 'servfail',
        'b.example.com': { A: ['192.0.2.1'] },
      },
      result: 'pass',
    },
    {
      says: 'one MX host does not match and another fails: temperror (§5)',
      zone: {
        'example.com': {
          TXT: ['v=spf1 mx +all'],
          MX: [
            [10, 'a.example.com'],
            [20, 'b.example.com'],
          ],
        },
        'a.example.com': ELSEWHERE,
        'b.example.com': 'servfail',
      },
      result: 'temperror',
    },
    {
      says: 'an MX host that is the root is passed over (RFC 7505), and those behind it are asked',
      zone: {
        'example.com': {
          TXT: ['v=spf1 mx -all'],
          MX: [
            [0, '.'],
            [10, 'a.example.com'],
          ],
        },
        'a.example.com': { A: ['192.0.2.1'] },
      },
      result: 'pass',
    },
    {
      says: 'one MX host fails and no other matches: temperror (§5)',
      zone: {
        'example.com': {
          TXT: ['v=spf1 mx +all'],
          MX: [
            [10, 'a.example.com'],
            [20, 'b.example.com'],
          ],
        },
        'a.example.com': 'servfail',
        'b.example.com': ELSEWHERE,
      },
      result: 'temperror',
      cause: { kind: 'lookup', name: 'a.example.com', type: 'A', why: 'servfail' },
    },
    {
      says: 'a loop of aliases is no data: none for the domain itself (§4.4)',
      zone: { 'example.com': { CNAME: 'b.example' }, 'b.example': { CNAME: 'example.com' } },
      result: 'none',
    },
    {
      says: 'and a void lookup for a term',
      zone: {
        'example.com': { TXT: ['v=spf1 a:loop.example a:loop.example a:loop.example +all'] },
        'loop.example': { CNAME: 'loop.example' },
      },
      result: 'permerror',
      cause: { kind: 'limit', limit: 'void' },
    },
    {
      says: 'a mapped client is IPv4 in %{i}, %{v} and %{c}, and is asked A for (§5)',
      zone: {
        'example.com': {
          TXT: ['v=spf1 exists:%{ir}.%{v}.example.com a -all exp=why.example.com'],
          ...ELSEWHERE,
        },
        'why.example.com': { TXT: ['%{i} %{v} %{c}'] },
      },
      ip: '::ffff:192.0.2.1',
      result: 'fail',
      explanation: '192.0.2.1 in-addr 192.0.2.1',
      asked: ['example.com TXT', '1.2.0.192.in-addr.example.com A', 'example.com A', 'why.example.com TXT'],
    },
    {
      says: 'an explanation with octets that are not ASCII is no explanation (§6.2)',
      zone: {
        'example.com': { TXT: ['v=spf1 -all exp=why.example.com'] },
        'why.example.com': { TXT: ['verb\xf6ten'] },
      },
      result: 'fail',
      explanation: null,
    },
    {
      says: '"R" in a macro reverses as "r" does (RFC 5234 §2.3)',
      zone: { 'example.com': { TXT: ['v=spf1 exists:%{IR}.example.com -all'] } },
      result: 'fail',
      asked: ['example.com TXT', '1.2.0.192.example.com A'],
    },
    {
      says: 'two records are permerror, also if only their strings are cut differently (§4.5)',
      zone: {
        'example.com': {
          TXT: [
            ['v=spf1 ', '+all'],
            ['v=spf1 +', 'all'],
          ],
        },
      },
      result: 'permerror',
      cause: { kind: 'several-records', domain: 'example.com' },
    },
    {
      says: 'in an include they are permerror of the whole (§5.2)',
      zone: {
        'example.com': { TXT: ['v=spf1 include:b.example +all'] },
        'b.example': { TXT: ['v=spf1 +all', 'v=spf1 -all'] },
      },
      result: 'permerror',
      cause: { kind: 'several-records', domain: 'b.example' },
    },
  ]);
});

test('HELO and MAIL FROM are two checks with two results (§2.3, §2.4)', () => {
  const lookup = zone({
    'mta.example.org': { TXT: ['v=spf1 ip4:192.0.2.1 -all'] },
    'example.com': { TXT: ['v=spf1 ~all'] },
  });
  const ip = IpAddress.parse('192.0.2.1');
  if (ip === null) throw new Error('an address');
  const helo = octetsOfText('mta.example.org');
  const common = { ip, helo, receiver: 'mx.example.net' };
  const sender = senderOfMailFrom(splitAddress(octetsOfText('user@example.com')), helo);
  expect(checkHost({ ...common, sender: senderOfHelo(helo) }, contextOf(lookup))).toMatchObject({
    result: 'pass',
  });
  expect(checkHost({ ...common, sender }, contextOf(lookup))).toMatchObject({ result: 'softfail' });
});
