/** What an outcome tells of the records it comes from. */
import { describe, expect, test } from '@jest/globals';

import type { SpfResult } from '../../src/smtp/index.js';
import { checkHost, isNoMailRecord, printRecord, recordText, type Outcome } from '../../src/spf/index.js';
import { argumentsOf, contextOf, type Client } from '../support/spf-client.js';
import { zone, type ZoneLiteral } from '../support/zone.js';

interface Row extends Client {
  readonly says: string;
  readonly zone: ZoneLiteral;
  readonly result: SpfResult;
  readonly record: string | null;
  /** The same as `record` if it is left out. */
  readonly decidedBy?: string;
  readonly noMail?: boolean;
}

const record = (text: string, more: ZoneLiteral = {}): ZoneLiteral => ({
  'example.com': { TXT: [text] },
  ...more,
});
const inner = (text: string): ZoneLiteral => ({ 'b.example': { TXT: [text] } });

const rows: readonly Row[] = [
  {
    says: 'pass: the record that says so',
    zone: record('v=spf1  IP4:192.0.2.1 -ALL'),
    result: 'pass',
    record: 'v=spf1 ip4:192.0.2.1 -all',
  },
  { says: 'softfail', zone: record('v=spf1 ~all'), result: 'softfail', record: 'v=spf1 ~all' },
  { says: 'neutral', zone: record('v=spf1 ?all'), result: 'neutral', record: 'v=spf1 ?all' },
  { says: 'no match at all (§4.7)', zone: record('v=spf1'), result: 'neutral', record: 'v=spf1' },
  { says: 'fail', zone: record('v=spf1 mx -all'), result: 'fail', record: 'v=spf1 mx -all' },
  {
    says: 'an include decides nothing by itself',
    zone: record('v=spf1 include:b.example -all', inner('v=spf1 ip4:192.0.2.1 -all')),
    result: 'pass',
    record: 'v=spf1 include:b.example -all',
  },
  {
    says: 'nor does one that says -all',
    zone: record('v=spf1 include:b.example ~all', inner('v=spf1 -all')),
    result: 'softfail',
    record: 'v=spf1 include:b.example ~all',
  },
  {
    says: 'a redirect does (§6.1)',
    zone: record('v=spf1 a redirect=b.example', inner('v=spf1 ip4:192.0.2.1 ~all')),
    result: 'pass',
    record: 'v=spf1 a redirect=b.example',
    decidedBy: 'v=spf1 ip4:192.0.2.1 ~all',
  },
  {
    says: 'the last of several redirects does',
    zone: record('v=spf1 redirect=b.example', {
      ...inner('v=spf1 redirect=c.example'),
      'c.example': { TXT: ['v=spf1 mx -all'] },
    }),
    result: 'fail',
    record: 'v=spf1 redirect=b.example',
    decidedBy: 'v=spf1 mx -all',
  },
  {
    says: 'also where nothing matches there',
    zone: record('v=spf1 redirect=b.example', inner('v=spf1 a')),
    result: 'neutral',
    record: 'v=spf1 redirect=b.example',
    decidedBy: 'v=spf1 a',
  },
  {
    says: 'an include that is redirected does not touch what decides',
    zone: record('v=spf1 include:b.example -all', {
      ...inner('v=spf1 redirect=c.example'),
      'c.example': { TXT: ['v=spf1 +all'] },
    }),
    result: 'pass',
    record: 'v=spf1 include:b.example -all',
  },
  {
    says: 'a permerror in an include has the record of the domain',
    zone: record('v=spf1 include:b.example -all', inner('v=spf1 moo')),
    result: 'permerror',
    record: 'v=spf1 include:b.example -all',
  },
  {
    says: 'a permerror at a limit, too',
    zone: record('v=spf1 include:example.com'),
    result: 'permerror',
    record: 'v=spf1 include:example.com',
  },
  {
    says: 'a temperror, too',
    zone: record('v=spf1 a -all', { 'example.com': { TXT: ['v=spf1 a -all'], A: 'servfail' } }),
    result: 'temperror',
    record: 'v=spf1 a -all',
  },
  {
    says: 'a record that cannot be read is none',
    zone: record('v=spf1 moo'),
    result: 'permerror',
    record: null,
  },
  {
    says: 'two records are none',
    zone: { 'example.com': { TXT: ['v=spf1 a', 'v=spf1 mx'] } },
    result: 'permerror',
    record: null,
  },
  { says: 'no answer, no record', zone: { 'example.com': 'servfail' }, result: 'temperror', record: null },
  { says: 'no record', zone: {}, result: 'none', record: null },
  { says: 'no domain', zone: {}, sender: 'user@localhost', result: 'none', record: null },

  {
    says: 'only -all: no mail',
    zone: record('v=spf1 -all'),
    result: 'fail',
    record: 'v=spf1 -all',
    noMail: true,
  },
  {
    says: 'however it is written',
    zone: record('V=SPF1   -ALL  '),
    result: 'fail',
    record: 'v=spf1 -all',
    noMail: true,
  },
  {
    says: 'in two character-strings, and behind another TXT record',
    zone: { 'example.com': { TXT: ['x', ['v=spf1 -', 'all']] } },
    result: 'fail',
    record: 'v=spf1 -all',
    noMail: true,
  },
  {
    says: 'with an explanation and an unknown modifier',
    zone: record('v=spf1 -all exp=why.%{d} op=x'),
    result: 'fail',
    record: 'v=spf1 -all exp=why.%{d} op=x',
    noMail: true,
  },
  {
    says: 'behind a redirect',
    zone: record('v=spf1 redirect=b.example', inner('v=spf1 -all')),
    result: 'fail',
    record: 'v=spf1 redirect=b.example',
    decidedBy: 'v=spf1 -all',
    noMail: true,
  },
  {
    says: 'not with a redirect of its own, though it is never followed',
    zone: record('v=spf1 -all redirect=b.example'),
    result: 'fail',
    record: 'v=spf1 -all redirect=b.example',
  },
  {
    says: 'not with anything before it that may match others',
    zone: record('v=spf1 ip4:198.51.100.1 -all'),
    result: 'fail',
    record: 'v=spf1 ip4:198.51.100.1 -all',
  },
  {
    says: 'not with anything behind it',
    zone: record('v=spf1 -all a'),
    result: 'fail',
    record: 'v=spf1 -all a',
  },
  {
    says: 'not where one network alone is refused',
    zone: record('v=spf1 -ip4:192.0.2.0/24'),
    result: 'fail',
    record: 'v=spf1 -ip4:192.0.2.0/24',
  },
  {
    says: 'not where the -all is the redirecting record’s, before it',
    zone: record('v=spf1 a redirect=b.example', inner('v=spf1 a -all')),
    result: 'fail',
    record: 'v=spf1 a redirect=b.example',
    decidedBy: 'v=spf1 a -all',
  },
];

describe('the records of an outcome', () => {
  test.each(rows)('$says', async (row) => {
    const outcome = checkHost(argumentsOf(row), contextOf(zone(row.zone)));
    if (outcome instanceof Promise) throw new Error('a promise, though every answer was at hand');
    expectRecords(outcome, row);
    expectRecords(await checkHost(argumentsOf(row), contextOf(zone(row.zone, { async: true }))), row);
  });
});

function expectRecords(outcome: Outcome, row: Row): void {
  expect(outcome.result).toBe(row.result);
  expect(recordText(outcome)).toBe(row.record);
  if ('decidedBy' in outcome) expect(printRecord(outcome.decidedBy)).toBe(row.decidedBy ?? row.record);
  else expect(row.decidedBy).toBeUndefined();
  expect(isNoMailRecord(outcome)).toBe(row.noMail ?? false);
}

test('the text of a record is printable ASCII, whatever stands beside it', () => {
  const outcome = checkHost(
    argumentsOf({}),
    contextOf(zone(record('v=spf1 -all x-y.z_=%{s}%%%_%-"<>&\\ exp=%{d}'))),
  );
  expect(recordText(outcome as Outcome)).toBe('v=spf1 -all exp=%{d} x-y.z_=%{s}%%%_%-"<>&\\');
});
