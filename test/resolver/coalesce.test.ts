import { describe, expect, test } from '@jest/globals';

import { queryName, type Lookup, type RecordType } from '../../src/dns/index.js';
import { coalesce } from '../../src/resolver/index.js';
import { ManualClock } from '../support/manual-clock.js';
import { failed, NAME, recorded, texts, type AnyAnswer, type Recorded } from './recorded.js';

interface Asked {
  readonly deadline: number;
  readonly settle: (answer: AnyAnswer) => void;
}

interface Scene {
  readonly clock: ManualClock;
  readonly inner: Recorded;
  /** The questions that came through, each a `timeout` at its deadline unless it is settled before. */
  readonly asked: readonly Asked[];
  readonly lookup: Lookup;
}

function scene(): Scene {
  const clock = new ManualClock();
  const asked: Asked[] = [];
  const inner = recorded(
    ({ deadline }) =>
      new Promise((resolve) => {
        const cancel = clock.after(deadline - clock.now(), () => {
          resolve(failed('timeout'));
        });
        asked.push({
          deadline,
          settle(answer) {
            cancel();
            resolve(answer);
          },
        });
      }),
  );
  return { clock, inner, asked, lookup: coalesce(inner, clock) };
}

/** What the promise of an answer has come to. */
function watch(answer: AnyAnswer | Promise<AnyAnswer>): { got: AnyAnswer | null } {
  const watched: { got: AnyAnswer | null } = { got: null };
  void Promise.resolve(answer).then((given) => (watched.got = given));
  return watched;
}

/** All is over: no timer, and the question would be asked anew. */
async function expectNothingLeft({ clock, lookup, asked }: Scene): Promise<void> {
  expect(clock.pending).toBe(0);
  const before = asked.length;
  const last = lookup(NAME, 'TXT', clock.now() + 1);
  expect(asked).toHaveLength(before + 1);
  asked.at(-1)?.settle(texts(0));
  await last;
  expect(clock.pending).toBe(0);
}

describe('identical questions in flight', () => {
  test('are one: 500 askers, one question, one object', async () => {
    const stage = scene();
    const { lookup, asked, clock } = stage;
    const askers = Array.from({ length: 500 }, (_, i) =>
      Promise.resolve(lookup(NAME, 'TXT', 20_000 + (i % 3) - 1)),
    );
    expect(asked).toHaveLength(1);
    const answer = texts(60);
    asked[0]?.settle(answer);
    for (const given of await Promise.all(askers)) expect(given).toBe(answer);
    await clock.advance(30_000);
    await expectNothingLeft(stage);
  });

  test.each<[what: string, name: string, type: RecordType, isShared: boolean]>([
    ['in another spelling are one', 'A.eXAMPLE', 'TXT', true],
    ['of another type are not', 'a.example', 'A', false],
    ['for another name are not', 'b.example', 'TXT', false],
    ['for a name that differs in an octet above 0x7F are not', 'a.example\xe4', 'TXT', false],
  ])('%s', async (_what, name, type, isShared) => {
    const { lookup, asked } = scene();
    const first = lookup(NAME, 'TXT', 1000);
    const second = lookup(queryName(name), type, 1000);
    expect(asked).toHaveLength(isShared ? 1 : 2);
    for (const { settle } of asked) settle(texts(0));
    await Promise.all([first, second]);
  });

  test('are asked anew once they are answered', async () => {
    const stage = scene();
    const first = stage.lookup(NAME, 'TXT', 1000);
    stage.asked[0]?.settle(texts(60));
    await first;
    await expectNothingLeft(stage);
  });

  test('share a failure', async () => {
    const { lookup, asked } = scene();
    const askers = [1000, 2000, 500].map((deadline) => Promise.resolve(lookup(NAME, 'TXT', deadline)));
    asked[0]?.settle(failed('servfail'));
    expect(await Promise.all(askers)).toEqual(Array(3).fill(failed('servfail')));
    expect(asked).toHaveLength(1);
  });

  test('that are answered at once are no promise', () => {
    const inner = recorded(() => texts(0));
    const lookup = coalesce(inner, new ManualClock());
    expect(lookup(NAME, 'TXT', 1)).toEqual(texts(0));
    expect(lookup(NAME, 'TXT', 1)).toEqual(texts(0));
    expect(inner.asked).toHaveLength(2);
  });

  test('do not outlive a bug', async () => {
    const clock = new ManualClock();
    const bug = new Error('a bug');
    const throwing = coalesce(
      recorded(() => {
        throw bug;
      }),
      clock,
    );
    expect(() => throwing(NAME, 'TXT', 1)).toThrow(bug);
    expect(() => throwing(NAME, 'TXT', 1)).toThrow(bug);
    const rejecting = recorded(() => Promise.reject(bug));
    const lookup = coalesce(rejecting, clock);
    await expect(lookup(NAME, 'TXT', 1)).rejects.toBe(bug);
    await expect(lookup(NAME, 'TXT', 1)).rejects.toBe(bug);
    expect(rejecting.asked).toHaveLength(2);
  });
});

describe('an asker with an earlier deadline', () => {
  test('gives up alone', async () => {
    const stage = scene();
    const { clock, lookup, asked } = stage;
    const first = watch(lookup(NAME, 'TXT', 1000));
    const early = watch(lookup(NAME, 'TXT', 300));
    const last = watch(lookup(NAME, 'TXT', 1000));
    await clock.advance(299);
    expect(early.got).toBeNull();
    await clock.advance(1);
    expect(early.got).toEqual(failed('timeout'));
    expect([first.got, last.got]).toEqual([null, null]);
    const answer = texts(60);
    asked[0]?.settle(answer);
    await clock.advance(0);
    expect(first.got).toBe(answer);
    expect(last.got).toBe(answer);
    await expectNothingLeft(stage);
  });

  test('is answered in time, and leaves no timer', async () => {
    const stage = scene();
    const { lookup, asked } = stage;
    const askers = [1000, 300, 200].map((deadline) => Promise.resolve(lookup(NAME, 'TXT', deadline)));
    const answer = texts(60);
    asked[0]?.settle(answer);
    for (const given of await Promise.all(askers)) expect(given).toBe(answer);
    await expectNothingLeft(stage);
  });

  test('that is over already gets nothing, and asks nothing', async () => {
    const stage = scene();
    const { clock, lookup, asked } = stage;
    const first = lookup(NAME, 'TXT', 1000);
    await clock.advance(100);
    expect(lookup(NAME, 'TXT', 100)).toEqual(failed('timeout'));
    asked[0]?.settle(texts(60));
    await first;
    await expectNothingLeft(stage);
  });
});

describe('an asker with a later deadline', () => {
  test('asks again by itself when only time was lacking', async () => {
    const stage = scene();
    const { clock, lookup, asked } = stage;
    const first = watch(lookup(NAME, 'TXT', 1000));
    await clock.advance(500);
    const late = watch(lookup(NAME, 'TXT', 1500));
    await clock.advance(500);
    expect(first.got).toEqual(failed('timeout'));
    expect(late.got).toBeNull();
    expect(asked.map(({ deadline }) => deadline)).toEqual([1000, 1500]);
    const answer = texts(60);
    asked[1]?.settle(answer);
    await clock.advance(0);
    expect(late.got).toBe(answer);
    await expectNothingLeft(stage);
  });

  test('asks again together with all others, under the latest of their deadlines', async () => {
    const stage = scene();
    const { clock, lookup, asked } = stage;
    const deadlines = [1000, 1200, 1500, 1400, 900];
    const watched = deadlines.map((deadline) => watch(lookup(NAME, 'TXT', deadline)));
    await clock.advance(1199);
    expect(watched.map(({ got }) => got !== null)).toEqual([true, false, false, false, true]);
    await clock.advance(1); // it gives up alone, though it was the first to ask again
    expect(watched.map(({ got }) => got !== null)).toEqual([true, true, false, false, true]);
    expect(asked.map(({ deadline }) => deadline)).toEqual([1000, 1500]);
    await clock.advance(300);
    expect(watched.map(({ got }) => got)).toEqual(Array(5).fill(failed('timeout')));
    expect(asked).toHaveLength(2);
    await expectNothingLeft(stage);
  });

  test('does not ask again if the servers failed before that', async () => {
    const stage = scene();
    const { clock, lookup, asked } = stage;
    const watched = [1000, 2000].map((deadline) => watch(lookup(NAME, 'TXT', deadline)));
    await clock.advance(997);
    asked[0]?.settle(failed('timeout'));
    await clock.advance(0);
    expect(watched.map(({ got }) => got)).toEqual(Array(2).fill(failed('timeout')));
    expect(asked).toHaveLength(1);
    await expectNothingLeft(stage);
  });

  test('does not ask again for an answer that came in the last moment', async () => {
    const stage = scene();
    const { clock, lookup, asked } = stage;
    const watched = [1000, 2000].map((deadline) => watch(lookup(NAME, 'TXT', deadline)));
    await clock.advance(999);
    const answer = texts(60);
    asked[0]?.settle(answer);
    await clock.advance(0);
    expect(watched.map(({ got }) => got)).toEqual([answer, answer]);
    await expectNothingLeft(stage);
  });
});

test('names of outside are safe keys', async () => {
  const { lookup, asked } = scene();
  const names = ['__proto__', 'constructor', 'TXT a', ''].map((name) => queryName(name));
  const askers = names.map((name) => Promise.resolve(lookup(name, 'TXT', 1000)));
  expect(asked).toHaveLength(names.length);
  for (const { settle } of asked) settle(texts(0));
  await Promise.all(askers);
});
