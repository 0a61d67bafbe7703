/** Questions asked ahead: how long a cold check takes, and that nothing else is different. */
import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';

import type { Lookup } from '../../src/dns/index.js';
import { checkHost, type Outcome, type TraceEvent } from '../../src/spf/index.js';
import { ManualClock } from '../support/manual-clock.js';
import { SEED } from '../support/seed.js';
import { CLIENTS, zoneLiteral } from '../support/spf-arbitraries.js';
import { argumentsOf, contextOf, type Client } from '../support/spf-client.js';
import { zone, type RecordingLookup, type ZoneLiteral } from '../support/zone.js';

const RTT = 20;

/** Every answer takes the same time, by a clock that is moved by hand. */
function delayed(inner: Lookup, clock: ManualClock): Lookup {
  return (name, type, deadline) =>
    new Promise((resolve) => {
      clock.after(RTT, () => {
        resolve(inner(name, type, deadline));
      });
    });
}

interface Run {
  readonly outcome: Outcome;
  readonly trace: readonly TraceEvent[];
  /** In round trips. */
  readonly time: number;
  readonly asked: readonly string[];
}

async function check(literal: ZoneLiteral, who: Client, prefetch: boolean): Promise<Run> {
  const clock = new ManualClock();
  const dns: RecordingLookup = zone(literal);
  const trace: TraceEvent[] = [];
  const context = { ...contextOf(delayed(dns, clock)), clock, deadline: 20_000, prefetch };
  const pending = checkHost(argumentsOf(who), { ...context, trace: (event) => trace.push(event) });
  const done: { outcome: Outcome | null } = { outcome: null };
  void Promise.resolve(pending).then((value) => (done.outcome = value));
  const started = clock.now();
  await clock.advance(0);
  while (done.outcome === null) await clock.advance(RTT);
  return { outcome: done.outcome, trace, time: (clock.now() - started) / RTT, asked: dns.asked };
}

const TEN = Array.from({ length: 10 }, (_, i) => i);

/** `depth`: how many questions wait for one another. */
const SHAPES: readonly { what: string; zone: ZoneLiteral; depth: number; client?: Client }[] = [
  { what: 'ip4 only', depth: 1, zone: { 'd.example': { TXT: ['v=spf1 ip4:198.51.100.0/24 -all'] } } },
  {
    what: 'a and mx',
    depth: 3,
    zone: {
      'd.example': { TXT: ['v=spf1 a mx -all'], A: ['198.51.100.1'], MX: [[10, 'm.d.example']] },
      'm.d.example': { A: ['198.51.100.2'] },
    },
  },
  {
    what: 'five flat includes',
    depth: 2,
    zone: {
      'd.example': { TXT: [`v=spf1 ${[1, 2, 3, 4, 5].map((i) => `include:i${i}.example`).join(' ')} -all`] },
      ...Object.fromEntries(
        [1, 2, 3, 4, 5].map((i) => [`i${i}.example`, { TXT: [`v=spf1 ip4:198.51.100.${i} -all`] }]),
      ),
    },
  },
  {
    what: 'ten includes, nested three deep',
    depth: 4,
    zone: {
      'd.example': { TXT: ['v=spf1 include:a.example include:b.example include:c.example -all'] },
      'a.example': { TXT: ['v=spf1 include:a1.example include:a2.example -all'] },
      'b.example': { TXT: ['v=spf1 include:b1.example -all'] },
      'c.example': { TXT: ['v=spf1 include:c1.example -all'] },
      'a1.example': { TXT: ['v=spf1 include:a11.example -all'] },
      'a2.example': { TXT: ['v=spf1 ip4:198.51.100.2 -all'] },
      'b1.example': { TXT: ['v=spf1 include:b11.example -all'] },
      'c1.example': { TXT: ['v=spf1 include:c11.example -all'] },
      'a11.example': { TXT: ['v=spf1 ip4:198.51.100.3 -all'] },
      'b11.example': { TXT: ['v=spf1 ip4:198.51.100.4 -all'] },
      'c11.example': { TXT: ['v=spf1 ip4:198.51.100.5 -all'] },
    },
  },
  {
    what: 'a chain of redirects',
    depth: 4,
    zone: {
      'd.example': { TXT: ['v=spf1 redirect=r1.example'] },
      'r1.example': { TXT: ['v=spf1 redirect=r2.example'] },
      'r2.example': { TXT: ['v=spf1 redirect=r3.example'] },
      'r3.example': { TXT: ['v=spf1 -all'] },
    },
  },
  {
    what: 'mx with ten hosts',
    depth: 3,
    zone: {
      'd.example': {
        TXT: ['v=spf1 mx -all'],
        MX: TEN.map((i) => [i, `m${i}.d.example`] as const),
      },
      ...Object.fromEntries(TEN.map((i) => [`m${i}.d.example`, { A: [`198.51.100.${i}`] }])),
    },
  },
  {
    what: 'a macro of exists',
    depth: 2,
    zone: { 'd.example': { TXT: ['v=spf1 exists:%{i}.x.example -all'] } },
  },
  {
    what: 'an include with a macro, and what is below it',
    depth: 3,
    zone: {
      'd.example': { TXT: ['v=spf1 include:%{d2}.x.example -all'] },
      'd.example.x.example': { TXT: ['v=spf1 include:y.example include:z.example a:w.example -all'] },
      'y.example': { TXT: ['v=spf1 -all'] },
      'z.example': { TXT: ['v=spf1 -all'] },
      'w.example': { A: ['198.51.100.1'] },
    },
  },
  { what: 'no such name', depth: 1, zone: {} },
  {
    what: 'a failure in the middle',
    depth: 2,
    zone: {
      'd.example': { TXT: ['v=spf1 a:a.example include:b.example a:c.example -all'] },
      'a.example': { A: ['198.51.100.1'] },
      'b.example': 'servfail',
      'c.example': { A: ['198.51.100.1'] },
    },
  },
];

describe('a cold check takes as many round trips as questions depend on one another', () => {
  test.each(SHAPES)('$what: $depth', async ({ zone: literal, depth }) => {
    const who = { ip: '192.0.2.1', sender: 'user@d.example' };
    const ahead = await check(literal, who, true);
    expect(ahead.time).toBe(depth);
    const serial = await check(literal, who, false);
    expect(serial.time).toBe(serial.asked.length);
    expect(ahead.outcome).toEqual(serial.outcome);
  });
});

describe('what is asked ahead', () => {
  const ask = async (text: string, more: ZoneLiteral = {}): Promise<readonly string[]> => {
    const { asked } = await check(
      { 'd.example': { TXT: [text] }, ...more },
      { ip: '192.0.2.1', sender: 'user@d.example' },
      true,
    );
    return asked.slice(1);
  };

  test.each([
    {
      what: 'in the order of the record',
      text: 'v=spf1 a:a.example mx:b.example exists:c.example -all',
      asked: ['a.example A', 'b.example MX', 'c.example A'],
    },
    {
      what: 'nothing behind a term that matches for certain',
      text: 'v=spf1 ip4:192.0.2.1 a:a.example -all',
      asked: [],
    },
    {
      what: 'nothing behind "all", not even a redirect',
      text: 'v=spf1 ?all a:a.example redirect=b.example',
      asked: [],
    },
    {
      what: 'terms with macros only when their turn has come',
      text: 'v=spf1 a:a.example exists:%{i}.b.example a:c.example -all',
      asked: ['a.example A', 'c.example A', '192.0.2.1.b.example A'],
    },
  ])('$what', async ({ text, asked }) => {
    const zoneOf = {
      'a.example': { A: ['198.51.100.1'] },
      'c.example': { A: ['198.51.100.1'] },
      'b.example': { MX: [] },
    };
    expect(await ask(text, zoneOf)).toEqual(asked);
  });

  test('no more terms than a check may have, however the tree branches', async () => {
    const many = (prefix: string): string =>
      `v=spf1 ${TEN.map((i) => `include:${prefix}${i}.example`).join(' ')} -all`;
    const literal: Record<string, ZoneLiteral[string]> = { 'd.example': { TXT: [many('i')] } };
    for (const i of TEN) {
      literal[`i${i}.example`] = { TXT: [many(`i${i}`)] };
      for (const j of TEN) literal[`i${i}${j}.example`] = { TXT: ['v=spf1 -all'] };
    }
    const { outcome, asked, time } = await check(
      literal,
      { ip: '192.0.2.1', sender: 'user@d.example' },
      true,
    );
    expect(outcome).toMatchObject({ result: 'permerror', cause: { kind: 'limit', limit: 'terms' } });
    // The ten of the first record, and what the evaluation needs of the first of them.
    expect(asked).toHaveLength(1 + 10 + 9);
    expect(time).toBe(1 + 1 + 9);
  });

  test('the trace names what was not needed', async () => {
    const literal = {
      'd.example': { TXT: ['v=spf1 a:a.example a:b.example -all'] },
      'a.example': { A: ['192.0.2.1'] },
      'b.example': { A: ['198.51.100.1'] },
    };
    const { trace } = await check(literal, { ip: '192.0.2.1', sender: 'user@d.example' }, true);
    expect(trace.filter(({ kind }) => kind === 'not-needed')).toEqual([
      { depth: 0, kind: 'not-needed', name: 'b.example', type: 'A' },
    ]);
  });
});

test('outcome, counters, explanation and trace are the same with and without', async () => {
  const client: fc.Arbitrary<Client> = fc.record({
    ip: fc.constantFrom(...CLIENTS),
    sender: fc.constantFrom('user@n0.example', '7@n0.example', '', 'jürgen@n0.example'),
    helo: fc.constant('n0.example'),
  });
  /** How long it took is the one thing that may differ. */
  const essence = (trace: readonly TraceEvent[]): readonly unknown[] =>
    trace
      .filter(({ kind }) => kind !== 'not-needed')
      .map((event) => (event.kind === 'query' ? { ...event, durationMs: 0 } : event));
  let faster = 0;
  await fc.assert(
    fc.asyncProperty(
      zoneLiteral({ withClientNames: true, withFailures: true }),
      client,
      async (literal, who) => {
        const [ahead, serial] = [await check(literal, who, true), await check(literal, who, false)];
        expect(ahead.outcome).toEqual(serial.outcome);
        expect(essence(ahead.trace)).toEqual(essence(serial.trace));
        expect(ahead.time).toBeLessThanOrEqual(serial.time);
        if (ahead.time < serial.time) faster++;
      },
    ),
    { seed: SEED, numRuns: 300 },
  );
  expect(faster).toBeGreaterThan(30);
});
