/** Internationalized mail (RFC 8616 §4). */
import { testRows } from '../support/spf-rows.js';

const YES = { A: ['127.0.0.2'] };

testRows([
  {
    says: 'U-labels become A-labels before anything else: in %{d}, %{o}, %{s} and %{h}',
    zone: {
      'xn--bcher-kva.example': { TXT: ['v=spf1 -all exp=why.example.com'] },
      'why.example.com': { TXT: ['%{d} %{o} %{s} %{h} %{d1}'] },
    },
    sender: 'user@Bücher.example',
    helo: 'smtp.bücher.example',
    result: 'fail',
    explanation:
      'xn--bcher-kva.example xn--bcher-kva.example user@xn--bcher-kva.example smtp.xn--bcher-kva.example example',
    asked: ['xn--bcher-kva.example TXT', 'why.example.com TXT'],
  },
  {
    says: 'IDNA 2008 keeps the sharp s, which older rules wrote as ss',
    zone: {},
    sender: 'user@straße.example',
    result: 'none',
    asked: ['xn--strae-oqa.example TXT'],
  },
  {
    says: 'A-labels stay as they are',
    zone: {},
    sender: 'user@xn--bcher-kva.example',
    result: 'none',
    asked: ['xn--bcher-kva.example TXT'],
  },
  {
    says: 'a U-label in a record is a syntax error (RFC 7208 §3.1)',
    zone: { 'example.com': { TXT: ['v=spf1 a:b\xc3\xbccher.example +all'] } },
    result: 'permerror',
    cause: { kind: 'record', problem: { code: 'bad-character', offset: 10 } },
  },
  ...[
    'a:%{l}.example.com',
    'mx:%{s}',
    'ptr:%{L}.example.com',
    'exists:%{S1}.example.com',
    'include:%{l}.%{d}',
  ].map((term) => ({
    says: `${term} matches nothing if the local part is not ASCII, and the next term decides`,
    zone: { 'example.com': { TXT: [`v=spf1 -${term} ip4:192.0.2.1 -all`] } },
    sender: 'jürgen@example.com',
    result: 'pass' as const,
    asked: ['example.com TXT'],
  })),
  {
    says: 'an include that fails for another reason is permerror, whatever the local part (RFC 7208 §5.2)',
    zone: { 'example.com': { TXT: ['v=spf1 include:%{h}.example.com +all'] } },
    sender: 'jürgen@example.com',
    helo: '..',
    result: 'permerror',
    cause: { kind: 'bad-target', term: 'include:%{h}.example.com' },
  },
  {
    says: 'other macros do not mind such a local part',
    zone: { 'example.com': { TXT: ['v=spf1 exists:%{i}.%{o} -all'] }, '192.0.2.1.example.com': YES },
    sender: 'jürgen@example.com',
    result: 'pass',
  },
  {
    says: 'a redirect with it has no target: permerror',
    zone: { 'example.com': { TXT: ['v=spf1 redirect=%{l}.example.com'] } },
    sender: 'jürgen@example.com',
    result: 'permerror',
    cause: { kind: 'bad-target', domain: 'example.com', term: 'redirect=%{l}.example.com' },
    asked: ['example.com TXT'],
  },
  {
    says: 'an exp with it has none, either: no text',
    zone: { 'example.com': { TXT: ['v=spf1 -all exp=%{l}.example.com'] } },
    sender: 'jürgen@example.com',
    result: 'fail',
    explanation: null,
    asked: ['example.com TXT'],
  },
  {
    says: 'in an explanation it is escaped octet by octet, by upper-case and lower-case macros',
    zone: {
      'example.com': { TXT: ['v=spf1 -all exp=why.example.com'] },
      'why.example.com': { TXT: ['%{L} %{l} %{S} %{s}'] },
    },
    sender: 'jö+rg@example.com',
    result: 'fail',
    explanation: 'j%C3%B6%2Brg j%C3%B6+rg j%C3%B6%2Brg%40example.com j%C3%B6+rg@example.com',
  },
  {
    says: 'a label that cannot be converted is malformed: none, and no query',
    zone: {},
    sender: 'user@\u0378bad.example',
    result: 'none',
    cause: { kind: 'bad-domain', problem: 'idna' },
    asked: [],
  },
  {
    says: 'a HELO name that cannot be converted stays in %{h} as it is',
    zone: {
      'example.com': { TXT: ['v=spf1 -all exp=why.example.com'] },
      'why.example.com': { TXT: ['%{h}'] },
    },
    helo: '\u0378.example',
    result: 'fail',
    explanation: '%CD%B8.example',
  },
  {
    says: 'a full stop of another script is a dot',
    zone: {},
    sender: 'user@例え。example',
    result: 'none',
    asked: ['xn--r8jz45g.example TXT'],
  },
]);
