/** Disputed points of RFC 7208, and what we hold. */
import { describe } from '@jest/globals';

import { testRows } from '../support/spf-rows.js';

const REVERSE = '1.2.0.192.in-addr.arpa';
const YES = { A: ['127.0.0.2'] };

describe('what matches', () => {
  testRows([
    {
      says: 'an ip6 term never matches an IPv4 client (§5)',
      zone: { 'example.com': { TXT: ['v=spf1 ip6:::/0 -all'] } },
      result: 'fail',
    },
    {
      says: 'nor an IPv4-mapped one (§5)',
      zone: { 'example.com': { TXT: ['v=spf1 ip6:::/0 ip6:::ffff:192.0.2.1 -all'] } },
      ip: '::ffff:192.0.2.1',
      result: 'fail',
    },
    {
      says: 'a ptr whose PTR query fails does not match, and the next term decides (§5.5)',
      zone: { 'example.com': { TXT: ['v=spf1 ptr ip4:192.0.2.1 -all'] }, [REVERSE]: 'timeout' },
      result: 'pass',
    },
    {
      says: 'PTR names that are not within the domain are passed over, and not asked for (§5.5)',
      zone: {
        'example.com': { TXT: ['v=spf1 ptr -all'] },
        [REVERSE]: { PTR: ['example.org', 'mail.example.com'] },
        'mail.example.com': { A: ['192.0.2.1'] },
      },
      result: 'pass',
      asked: ['example.com TXT', `${REVERSE} PTR`, 'mail.example.com A'],
    },
    {
      says: 'an address query that fails skips that PTR name, and no other (§5.5)',
      zone: {
        'example.com': { TXT: ['v=spf1 ptr -all'] },
        [REVERSE]: { PTR: ['x.example.com', 'y.example.com'] },
        'x.example.com': { A: 'timeout' },
        'y.example.com': { A: ['192.0.2.1'] },
      },
      result: 'pass',
    },
    {
      says: 'a ptr with nothing but failing names does not match (§5.5)',
      zone: {
        'example.com': { TXT: ['v=spf1 ptr ~all'] },
        [REVERSE]: { PTR: ['x.example.com'] },
        'x.example.com': { A: 'servfail' },
      },
      result: 'softfail',
    },
    {
      says: 'an include of the record itself, after a match, leaves the match standing (§4.6.2)',
      zone: { 'example.com': { TXT: ['v=spf1 a include:example.com -all'], A: ['192.0.2.1'] } },
      result: 'pass',
    },
  ]);
});

describe('whom there is nothing to ask about', () => {
  testRows([
    ...[
      { sender: 'user@[192.0.2.1]', problem: 'character', what: 'an address literal' },
      { sender: 'user@localhost', problem: 'single-label', what: 'a single label' },
      { sender: 'user@a..example', problem: 'label-length', what: 'an empty label' },
      { sender: `user@${'a'.repeat(64)}.example`, problem: 'label-length', what: 'an overlong label' },
      { sender: `user@${'a.'.repeat(126)}example`, problem: 'name-length', what: 'an overlong name' },
      { sender: 'user@a b.example', problem: 'character', what: 'a blank in the name' },
      { sender: 'user@.', problem: 'empty', what: 'no name' },
      { sender: 'user@a\0.example', problem: 'character', what: 'a NUL in the name' },
    ].map(({ sender, problem, what }) => ({
      says: `${what} is none at once, and no query (§4.3)`,
      zone: {},
      sender,
      result: 'none' as const,
      cause: { kind: 'bad-domain', problem },
      asked: [],
    })),
    {
      says: 'the same of HELO, when the sender is null (§2.4)',
      zone: {},
      sender: '',
      helo: '[192.0.2.1]',
      result: 'none',
      asked: [],
    },
    ...(['+', '-', '~', '?'] as const).map((qualifier) => ({
      says: `exp= is asked for only if the result is fail: "${qualifier}all" (§6.2)`,
      zone: {
        'example.com': { TXT: [`v=spf1 ${qualifier}all exp=why.example.com`] },
        'why.example.com': { TXT: ['because'] },
      },
      result: ({ '+': 'pass', '-': 'fail', '~': 'softfail', '?': 'neutral' } as const)[qualifier],
      ...(qualifier === '-' ? { explanation: 'because' } : {}),
      asked: ['example.com TXT', ...(qualifier === '-' ? ['why.example.com TXT'] : [])],
    })),
    {
      says: 'a fail inside of an include explains nothing (§6.2)',
      zone: {
        'example.com': { TXT: ['v=spf1 include:b.example -all'] },
        'b.example': { TXT: ['v=spf1 -all exp=why.b.example'] },
        'why.b.example': { TXT: ['because of b'] },
      },
      result: 'fail',
      explanation: null,
      asked: ['example.com TXT', 'b.example TXT'],
    },
    {
      says: 'behind a redirect the explanation is that of the other domain (§6.2)',
      zone: {
        'example.com': { TXT: ['v=spf1 redirect=b.example exp=why.example.com'] },
        'b.example': { TXT: ['v=spf1 -all exp=why.%{d}'] },
        'why.b.example': { TXT: ['%{d} says no to %{o}'] },
      },
      result: 'fail',
      explanation: 'b.example says no to example.com',
    },
  ]);
});

describe('senders', () => {
  testRows([
    {
      says: 'U-labels of the sender become A-labels (RFC 8616 §4)',
      zone: { 'xn--bcher-kva.example': { TXT: ['v=spf1 -all'] } },
      sender: 'user@bücher.example',
      result: 'fail',
      asked: ['xn--bcher-kva.example TXT'],
    },
    {
      says: 'U-labels of HELO do, too (RFC 8616 §4)',
      zone: { 'xn--bcher-kva.example': { TXT: ['v=spf1 ~all'] } },
      sender: '',
      helo: 'BÜCHER.example',
      result: 'softfail',
      asked: ['xn--bcher-kva.example TXT'],
    },
    {
      says: 'of several "@" the last one counts (RFC 5321 §4.1.2)',
      zone: {
        'example.com': { TXT: ['v=spf1 exists:%{l}.x.example -all'] },
        'a@b@c.x.example': YES,
      },
      sender: 'a@b@c@example.com',
      result: 'pass',
      asked: ['example.com TXT', 'a@b@c.x.example A'],
    },
    {
      says: '%{s} of a sender without local part begins with postmaster (§4.3)',
      zone: {
        'example.com': { TXT: ['v=spf1 -all exp=why.example.com'] },
        'why.example.com': { TXT: ['%{s} %{l} %{o}'] },
      },
      sender: '@example.com',
      result: 'fail',
      explanation: 'postmaster@example.com postmaster example.com',
    },
    {
      says: 'and so it does for the null sender, at the HELO name (§2.4)',
      zone: {
        'mta.example.org': { TXT: ['v=spf1 -all exp=why.example.org'] },
        'why.example.org': { TXT: ['%{s}'] },
      },
      sender: '',
      result: 'fail',
      explanation: 'postmaster@mta.example.org',
    },
  ]);
});

describe('counting', () => {
  const ten = Array.from({ length: 10 }, (_, i) => `a:h${i}.example`).join(' ');
  const hosts = Object.fromEntries(
    Array.from({ length: 10 }, (_, i) => [`h${i}.example`, { A: ['198.51.100.1'] }]),
  );
  testRows([
    {
      says: 'a redirect that "all" makes useless is no term (§5.1)',
      zone: { 'example.com': { TXT: [`v=spf1 ${ten} redirect=b.example +all`] }, ...hosts },
      result: 'pass',
    },
    {
      says: 'a redirect that is used is one, and the eleventh here (§4.6.4)',
      zone: {
        'example.com': { TXT: [`v=spf1 ${ten} redirect=b.example`] },
        'b.example': { TXT: ['v=spf1 +all'] },
        ...hosts,
      },
      result: 'permerror',
      cause: { kind: 'limit', limit: 'terms', domain: 'example.com', term: 'redirect=b.example' },
    },
  ]);
});

describe('names and macros', () => {
  const label = 'x'.repeat(60);
  testRows([
    {
      says: 'a target name over 253 octets loses labels on the left until it fits (§7.3)',
      zone: { 'example.com': { TXT: ['v=spf1 exists:first.%{l}.%{l}.%{l}.%{l}.example.com -all'] } },
      sender: `${label}@example.com`,
      result: 'fail',
      asked: ['example.com TXT', `${`${label}.`.repeat(3)}example.com A`],
    },
    {
      says: 'a name of 253 octets loses none, one of 254 does (§7.3)',
      zone: {
        'example.com': {
          TXT: ['v=spf1 a:%{l}.%{l}.%{l}.%{l}.ninechars a:%{l}.%{l}.%{l}.%{l}.ten-chars1 -all'],
        },
      },
      sender: `${label}@example.com`,
      result: 'fail',
      asked: [
        'example.com TXT',
        `${`${label}.`.repeat(4)}ninechars A`,
        `${`${label}.`.repeat(3)}ten-chars1 A`,
      ],
    },
    {
      says: 'a single label over 253 octets has nothing to lose, and matches nothing (§7.3)',
      zone: { 'example.com': { TXT: ['v=spf1 exists:%{l} ~all'] } },
      sender: `${'x'.repeat(300)}@example.com`,
      result: 'softfail',
      asked: ['example.com TXT'],
    },
    {
      says: 'a name that is over 253 octets as it is written loses labels, too (§7.3)',
      zone: { 'example.com': { TXT: [`v=spf1 include:${`${label}.`.repeat(5)}example -all`] } },
      result: 'permerror',
      asked: ['example.com TXT', `${`${label}.`.repeat(4)}example TXT`],
    },
    {
      says: '"/" may be a delimiter of a macro (§7.1)',
      zone: {
        'example.com': { TXT: ['v=spf1 a:%{l1/}.example.com/24 -all'] },
        'b.example.com': { A: ['192.0.2.99'] },
      },
      sender: 'a/b@example.com',
      result: 'pass',
      asked: ['example.com TXT', 'b.example.com A'],
    },
    {
      says: 'digits behind such a "/" are no prefix length before the brace closes (§7.1)',
      zone: { 'example.com': { TXT: ['v=spf1 a:%{l/24} -all'] } },
      result: 'permerror',
      cause: { kind: 'record', problem: { code: 'bad-macro' } },
    },
    {
      says: 'a prefix length follows the closing brace',
      zone: {
        'example.com': { TXT: ['v=spf1 a:%{d2/}/31 -all'], A: ['192.0.2.0'] },
      },
      result: 'pass',
    },
    ...[
      {
        names: ['a.other.org', 'sub.example.com', 'example.com'],
        p: 'example.com',
        what: 'the domain itself',
      },
      { names: ['a.other.org', 'sub.example.com'], p: 'sub.example.com', what: 'a subdomain' },
      { names: ['a.other.org', 'b.other.org'], p: 'a.other.org', what: 'any' },
    ].map(({ names, p, what }) => ({
      says: `%{p} takes ${what} of the validated names, the better first (§7.3)`,
      zone: {
        'example.com': { TXT: ['v=spf1 -all exp=why.example.com'], A: ['192.0.2.1'] },
        'why.example.com': { TXT: ['%{p}'] },
        [REVERSE]: { PTR: names },
        ...Object.fromEntries(
          names.filter((name) => name !== 'example.com').map((name) => [name, { A: ['192.0.2.1'] }]),
        ),
      },
      result: 'fail' as const,
      explanation: p,
    })),
    {
      says: '%{p} passes over names that are not validated (§7.3)',
      zone: {
        'example.com': { TXT: ['v=spf1 -all exp=why.example.com'], A: ['198.51.100.1'] },
        'why.example.com': { TXT: ['%{p}'] },
        [REVERSE]: { PTR: ['example.com', 'sub.example.com', 'a.other.org'] },
        'sub.example.com': { A: 'servfail' },
        'a.other.org': { A: ['192.0.2.1'] },
      },
      result: 'fail',
      explanation: 'a.other.org',
    },
    {
      says: '%{p} may stand in the domain-spec of exp (§6.2)',
      zone: {
        'example.com': { TXT: ['v=spf1 -all exp=why.%{p}'] },
        [REVERSE]: { PTR: ['sub.example.com'] },
        'sub.example.com': { A: ['192.0.2.1'] },
        'why.sub.example.com': { TXT: ['because'] },
      },
      result: 'fail',
      explanation: 'because',
    },
    {
      says: '%{p} is "unknown" where no name is validated (§7.3)',
      zone: {
        'example.com': { TXT: ['v=spf1 -all exp=why.example.com'] },
        'why.example.com': { TXT: ['%{p}'] },
        [REVERSE]: { PTR: ['a.other.org'] },
      },
      result: 'fail',
      explanation: 'unknown',
    },
    {
      says: 'upper-case letters escape in a domain-spec as well (§7.3)',
      zone: { 'example.com': { TXT: ['v=spf1 exists:%{L}.%{l}.example.com -all'] } },
      sender: 'a+b=c@example.com',
      result: 'fail',
      asked: ['example.com TXT', 'a%2Bb%3Dc.a+b=c.example.com A'],
    },
    {
      says: 'names with "+ = ~ % @ : ," and blanks are asked for as they are (§5.7)',
      zone: {
        'example.com': { TXT: ['v=spf1 exists:%{l}%%%_%-:.%{s}.x.example -all'] },
        'a+b=c~d%:f,% %20:.a+b=c~d%:f,@example.com.x.example': YES,
      },
      sender: 'a+b=c~d%:f,@example.com',
      result: 'pass',
      asked: ['example.com TXT', 'a+b=c~d%:f,% %20:.a+b=c~d%:f,@example.com.x.example A'],
    },
  ]);
});

describe('syntax', () => {
  const permerrors: readonly (readonly [why: string, record: string, code: string])[] = [
    [
      'octet 0x7F in a record (§7.1: macro-literal ends at 0x7E)',
      'v=spf1 exists:a\x7f.example.com +all',
      'bad-character',
    ],
    [
      '"redirect=" twice, in any case (RFC 5234)',
      'v=spf1 +all redirect=a.example REDIRECT=a.example',
      'repeated-modifier',
    ],
    ['"Exp=" twice, in any case (RFC 5234)', 'v=spf1 +all Exp=a.example eXP=b.example', 'repeated-modifier'],
    ['an unknown modifier with a bad macro (§4.6, §7.1)', 'v=spf1 +all x=%{z}', 'bad-macro'],
    ['macro digits of zero (§7.1)', 'v=spf1 +all exists:%{d0}.example', 'bad-macro'],
    ['many digits of zero', 'v=spf1 +all exists:%{d0000}.example', 'bad-macro'],
    ['a bad delimiter (§7.1)', 'v=spf1 +all exists:%{d:}.example', 'bad-macro'],
    ['a domain-spec that ends in text behind a macro (§7.1)', 'v=spf1 +all exists:%{d}foo', 'bad-domain'],
    ['a domain-spec that ends in digits (§7.1)', 'v=spf1 +all exists:%{d}.123', 'bad-domain'],
    ['a syntax error in a redirect that is not used (§4.6)', 'v=spf1 +all redirect=%{d', 'bad-macro'],
    ['"exp=" with a single label (§6.2, §7.1)', 'v=spf1 +all exp=foo', 'bad-domain'],
    ['an empty "redirect="', 'v=spf1 +all redirect=', 'missing-argument'],
  ];
  testRows([
    ...permerrors.map(([why, record, code]) => ({
      says: `permerror: ${why}`,
      zone: { 'example.com': { TXT: [record] } },
      result: 'permerror' as const,
      cause: { kind: 'record', domain: 'example.com', problem: { code } },
    })),
    {
      says: 'unknown modifiers are ignored however often they stand there (§6)',
      zone: { 'example.com': { TXT: ['v=spf1 x=1 x=1 X= x=%{d} default=deny ~all ra=postmaster'] } },
      result: 'softfail',
    },
    {
      says: 'a top label may have digits and hyphens in it, and end in a dot (§7.1)',
      zone: { 'example.com': { TXT: ['v=spf1 a:a.xn--p1ai a:a.b2b. a:a.1a -all'] } },
      limits: { void: 5 },
      result: 'fail',
      asked: ['example.com TXT', 'a.xn--p1ai A', 'a.b2b A', 'a.1a A'],
    },
    ...['bad %{z}', 'bad %{d0}', 'bad %{d:}', 'bad %', 'line\r\nbreak', 'b\xfccher', 'tab\t', 'del\x7f'].map(
      (text) => ({
        says: `an error in the text that exp leads to is no text, and no permerror (§6.2): ${JSON.stringify(text)}`,
        zone: {
          'example.com': { TXT: ['v=spf1 -all exp=why.example.com'] },
          'why.example.com': { TXT: [text] },
        },
        result: 'fail' as const,
        explanation: null,
      }),
    ),
    ...[
      { what: 'no such name', at: {} },
      { what: 'two records', at: { TXT: ['one', 'two'] } },
      { what: 'SERVFAIL', at: { TXT: 'servfail' as const } },
    ].map(({ what, at }) => ({
      says: `exp that leads to ${what} is no text (§6.2)`,
      zone: { 'example.com': { TXT: ['v=spf1 -all exp=why.example.com'] }, 'why.example.com': at },
      result: 'fail' as const,
      explanation: null,
    })),
  ]);
});

describe('cases of the published suite that surprise', () => {
  const nibbles = '2.0.0.1.0.D.B.8.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.C.B.0.1';
  testRows([
    {
      says: 'the nibbles of %{i} are in upper case (v-macro-ip6)',
      zone: {
        'example.com': { TXT: ['v=spf1 -all exp=why.example.com'] },
        'why.example.com': { TXT: ['%{i} %{c} %{v}'] },
      },
      ip: '2001:db8::cb01',
      result: 'fail',
      explanation: `${nibbles} 2001:db8::cb01 ip6`,
    },
    {
      says: 'a PTR name that is a loop of aliases is skipped (ptr-cname-loop)',
      zone: {
        'example.com': { TXT: ['v=spf1 ptr'] },
        [REVERSE]: { PTR: ['loop.example.com'] },
        'loop.example.com': { CNAME: 'loop.example.com' },
      },
      result: 'neutral',
    },
    {
      says: 'names with ":" and "%" are asked for (a-colon-domain, macro-mania-in-domain)',
      zone: { 'example.com': { TXT: ['v=spf1 a:foo:bar/baz.example.com a:%%%_.%-.example.com -all'] } },
      result: 'fail',
      asked: ['example.com TXT', 'foo:bar/baz.example.com A', '% .%20.example.com A'],
    },
  ]);
});
