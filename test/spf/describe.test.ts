/** Outcomes in words. What the words are is for people; that they are there, safe and bounded, is held here. */
import { expect, test } from '@jest/globals';

import type { FailureReason } from '../../src/dns/index.js';
import { checkHost, describeCause, matchedTerm, type Outcome } from '../../src/spf/index.js';
import { argumentsOf, contextOf, type Client } from '../support/spf-client.js';
import { zone, type ZoneLiteral } from '../support/zone.js';

function outcomeOf(literal: ZoneLiteral, client: Client = {}): Outcome {
  const outcome = checkHost(argumentsOf(client), contextOf(zone(literal)));
  if (outcome instanceof Promise) throw new Error('a promise, though every answer was at hand');
  return outcome;
}

const record = (text: string): ZoneLiteral => ({ 'example.com': { TXT: [text] } });
const FAILURES: readonly FailureReason[] = [
  'timeout',
  'servfail',
  'refused',
  'formerr',
  'notimp',
  'other-rcode',
  'malformed',
  'unreachable',
  'busy',
];
const MACROS = '%{l}'.repeat(1000);

test.each([
  ...FAILURES.map((why) => ({ zone: { 'example.com': why }, names: 'example.com' })),
  { zone: {}, names: 'record' },
  { zone: {}, sender: 'user@localhost', names: 'domain' },
  { zone: {}, sender: 'user@a..example', names: 'label' },
  { zone: {}, sender: 'user@[192.0.2.1]', names: 'character' },
  { zone: {}, sender: `user@${'a.'.repeat(200)}example`, names: 'long' },
  { zone: {}, sender: 'user@\u0378.example', names: 'international' },
  { zone: {}, sender: 'user@.', names: 'empty' },
  { zone: { 'example.com': { TXT: ['v=spf1', 'v=spf1 a'] } }, names: 'example.com' },
  { zone: record('v=spf1 moo:"('), names: 'moo:"(' },
  { zone: record('v=spf1 a:x\r\ny.example'), names: 'a:x??y.example' },
  { zone: record(`v=spf1 ${'m'.repeat(60_000)}`), names: '...' },
  { zone: record(`v=spf1 redirect=${MACROS}`), sender: `${'a'.repeat(64)}@example.com`, names: 'redirect=' },
  { zone: record(`v=spf1 include:${MACROS}`), sender: `${'a'.repeat(64)}@example.com`, names: 'include:' },
  { zone: record('v=spf1 include:b.example'), names: 'include:b.example in the record of example.com' },
  { zone: record('v=spf1 a:x.y.z.example a:y.example a:z.example'), names: 'z.example' },
  { zone: record('v=spf1 include:example.com'), names: 'include:example.com' },
  {
    zone: {
      ...record(`v=spf1 ${'a:b.example '.repeat(10)} -exists:${MACROS}`),
      'b.example': { A: ['10.0.0.1'] },
    },
    names: '-exists:',
  },
  { zone: record('v=spf1 exists:%{l}.a.example'), sender: '\x01\x7f@example.com', names: null },
])('row %#: says why, in printable ASCII, and not too much of it', ({ zone: literal, names, ...client }) => {
  const text = describeCause(outcomeOf(literal, client));
  expect(text).toMatch(/^[\x20-\x7e]*$/);
  expect(text.length).toBeLessThan(500);
  if (names === null) expect(text).toBe('');
  else expect(text).toContain(names);
});

test.each([
  ['v=spf1 +ip4:192.0.2.0/24 -all', 'ip4:192.0.2.0/24'],
  ['v=spf1 -ALL', '-all'],
  ['v=spf1 ~ip6:::/0 ?all', '?all'],
  ['v=spf1 include:b.example -all', 'include:b.example'],
  ['v=spf1 redirect=b.example', 'ip4:192.0.2.1'],
  ['v=spf1', null],
  ['v=spf1 moo', null],
])('%s: the term that decides is %s', (text, term) => {
  const outcome = outcomeOf({ ...record(text), 'b.example': { TXT: ['v=spf1 ip4:192.0.2.1 -all'] } });
  expect(matchedTerm(outcome)).toBe(term);
});
