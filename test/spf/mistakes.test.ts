/** The commonest mistakes of verifiers, each with a row that shows it. */
import { describe } from '@jest/globals';

import { testRows } from '../support/spf-rows.js';

const YES = { A: ['127.0.0.2'] };
const ELSEWHERE = { A: ['198.51.100.1'] };
const REVERSE = '1.2.0.192.in-addr.arpa';

describe('macros', () => {
  testRows([
    {
      says: '%{d} is the target of a redirect inside of its record',
      zone: {
        'example.com': { TXT: ['v=spf1 redirect=_spf.%{d}'] },
        '_spf.example.com': { TXT: ['v=spf1 exists:%{d}.%{o} -all'] },
        '_spf.example.com.example.com': YES,
      },
      result: 'pass',
      asked: ['example.com TXT', '_spf.example.com TXT', '_spf.example.com.example.com A'],
    },
    {
      says: '%{o} stays the domain of the sender, however deep',
      zone: {
        'example.com': { TXT: ['v=spf1 include:a.example -all'] },
        'a.example': { TXT: ['v=spf1 redirect=b.example'] },
        'b.example': { TXT: ['v=spf1 exists:%{o}.%{d} -all'] },
        'example.com.b.example': YES,
      },
      result: 'pass',
    },
    {
      says: 'macros are expanded in mx, a, ptr, include, redirect and exp',
      zone: {
        'example.com': {
          TXT: ['v=spf1 mx:m.%{d} a:a.%{d} ptr:p.%{d} include:i.%{d} redirect=r.%{d}'],
        },
        'm.example.com': { MX: [[1, 'x.example.com']] },
        'a.example.com': ELSEWHERE,
        'i.example.com': { TXT: ['v=spf1 -all'] },
        'r.example.com': { TXT: ['v=spf1 -all exp=e.%{d}'] },
        'e.r.example.com': { TXT: ['%{o}'] },
      },
      result: 'fail',
      explanation: 'example.com',
      asked: [
        'example.com TXT',
        'm.example.com MX',
        'x.example.com A',
        'a.example.com A',
        `${REVERSE} PTR`,
        'i.example.com TXT',
        'r.example.com TXT',
        'e.r.example.com TXT',
      ],
    },
    ...[
      { macro: '%{l1r-}', sender: 'strong-bad', becomes: 'strong' },
      { macro: '%{l1r-}', sender: 'strong', becomes: 'strong' },
      { macro: '%{lr-}', sender: 'a-b-c', becomes: 'c.b.a' },
      { macro: '%{l1-}', sender: 'a-b-c', becomes: 'c' },
      { macro: '%{L1r+}', sender: 'a&b+c', becomes: 'a%26b' },
      { macro: '%{lr.-}', sender: 'a.b-c', becomes: 'c.b.a' },
    ].map(({ macro, sender, becomes }) => ({
      says: `${macro} of ${sender} is ${becomes} (§7.3)`,
      zone: { 'example.com': { TXT: [`v=spf1 exists:${macro}.x.example -all`] } },
      sender: `${sender}@example.com`,
      result: 'fail' as const,
      asked: ['example.com TXT', `${becomes}.x.example A`],
    })),
    {
      says: '%{i} of IPv6 has no colons in it (§7.3)',
      zone: { 'example.com': { TXT: ['v=spf1 exists:%{i}.x.example -all'] } },
      ip: '2001:db8::1',
      result: 'fail',
      asked: [
        'example.com TXT',
        '2.0.0.1.0.D.B.8.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.1.x.example A',
      ],
    },
    {
      says: 'records of hosted services work: include:%{i}._ip.%{h}._ehlo.%{d}._spf.host.example',
      zone: {
        'example.com': { TXT: ['v=spf1 include:%{i}._ip.%{h}._ehlo.%{d}._spf.host.example ~all'] },
        '192.0.2.1._ip.mta.example.org._ehlo.example.com._spf.host.example': {
          TXT: ['v=spf1 ip4:192.0.2.1 -all'],
        },
      },
      result: 'pass',
    },
  ]);
});

describe('counting', () => {
  const mx = (name: string) => Array.from({ length: 10 }, (_, i) => [i, `${name}${i}.example`] as const);
  testRows([
    {
      says: 'MX hosts are no terms (§4.6.4)',
      zone: {
        'example.com': { TXT: ['v=spf1 mx mx:b.example -all'], MX: mx('x') },
        'b.example': { MX: mx('y') },
        'y9.example': { A: ['192.0.2.1'] },
      },
      result: 'pass',
    },
    {
      says: 'ten terms are allowed, and the query for the record itself is none (§4.6.4)',
      zone: {
        'example.com': {
          TXT: [`v=spf1 ${Array.from({ length: 10 }, () => 'a').join(' ')} ~all`],
          ...ELSEWHERE,
        },
      },
      result: 'softfail',
    },
    {
      says: 'eleven are not, though the eleventh is all there is left',
      zone: {
        'example.com': { TXT: [`v=spf1 ${Array.from({ length: 11 }, () => 'a').join(' ')}`], ...ELSEWHERE },
      },
      result: 'permerror',
      cause: { kind: 'limit', limit: 'terms' },
    },
    {
      says: 'exp is no term (§4.6.4)',
      zone: {
        'example.com': {
          TXT: [`v=spf1 ${Array.from({ length: 10 }, () => 'a').join(' ')} -all exp=why.example.com`],
          ...ELSEWHERE,
        },
        'why.example.com': { TXT: ['because'] },
      },
      result: 'fail',
      explanation: 'because',
    },
    {
      says: 'a void lookup is counted once, also if it is in an include (§4.6.4)',
      zone: {
        'example.com': { TXT: ['v=spf1 include:a.example a:v2.example ~all'] },
        'a.example': { TXT: ['v=spf1 a:v1.example ?all'] },
      },
      result: 'softfail',
    },
    {
      says: 'and does not get lost between include and the including record',
      zone: {
        'example.com': { TXT: ['v=spf1 include:a.example a:v3.example ~all'] },
        'a.example': { TXT: ['v=spf1 a:v1.example a:v2.example ?all'] },
      },
      result: 'permerror',
      cause: { kind: 'limit', limit: 'void', domain: 'example.com' },
    },
    {
      says: 'one mx with hosts that have no AAAA is no void lookup at all',
      zone: {
        'example.com': { TXT: ['v=spf1 mx ip6:2001:db8::/32 -all'], MX: mx('x') },
        ...Object.fromEntries(mx('x').map(([, name]) => [name, ELSEWHERE])),
      },
      ip: '2001:db8::1',
      result: 'pass',
    },
  ]);
});

describe('answers', () => {
  testRows([
    {
      says: 'NXDOMAIN of one MX host is no error of the whole',
      zone: {
        'example.com': {
          TXT: ['v=spf1 mx -all'],
          MX: [
            [1, 'gone.example'],
            [2, 'there.example'],
          ],
        },
        'there.example': { A: ['192.0.2.1'] },
      },
      result: 'pass',
    },
    {
      says: 'mx without MX records does not fall back to an address (§5.4)',
      zone: { 'example.com': { TXT: ['v=spf1 mx ~all'], A: ['192.0.2.1'] } },
      result: 'softfail',
      asked: ['example.com TXT', 'example.com MX'],
    },
    {
      says: 'mx follows an alias',
      zone: {
        'example.com': { TXT: ['v=spf1 mx:alias.example -all'] },
        'alias.example': { CNAME: 'real.example' },
        'real.example': { MX: [[1, 'x.example']] },
        'x.example': { A: ['192.0.2.1'] },
      },
      result: 'pass',
    },
    {
      says: 'the record itself may be behind an alias',
      zone: {
        'example.com': { CNAME: 'real.example' },
        'real.example': { TXT: ['v=spf1 ip4:192.0.2.1 -all'] },
      },
      result: 'pass',
    },
    {
      says: 'two aliases of one record are one record each, not two of one name',
      zone: {
        'example.com': { TXT: ['v=spf1 include:x.example include:y.example -all'] },
        'x.example': { CNAME: 'real.example' },
        'y.example': { CNAME: 'real.example' },
        'real.example': { TXT: ['v=spf1 ~all'] },
      },
      result: 'fail',
    },
    {
      says: 'an include of a domain without a record is permerror (§5.2)',
      zone: { 'example.com': { TXT: ['v=spf1 include:b.example +all'] } },
      result: 'permerror',
      cause: { kind: 'no-record', domain: 'example.com', term: 'include:b.example' },
    },
    {
      says: 'a redirect to a domain without a record is permerror (§6.1)',
      zone: { 'example.com': { TXT: ['v=spf1 redirect=b.example'] } },
      result: 'permerror',
      cause: { kind: 'no-record', domain: 'example.com', term: 'redirect=b.example' },
    },
    {
      says: 'an error is not overwritten by a later match',
      zone: { 'example.com': { TXT: ['v=spf1 a +all'], A: 'servfail' } },
      result: 'temperror',
    },
    {
      says: 'of several records none is taken (§4.5)',
      zone: { 'example.com': { TXT: ['v=spf1 +all', 'something else', 'v=spf1 -all'] } },
      result: 'permerror',
    },
    {
      says: '"v=spf10" and "v=spf1," are no records, and do not count as a second one (§4.5)',
      zone: {
        'example.com': { TXT: ['v=spf10 +all', 'v=spf1, +all', ' v=spf1 +all', 'v=spf1 -all', 'v=spf'] },
      },
      result: 'fail',
    },
    {
      says: 'an empty policy is neutral (§4.7)',
      zone: { 'example.com': { TXT: ['v=spf1'] } },
      result: 'neutral',
    },
    {
      says: 'the name of a PTR record is compared without regard to case and final dot (§5.5)',
      zone: {
        'example.com': { TXT: ['v=spf1 ptr -all'] },
        [REVERSE]: { PTR: ['MAIL.Example.COM.'] },
        'mail.example.com': { A: ['192.0.2.1'] },
      },
      result: 'pass',
    },
    {
      says: 'ptr of an IPv6 client asks for the nibbles in reverse, and then for AAAA',
      zone: {
        'example.com': { TXT: ['v=spf1 ptr -all'] },
        '1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa': {
          PTR: ['mail.example.com'],
        },
        'mail.example.com': { A: ['192.0.2.1'], AAAA: ['2001:db8::1'] },
      },
      ip: '2001:db8::1',
      result: 'pass',
      asked: [
        'example.com TXT',
        '1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa PTR',
        'mail.example.com AAAA',
      ],
    },
  ]);
});

describe('syntax', () => {
  testRows([
    {
      says: '"a:a::a" is a bad name, not an address',
      zone: { 'example.com': { TXT: ['v=spf1 a:a::a +all'] } },
      result: 'permerror',
    },
    {
      says: '"ip6:a::a" is an address, and no name',
      zone: { 'example.com': { TXT: ['v=spf1 ip6:a::a -all'] } },
      ip: 'a::a',
      result: 'pass',
    },
    {
      says: '"ip6" with an IPv4 address is a syntax error (§5.6)',
      zone: { 'example.com': { TXT: ['v=spf1 ip6:192.0.2.1 +all'] } },
      result: 'permerror',
      cause: { problem: { code: 'bad-address' } },
    },
    {
      says: '"ip4" with an IPv6 address is one, too',
      zone: { 'example.com': { TXT: ['v=spf1 ip4:2001:db8::1 +all'] } },
      result: 'permerror',
      cause: { problem: { code: 'bad-address' } },
    },
    {
      says: 'modifiers may stand behind "all", and unknown ones (ra=) are ignored (§6)',
      zone: {
        'example.com': { TXT: ['v=spf1 ip4:192.0.2.1 -all ra=postmaster rp=100 exp=why.example.com'] },
      },
      result: 'pass',
    },
    {
      says: 'modifiers may stand before mechanisms, and redirect is still last (§6)',
      zone: {
        'example.com': { TXT: ['v=spf1 redirect=b.example ip4:192.0.2.1'] },
        'b.example': { TXT: ['v=spf1 -all'] },
      },
      result: 'pass',
      asked: ['example.com TXT'],
    },
  ]);
});

describe('senders', () => {
  testRows([
    {
      says: 'the null sender is checked as postmaster at the HELO name (§2.4)',
      zone: {
        'mta.example.org': { TXT: ['v=spf1 exists:%{l}.%{o}.x.example -all'] },
        'postmaster.mta.example.org.x.example': YES,
      },
      sender: '',
      result: 'pass',
    },
    {
      says: 'a HELO literal is none, not a DNS error',
      zone: {},
      sender: '',
      helo: '[IPv6:2001:db8::1]',
      result: 'none',
      asked: [],
    },
    {
      says: 'a HELO of a single label, too',
      zone: {},
      sender: '',
      helo: 'localhost',
      result: 'none',
      asked: [],
    },
    { says: 'and no HELO at all', zone: {}, sender: '', helo: '', result: 'none', asked: [] },
    {
      says: 'a TXT record that nobody can send by UDP is used like any other',
      zone: {
        'example.com': { TXT: [['v=spf1 ', 'x=', 'y'.repeat(255), 'y'.repeat(4000), ' ip4:192.0.2.1 -all']] },
      },
      result: 'pass',
    },
    {
      says: 'names that DNS libraries refuse are asked for: plus addresses and rewritten senders',
      zone: {
        'example.com': { TXT: ['v=spf1 exists:%{l}._spf.%{d} -all'] },
        'srs0=abcd=zz=example.org=user._spf.example.com': YES,
      },
      sender: 'SRS0=abcd=ZZ=example.org=user@example.com',
      result: 'pass',
      asked: ['example.com TXT', 'SRS0=abcd=ZZ=example.org=user._spf.example.com A'],
    },
    ...['user+tag', 'a%b', 'a~b', 'a:b', 'a,b', 'a"b', "a'b", 'a[b]', 'a b', 'a#b', 'a!b'].map((local) => ({
      says: `a local part with an odd character is asked for as it is: ${local}`,
      zone: { 'example.com': { TXT: ['v=spf1 exists:%{l}.x.example -all'] }, [`${local}.x.example`]: YES },
      sender: `${local}@example.com`,
      result: 'pass' as const,
      asked: ['example.com TXT', `${local}.x.example A`],
    })),
  ]);
});
