/** What other verifiers get wrong: each fault as a row that ours gets right. */
import { describe } from '@jest/globals';

import { testRows } from '../support/spf-rows.js';

const REVERSE = '1.2.0.192.in-addr.arpa';

describe('go/spf', () => {
  testRows([
    {
      says: 'a PTR name that has other addresses than the client is not validated (§5.5)',
      zone: {
        'example.com': { TXT: ['v=spf1 ptr -all'] },
        [REVERSE]: { PTR: ['forged.example.com'] },
        'forged.example.com': { A: ['198.51.100.7'] },
      },
      result: 'fail',
      asked: ['example.com TXT', `${REVERSE} PTR`, 'forged.example.com A'],
    },
    {
      says: 'notexample.com is not within example.com: labels are compared (§5.5)',
      zone: {
        'example.com': { TXT: ['v=spf1 ptr -all'] },
        [REVERSE]: { PTR: ['notexample.com'] },
        'notexample.com': { A: ['192.0.2.1'] },
      },
      result: 'fail',
    },
    {
      says: 'an error after a term that matches is seen (§4.6)',
      zone: { 'example.com': { TXT: ['v=spf1 +all moo'] } },
      result: 'permerror',
      cause: { kind: 'record', problem: { code: 'unknown-mechanism', term: 'moo', offset: 12 } },
      asked: ['example.com TXT'],
    },
    {
      says: 'unknown modifiers may have "-", "_" and "." in their names and stand twice (§6)',
      zone: { 'example.com': { TXT: ['v=spf1 a-b_c.d=1 ip4:192.0.2.1 a-b_c.d=2 -all'] } },
      result: 'pass',
    },
  ]);
});

describe('mailauth', () => {
  testRows([
    {
      says: 'a failure in an include is temperror, not "no match" (§5.2)',
      zone: { 'example.com': { TXT: ['v=spf1 include:b.example +all'] }, 'b.example': { TXT: 'servfail' } },
      result: 'temperror',
      cause: { kind: 'lookup', name: 'b.example', type: 'TXT', why: 'servfail' },
    },
    {
      says: 'a failure behind a redirect is temperror, not neutral (§6.1)',
      zone: { 'example.com': { TXT: ['v=spf1 redirect=b.example'] }, 'b.example': 'timeout' },
      result: 'temperror',
      cause: { kind: 'lookup', name: 'b.example', type: 'TXT', why: 'timeout' },
    },
    {
      says: '%{d} is the domain of the record that it stands in, also in an include (§7.2)',
      zone: {
        'example.com': { TXT: ['v=spf1 include:b.example -all'] },
        'b.example': { TXT: ['v=spf1 exists:%{l}.%{d} -all'] },
        'user.b.example': { A: ['127.0.0.2'] },
      },
      result: 'pass',
      asked: ['example.com TXT', 'b.example TXT', 'user.b.example A'],
    },
    {
      says: 'a prefix length of 0 matches every IPv6 client (§5.6)',
      zone: { 'example.com': { TXT: ['v=spf1 ip6:2001:db8::/0 -all'] } },
      ip: '2a00::1',
      result: 'pass',
    },
    {
      says: 'and no IPv4 client',
      zone: { 'example.com': { TXT: ['v=spf1 ip6:2001:db8::/0 -all'] } },
      result: 'fail',
    },
  ]);
});

describe('Mail::SPF', () => {
  const LONG = 'l'.repeat(64);
  testRows([
    {
      says: 'a label over 63 in the sender is a result, and no exception (§4.3)',
      zone: {},
      sender: `user@${LONG}.example.com`,
      result: 'none',
      cause: { kind: 'bad-domain', problem: 'label-length' },
      asked: [],
    },
    {
      says: 'an empty label in the sender is one, too (§4.3)',
      zone: {},
      sender: 'user@a..example.com',
      result: 'none',
      cause: { kind: 'bad-domain', problem: 'label-length' },
      asked: [],
    },
    {
      says: 'labels over 63 that a macro brings in match nothing (§4.8)',
      zone: { 'example.com': { TXT: ['v=spf1 a:%{l}.example.com exists:%{l}.example.com ~all'] } },
      sender: `${LONG}@example.com`,
      result: 'softfail',
      asked: ['example.com TXT'],
    },
    {
      says: 'empty labels that a macro brings in match nothing (§4.8)',
      zone: { 'example.com': { TXT: ['v=spf1 mx:%{l}.example.com ptr:%{l}.example.com ~all'] } },
      sender: 'a..b@example.com',
      result: 'softfail',
      asked: ['example.com TXT'],
    },
    {
      says: 'an eleventh MX host is permerror; RFC 4408 ignored it (§4.6.4)',
      zone: {
        'example.com': {
          TXT: ['v=spf1 mx -all'],
          MX: Array.from({ length: 11 }, (_, i) => [i, `mx${i}.example.com`] as const),
        },
      },
      result: 'permerror',
      cause: { kind: 'limit', limit: 'names', domain: 'example.com' },
    },
    {
      says: 'ip6:::ffff:192.0.2.1 is well-formed and matches no IPv4 client (§5)',
      zone: { 'example.com': { TXT: ['v=spf1 ip6:::ffff:192.0.2.1 ip6:::ffff:0:0/96 -all'] } },
      result: 'fail',
    },
  ]);
});

describe('libspf2', () => {
  testRows([
    {
      says: 'void lookups have a limit (§4.6.4)',
      zone: { 'example.com': { TXT: ['v=spf1 a:v1.example a:v2.example a:v3.example +all'] } },
      result: 'permerror',
      cause: { kind: 'limit', limit: 'void' },
      asked: ['example.com TXT', 'v1.example A', 'v2.example A', 'v3.example A'],
    },
    {
      says: 'an eleventh term is not evaluated (§4.6.4)',
      zone: {
        'example.com': {
          TXT: [`v=spf1 ${Array.from({ length: 11 }, (_, i) => `a:h${i}.example`).join(' ')} +all`],
        },
        ...Object.fromEntries(
          Array.from({ length: 11 }, (_, i) => [`h${i}.example`, { A: ['198.51.100.1'] }]),
        ),
      },
      result: 'permerror',
      cause: { kind: 'limit', limit: 'terms', domain: 'example.com', term: 'a:h10.example' },
      asked: ['example.com TXT', ...Array.from({ length: 10 }, (_, i) => `h${i}.example A`)],
    },
    {
      says: 'a prefix length of 0 is no syntax error (§5.6)',
      zone: { 'example.com': { TXT: ['v=spf1 ip4:198.51.100.1/0 a/0//0 -all'] } },
      result: 'pass',
    },
    {
      says: 'an IPv4-mapped client is an IPv4 client (§5)',
      zone: { 'example.com': { TXT: ['v=spf1 ip4:192.0.2.0/24 -all'] } },
      ip: '::ffff:192.0.2.1',
      result: 'pass',
    },
    {
      says: 'a big record is read whole, however many strings it comes in (§3.3)',
      zone: {
        'example.com': {
          TXT: [
            [
              'v=spf1 ',
              ...Array.from({ length: 200 }, (_, i) => `ip4:10.0.${i}.0/24 `),
              'ip4:192.0.2.1 -all',
            ],
          ],
        },
      },
      result: 'pass',
    },
    {
      says: '%{l1r-} keeps all of a local part without the delimiter (§7.3)',
      zone: {
        'example.com': { TXT: ['v=spf1 exists:%{l1r-}.example.com -all'] },
        'strong.example.com': { A: ['127.0.0.2'] },
      },
      sender: 'strong@example.com',
      result: 'pass',
      asked: ['example.com TXT', 'strong.example.com A'],
    },
    {
      says: 'a redirect is not used if there is an "all" anywhere (§6.1)',
      zone: {
        'example.com': { TXT: ['v=spf1 redirect=b.example ~all'] },
        'b.example': { TXT: ['v=spf1 +all'] },
      },
      result: 'softfail',
      asked: ['example.com TXT'],
    },
  ]);
});

describe('Mail::SPF::Iterator', () => {
  testRows([
    {
      says: 'SERVFAIL for the record is temperror (§4.4)',
      zone: { 'example.com': 'servfail' },
      result: 'temperror',
    },
    { says: 'and so is REFUSED', zone: { 'example.com': 'refused' }, result: 'temperror' },
    {
      says: 'REFUSED in an include is temperror, not permerror (§5.2)',
      zone: { 'example.com': { TXT: ['v=spf1 include:b.example -all'] }, 'b.example': 'refused' },
      result: 'temperror',
    },
    {
      says: 'ten MX hosts are not too many (§4.6.4)',
      zone: {
        'example.com': {
          TXT: ['v=spf1 mx -all'],
          MX: Array.from({ length: 10 }, (_, i) => [10, `mx${i}.example.com`] as const),
        },
        'mx9.example.com': { A: ['192.0.2.1'] },
      },
      result: 'pass',
    },
    {
      says: 'version, mechanisms and modifiers are read in either case (§4.6.1)',
      zone: {
        'example.com': { TXT: ['V=sPf1 IP4:198.51.100.1 REDIRECT=B.example'] },
        'b.example': { TXT: ['v=spf1 ?ALL'] },
      },
      result: 'neutral',
      asked: ['example.com TXT', 'B.example TXT'],
    },
    {
      says: 'records of spf2.0 are none of ours (§4.5)',
      zone: { 'example.com': { TXT: ['spf2.0/pra,mfrom -all', 'spf2.0/mfrom +all'] } },
      result: 'none',
      cause: { kind: 'no-record' },
    },
  ]);
});

describe('pyspf', () => {
  testRows([
    {
      says: 'a PTR query that fails is no match (§5.5)',
      zone: { 'example.com': { TXT: ['v=spf1 ptr ~all'] }, [REVERSE]: 'servfail' },
      result: 'softfail',
    },
    {
      says: '%{p} is "unknown" if its queries fail (§7.3)',
      zone: {
        'example.com': { TXT: ['v=spf1 exists:%{p}.example.com -all'] },
        [REVERSE]: 'timeout',
        'unknown.example.com': { A: ['127.0.0.2'] },
      },
      result: 'pass',
    },
    {
      says: 'a PTR name whose addresses cannot be asked for is skipped (§5.5)',
      zone: {
        'example.com': { TXT: ['v=spf1 ptr -all'] },
        [REVERSE]: { PTR: ['a.example.com', 'b.example.com'] },
        'a.example.com': 'servfail',
        'b.example.com': { A: ['192.0.2.1'] },
      },
      result: 'pass',
      asked: ['example.com TXT', `${REVERSE} PTR`, 'a.example.com A', 'b.example.com A'],
    },
    {
      says: 'a redirect that is not used is not counted (§6.1)',
      zone: {
        'example.com': {
          TXT: [
            `v=spf1 ${Array.from({ length: 10 }, (_, i) => `a:h${i}.example`).join(' ')} ~all redirect=b.example`,
          ],
        },
        ...Object.fromEntries(
          Array.from({ length: 10 }, (_, i) => [`h${i}.example`, { A: ['198.51.100.1'] }]),
        ),
      },
      result: 'softfail',
    },
    {
      says: 'the domain of a sender follows its last "@" (RFC 5321 §4.1.2)',
      zone: { 'example.com': { TXT: ['v=spf1 -all'] }, 'evil.example': { TXT: ['v=spf1 +all'] } },
      sender: 'user@evil.example@example.com',
      result: 'fail',
      asked: ['example.com TXT'],
    },
    {
      says: 'an include of the record itself, behind the term that matches, does nothing (§4.6.2)',
      zone: { 'example.com': { TXT: ['v=spf1 ip4:192.0.2.1 include:example.com -all'] } },
      result: 'pass',
    },
    {
      says: '"REDIRECT=" is the modifier (RFC 5234 §2.3)',
      zone: { 'example.com': { TXT: ['v=spf1 REDIRECT=b.example'] }, 'b.example': { TXT: ['v=spf1 -all'] } },
      result: 'fail',
    },
    ...['%{d', '%(d)', '%{dz}', '%d', '%{}', '%{d1x}', '%{ d}', '%{d }', '%{rr}', '%{dr1}'].map((macro) => ({
      says: `the macro ${macro} is a syntax error (§7.1)`,
      zone: { 'example.com': { TXT: [`v=spf1 +all exists:${macro}.example.com`] } },
      result: 'permerror' as const,
      cause: { kind: 'record' },
    })),
    {
      says: 'a name over 253 octets loses labels on the left, and is no exception (§7.3)',
      zone: { 'example.com': { TXT: ['v=spf1 exists:%{l}.%{l}.%{l}.%{l}.%{l}.example.com -all'] } },
      sender: `${'x'.repeat(60)}@example.com`,
      result: 'fail',
      asked: ['example.com TXT', `${`${'x'.repeat(60)}.`.repeat(3)}example.com A`],
    },
    {
      says: 'a line break in HELO is octets of a name, and escaped in an explanation (§6.2)',
      zone: {
        'example.com': { TXT: ['v=spf1 exists:%{h}.example.com -all exp=why.example.com'] },
        'why.example.com': { TXT: ['not %{h}, says %{d}'] },
      },
      helo: 'a\r\nX: y.example',
      result: 'fail',
      explanation: 'not a%0D%0AX: y.example, says example.com',
      asked: ['example.com TXT', 'a\r\nX: y.example.example.com A', 'why.example.com TXT'],
    },
  ]);
});

describe('Haraka', () => {
  testRows([
    {
      says: 'ten terms are not too many, whatever follows that asks nothing (§4.6.4)',
      zone: {
        'example.com': {
          TXT: [
            `v=spf1 ${Array.from({ length: 10 }, (_, i) => `a:h${i}.example`).join(' ')} ip4:192.0.2.1 -all`,
          ],
        },
        ...Object.fromEntries(
          Array.from({ length: 10 }, (_, i) => [`h${i}.example`, { A: ['198.51.100.1'] }]),
        ),
      },
      result: 'pass',
    },
    {
      says: 'a loop of includes is permerror (§4.6.4)',
      zone: {
        'example.com': { TXT: ['v=spf1 include:b.example +all'] },
        'b.example': { TXT: ['v=spf1 include:example.com +all'] },
      },
      result: 'permerror',
      cause: { kind: 'limit', limit: 'terms' },
    },
    {
      says: 'a loop of redirects is permerror (§4.6.4)',
      zone: {
        'example.com': { TXT: ['v=spf1 redirect=b.example'] },
        'b.example': { TXT: ['v=spf1 redirect=example.com'] },
      },
      result: 'permerror',
      cause: { kind: 'limit', limit: 'terms' },
    },
    {
      says: 'the digits of a macro take labels from the right (§7.3)',
      zone: { 'example.com': { TXT: ['v=spf1 exists:%{d2}.%{l1}.example.com -all'] } },
      sender: 'a.b.c@example.com',
      result: 'fail',
      asked: ['example.com TXT', 'example.com.c.example.com A'],
    },
    {
      says: '%{i} of an IPv6 client is its nibbles (§7.3)',
      zone: {
        'example.com': { TXT: ['v=spf1 exists:%{ir}.%{v}.example.com -all'] },
        [`1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6.example.com`]: {
          A: ['127.0.0.2'],
        },
      },
      ip: '2001:db8::1',
      result: 'pass',
    },
    {
      says: 'the record and the sender keep their case',
      zone: {
        'example.com': { TXT: ['v=spf1 exists:%{l}.Spf.Example.com -all exp=why.example.com'] },
        'why.example.com': { TXT: ['No, %{s}'] },
      },
      sender: 'MixedCase@Example.Com',
      result: 'fail',
      explanation: 'No, MixedCase@Example.Com',
      asked: ['Example.Com TXT', 'MixedCase.Spf.Example.com A', 'why.example.com TXT'],
    },
  ]);
});
