/** Cache and coalescing under random schedules, against what they must not be noticed by. */
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';

import { nameKey, queryName, type Lookup, type QueryName, type RecordType } from '../../src/dns/index.js';
import { coalesce, createCache, type CacheSettings } from '../../src/resolver/index.js';
import { ManualClock } from '../support/manual-clock.js';
import { SEED } from '../support/seed.js';
import { failed, nothing, recorded, texts, type AnyAnswer } from './recorded.js';

const SETTINGS: CacheSettings = {
  entries: 3, // of the eight questions there are, so that some must go
  bytes: 1024 ** 2,
  minTtlMs: 0,
  maxTtlMs: 20_000,
  negativeTtlMs: 5_000,
  failureTtlMs: 1_000,
  serveStaleMs: 0,
};

const NAMES = ['a.example', 'A.example', 'b.example', 'c.example', 'd.example'].map(queryName);

interface Asking {
  /** How long after the question before. */
  readonly afterMs: number;
  readonly name: QueryName;
  readonly type: RecordType;
  readonly patienceMs: number;
}

const asking: fc.Arbitrary<Asking> = fc.record({
  afterMs: fc.oneof(fc.constant(0), fc.nat(200), fc.nat(10_000)),
  name: fc.constantFrom(...NAMES),
  type: fc.constantFrom('TXT', 'MX'),
  patienceMs: fc.integer({ min: 1, max: 3000 }),
});

/** What the servers do about a question, one after the other. */
interface Serving {
  readonly latencyMs: number;
  readonly kind: 'records' | 'void' | 'failed';
  readonly ttl: number;
}

const serving: fc.Arbitrary<Serving> = fc.record({
  latencyMs: fc.oneof(fc.constant(0), fc.nat(500), fc.nat(4000)),
  kind: fc.constantFrom('records', 'records', 'void', 'failed'),
  ttl: fc.nat(30),
});

interface Given {
  readonly answer: AnyAnswer;
  readonly key: string;
  readonly deadline: number;
  readonly at: number;
}

interface Got {
  readonly asking: Asking;
  readonly askedAt: number;
  readonly answer: AnyAnswer;
  readonly at: number;
}

/** Lets everything happen, and tells what the servers gave, and what the askers got and when. */
async function play(
  askings: readonly Asking[],
  servings: readonly Serving[],
  made: (inner: Lookup, clock: ManualClock) => Lookup,
): Promise<{ readonly given: Given[]; readonly got: Got[]; readonly pending: number }> {
  const clock = new ManualClock();
  const given: Given[] = [];
  const got: Got[] = [];
  const inFlight = new Set<string>();
  const inner = recorded(({ name, type, deadline }, index) => {
    const { latencyMs, kind, ttl } = servings[index % servings.length] ?? {
      latencyMs: 0,
      kind: 'void',
      ttl: 0,
    };
    const key = `${type} ${nameKey(name)}`;
    const isLate = clock.now() + latencyMs >= deadline;
    const content: AnyAnswer = isLate
      ? failed('timeout')
      : kind === 'records'
        ? texts(ttl, key)
        : kind === 'void'
          ? nothing(ttl)
          : failed('servfail');
    const answer = { ...content };
    const settle = (): AnyAnswer => {
      given.push({ answer, key, deadline, at: clock.now() });
      inFlight.delete(key);
      return answer;
    };
    expect(inFlight).not.toContain(key);
    if (latencyMs === 0 && !isLate) return settle();
    inFlight.add(key);
    return new Promise((resolve) => {
      clock.after(Math.min(latencyMs, deadline - clock.now()), () => {
        resolve(settle());
      });
    });
  });
  const lookup = made(inner, clock);
  for (const asking of askings) {
    if (asking.afterMs > 0) await clock.advance(asking.afterMs);
    const askedAt = clock.now();
    const answered = (answer: AnyAnswer): void => {
      got.push({ asking, askedAt, answer, at: clock.now() });
    };
    const reply = lookup(asking.name, asking.type, askedAt + asking.patienceMs);
    if (reply instanceof Promise) void reply.then(answered);
    else answered(reply);
  }
  await clock.advance(100_000);
  return { given, got, pending: clock.pending };
}

const cached = (inner: Lookup, clock: ManualClock): Lookup =>
  createCache(coalesce(inner, clock), SETTINGS, clock, () => undefined).lookup;

function keptMs(answer: AnyAnswer): number {
  switch (answer.kind) {
    case 'records':
      return Math.min(answer.ttl * 1000, SETTINGS.maxTtlMs);
    case 'void':
      return Math.min(answer.ttl * 1000, SETTINGS.negativeTtlMs);
    case 'failed':
      return SETTINGS.failureTtlMs;
  }
}

describe('with any schedule', () => {
  const schedules = [
    fc.array(asking, { minLength: 1, maxLength: 40 }),
    fc.array(serving, { minLength: 1, maxLength: 20 }),
  ] as const;

  test('everybody is answered in time, by an answer to this question that is not too old', async () => {
    await fc.assert(
      fc.asyncProperty(...schedules, async (askings, servings) => {
        const { given, got, pending } = await play(askings, servings, cached);
        expect(pending).toBe(0);
        expect(got).toHaveLength(askings.length);
        for (const { asking, askedAt, answer, at } of got) {
          expect(at).toBeLessThanOrEqual(askedAt + asking.patienceMs);
          const source = given.find((one) => one.answer === answer);
          if (source === undefined) {
            // It gave up by itself.
            expect(answer).toEqual(failed('timeout'));
            expect(at).toBe(askedAt + asking.patienceMs);
            continue;
          }
          expect(source.key).toBe(`${asking.type} ${nameKey(asking.name)}`);
          const isNew = source.at >= askedAt;
          expect(isNew || askedAt < source.at + keptMs(answer)).toBe(true);
          const isCut = answer.kind === 'failed' && source.at >= source.deadline - 2;
          if (isCut) expect(source.deadline).toBeGreaterThanOrEqual(askedAt + asking.patienceMs);
        }
      }),
      { seed: SEED, numRuns: 150 },
    );
  });

  test('answers are those without cache and coalescing, where servers always say the same in time', async () => {
    await fc.assert(
      fc.asyncProperty(
        schedules[0],
        fc.nat(300),
        fc.integer({ min: 1, max: 30 }),
        async (askings, latencyMs, ttl) => {
          const patient = askings.map((asking) => ({ ...asking, patienceMs: 1000 }));
          const servings: readonly Serving[] = [{ latencyMs, kind: 'records', ttl }];
          const on = await play(patient, servings, cached);
          const off = await play(patient, servings, (inner) => distinct(inner));
          const inOrder = (got: readonly Got[]) =>
            patient.map((asking) => got.find((one) => one.asking === asking)?.answer);
          expect(inOrder(on.got)).toEqual(inOrder(off.got));
          expect(on.given.length).toBeLessThanOrEqual(off.given.length);
        },
      ),
      { seed: SEED, numRuns: 60 },
    );
  });
});

/** Passes every question on, under a name of its own, since `play` takes two equal ones in flight for a fault. */
function distinct(inner: Lookup): Lookup {
  let count = 0;
  return async (name, type, deadline) => {
    const answer = await inner(queryName(`${count++}.${name}`), type, deadline);
    if (answer.kind !== 'records') return answer;
    return texts(answer.ttl, `${type} ${nameKey(name)}`) as typeof answer;
  };
}
