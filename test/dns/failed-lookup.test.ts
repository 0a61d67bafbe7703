/** Failed questions in words, which are for people: that they say what was asked, and are safe. */
import { expect, test } from '@jest/globals';

import { describeFailedLookup, queryName, type FailureReason } from '../../src/dns/index.js';

const REASONS: readonly FailureReason[] = [
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

test('each reason has words of its own', () => {
  const texts = REASONS.map((why) => describeFailedLookup(queryName('a.example'), 'MX', why));
  expect(new Set(texts).size).toBe(REASONS.length);
  for (const text of texts) expect(text).toMatch(/^DNS [\x20-\x7e]+ for MX of a\.example$/);
});

test('a name of any octets is printable', () => {
  const text = describeFailedLookup(queryName('a\r\nb\xff.example'), 'TXT', 'servfail');
  expect(text).toBe('DNS failed with SERVFAIL for TXT of a\\013\\010b\\255.example');
});
