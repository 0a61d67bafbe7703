/** A check that takes too long (RFC 7208 §4.6.4), in time that the test moves. */
import { describe, expect, test } from '@jest/globals';

import type { Answer, Lookup, QueryName, RecordData, RecordType } from '../../src/dns/index.js';
import type { SpfResult } from '../../src/smtp/index.js';
import { checkHost, DEFAULT_LIMITS, type Outcome } from '../../src/spf/index.js';
import { ManualClock } from '../support/manual-clock.js';
import { argumentsOf } from '../support/spf-client.js';
import { zone, type RecordingLookup, type ZoneLiteral } from '../support/zone.js';

const REVERSE = '1.2.0.192.in-addr.arpa';
const DEADLINE = 20_000;

/** A DNS that needs `delayMs` for each answer, and keeps the contract: a time-out at the deadline. */
function slow(inner: Lookup, clock: ManualClock, delayMs: number): Lookup {
  return <T extends RecordType>(name: QueryName, type: T, deadline: number) =>
    new Promise<Answer<RecordData[T]>>((resolve) => {
      const answer = inner(name, type, deadline);
      const left = deadline - clock.now();
      clock.after(Math.min(delayMs, left), () => {
        resolve(delayMs <= left ? answer : { kind: 'failed', why: 'timeout' });
      });
    });
}

async function checkSlowly(
  literal: ZoneLiteral,
  delayMs: number,
): Promise<[Outcome, number, RecordingLookup]> {
  const clock = new ManualClock(1_000_000);
  const dns = zone(literal);
  const started = clock.now();
  let endedAfter = NaN;
  const outcome = Promise.resolve(
    checkHost(argumentsOf({}), {
      lookup: slow(dns, clock, delayMs),
      clock,
      limits: DEFAULT_LIMITS,
      deadline: started + DEADLINE,
    }),
  ).then((value) => {
    endedAfter = clock.now() - started;
    return value;
  });
  await clock.advance(60_000);
  return [await outcome, endedAfter, dns];
}

interface Row {
  readonly says: string;
  readonly zone: ZoneLiteral;
  readonly delayMs: number;
  readonly result: SpfResult;
  readonly late: boolean;
  readonly endsAfter: number;
  readonly asked: readonly string[];
}

const rows: readonly Row[] = [
  {
    says: 'answers that come in time are used, however slow',
    zone: { 'example.com': { TXT: ['v=spf1 a -all'], A: ['192.0.2.1'] } },
    delayMs: 9_999,
    result: 'pass',
    late: false,
    endsAfter: 19_998,
    asked: ['example.com TXT', 'example.com A'],
  },
  {
    says: 'the deadline in the middle of a question is temperror, and no further question',
    zone: { 'example.com': { TXT: ['v=spf1 a mx -all'], A: ['192.0.2.1'] } },
    delayMs: 15_000,
    result: 'temperror',
    late: true,
    endsAfter: DEADLINE,
    asked: ['example.com TXT', 'example.com A'],
  },
  {
    says: 'also where a failed question alone would be "no match": in ptr (§5.5)',
    zone: { 'example.com': { TXT: ['v=spf1 ptr +all'] } },
    delayMs: 15_000,
    result: 'temperror',
    late: true,
    endsAfter: DEADLINE,
    asked: ['example.com TXT', `${REVERSE} PTR`],
  },
  {
    says: 'in %{p} (§7.3)',
    zone: { 'example.com': { TXT: ['v=spf1 exists:%{p}.example.com +all'] } },
    delayMs: 15_000,
    result: 'temperror',
    late: true,
    endsAfter: DEADLINE,
    asked: ['example.com TXT', `${REVERSE} PTR`],
  },
  {
    says: 'in %{p} of a redirect',
    zone: { 'example.com': { TXT: ['v=spf1 redirect=%{p}.example.com'] } },
    delayMs: 15_000,
    result: 'temperror',
    late: true,
    endsAfter: DEADLINE,
    asked: ['example.com TXT', `${REVERSE} PTR`],
  },
  {
    says: 'in %{p} of an include to a name that nobody can ask for',
    zone: { 'example.com': { TXT: [`v=spf1 include:%{p}${'x'.repeat(60)}.%{d} +all`] } },
    delayMs: 15_000,
    result: 'temperror',
    late: true,
    endsAfter: DEADLINE,
    asked: ['example.com TXT', `${REVERSE} PTR`],
  },
  {
    says: 'in %{p} of a redirect to such a name',
    zone: { 'example.com': { TXT: [`v=spf1 redirect=%{p}${'x'.repeat(60)}.%{d}`] } },
    delayMs: 15_000,
    result: 'temperror',
    late: true,
    endsAfter: DEADLINE,
    asked: ['example.com TXT', `${REVERSE} PTR`],
  },
  {
    says: 'at an MX host',
    zone: {
      'example.com': {
        TXT: ['v=spf1 mx ~all'],
        MX: [
          [1, 'a.example'],
          [2, 'b.example'],
        ],
      },
    },
    delayMs: 9_000,
    result: 'temperror',
    late: true,
    endsAfter: DEADLINE,
    asked: ['example.com TXT', 'example.com MX', 'a.example A'],
  },
  {
    says: 'inside of an include',
    zone: {
      'example.com': { TXT: ['v=spf1 include:b.example +all'] },
      'b.example': { TXT: ['v=spf1 a -all'] },
    },
    delayMs: 8_000,
    result: 'temperror',
    late: true,
    endsAfter: DEADLINE,
    asked: ['example.com TXT', 'b.example TXT', 'b.example A'],
  },
  {
    says: 'an answer at the very deadline counts, but nothing is asked after it',
    zone: { 'example.com': { TXT: ['v=spf1 a mx +all'], A: ['198.51.100.1'] } },
    delayMs: 10_000,
    result: 'temperror',
    late: true,
    endsAfter: DEADLINE,
    asked: ['example.com TXT', 'example.com A'],
  },
  {
    says: 'and if it decides, it decides',
    zone: { 'example.com': { TXT: ['v=spf1 a mx +all'], A: ['192.0.2.1'] } },
    delayMs: 10_000,
    result: 'pass',
    late: false,
    endsAfter: DEADLINE,
    asked: ['example.com TXT', 'example.com A'],
  },
  {
    says: 'a fail stands without its explanation (§6.2)',
    zone: {
      'example.com': { TXT: ['v=spf1 -all exp=why.example.com'] },
      'why.example.com': { TXT: ['text'] },
    },
    delayMs: 15_000,
    result: 'fail',
    late: false,
    endsAfter: DEADLINE,
    asked: ['example.com TXT', 'why.example.com TXT'],
  },
];

describe('the deadline', () => {
  test.each(rows)('$says', async (row) => {
    const [outcome, endedAfter, dns] = await checkSlowly(row.zone, row.delayMs);
    expect(outcome).toMatchObject({
      result: row.result,
      ...(row.late ? { cause: { kind: 'deadline' } } : {}),
    });
    expect(endedAfter).toBe(row.endsAfter);
    expect(dns.asked).toEqual(row.asked);
  });

  test('a time-out before the deadline is a failed lookup, not the end of the check', async () => {
    const [outcome] = await checkSlowly({ 'example.com': 'timeout' }, 5_000);
    expect(outcome).toEqual({
      result: 'temperror',
      cause: { kind: 'lookup', name: 'example.com', type: 'TXT', why: 'timeout' },
      record: null,
    });
  });

  test.each([
    { record: 'v=spf1 a +all', asked: ['example.com TXT', 'example.com A'] },
    { record: 'v=spf1 ptr +all', asked: ['example.com TXT', `${REVERSE} PTR`] },
  ])('a time-out that is told at once, because the deadline is over, ends $record', ({ record, asked }) => {
    const clock = new ManualClock(DEADLINE);
    const dns = zone({ 'example.com': { TXT: [record], A: 'timeout' }, [REVERSE]: 'timeout' });
    const outcome = checkHost(argumentsOf({}), {
      lookup: dns,
      clock,
      limits: DEFAULT_LIMITS,
      deadline: DEADLINE,
    });
    expect(outcome).toMatchObject({ result: 'temperror', cause: { kind: 'deadline' } });
    expect(dns.asked).toEqual(asked);
  });
});

test('answers at hand in the first run are not asked for again and again while others are waited for', async () => {
  const clock = new ManualClock();
  const literal: ZoneLiteral = {
    'example.com': { TXT: ['v=spf1 a:x.example a:y.example a:z.example -all'] },
    'x.example': { A: ['198.51.100.1'] },
    'y.example': { A: ['198.51.100.2'] },
    'z.example': { A: ['192.0.2.1'] },
  };
  const dns = zone(literal);
  const later = slow(dns, clock, 100);
  const lookup: Lookup = (name, type, deadline) =>
    name === 'example.com' || name === 'x.example' ? dns(name, type, deadline) : later(name, type, deadline);
  const outcome = checkHost(argumentsOf({}), { lookup, clock, limits: DEFAULT_LIMITS, deadline: DEADLINE });
  await clock.advance(1_000);
  expect(await outcome).toMatchObject({ result: 'pass' });
  const first = ['example.com TXT', 'x.example A'];
  expect(dns.asked).toEqual([...first, 'y.example A', ...first, 'z.example A']);
});
