import { describe, expect, test } from '@jest/globals';

import { InFlight, type Flight } from '../../src/resolver/in-flight.js';
import { OUTSIDE } from '../../src/util/index.js';
import { ManualClock } from '../support/manual-clock.js';

/** A question that notes what happens to it. */
class Noted implements Flight {
  slot = OUTSIDE;
  expiry: number;
  /** The name up to a colon. */
  readonly key: string;
  readonly #name: string;
  readonly #log: string[];
  readonly #places: InFlight;
  readonly #isOverAtOnce: boolean;

  constructor(name: string, expiry: number, places: InFlight, log: string[], isOverAtOnce = false) {
    this.expiry = expiry;
    this.key = name.replace(/:.*/, '');
    this.#name = name;
    this.#log = log;
    this.#places = places;
    this.#isOverAtOnce = isOverAtOnce;
  }

  start(): void {
    this.#log.push(`${this.#name} starts`);
    if (this.#isOverAtOnce) this.end();
    else this.#places.watch(this);
  }

  expired(): void {
    this.#log.push(`${this.#name} expires`);
    this.end();
  }

  abandon(): void {
    this.#log.push(`${this.#name} is abandoned`);
    this.end();
  }

  end(): void {
    this.expiry = Infinity;
    this.#places.leave(this);
  }
}

function setUp(maxFlying: number, maxQueued: number) {
  const clock = new ManualClock();
  const log: string[] = [];
  const places = new InFlight(clock, maxFlying, maxQueued, () => log.push('overflow'));
  const enter = (name: string, expiry: number, isOverAtOnce = false): Noted => {
    const flight = new Noted(name, expiry, places, log, isOverAtOnce);
    if (!places.enter(flight)) log.push(`${name} is refused`);
    return flight;
  };
  return { clock, places, log, enter };
}

describe('places', () => {
  test('are bounded, those who wait get theirs in order', () => {
    const { places, log, enter } = setUp(2, 2);
    const a = enter('a', 100);
    enter('b', 100);
    enter('c', 100);
    enter('d', 100);
    expect([places.size, places.queued]).toEqual([2, 2]);
    enter('e', 100);
    a.end();
    expect([places.size, places.queued]).toEqual([2, 1]);
    expect(log).toEqual(['a starts', 'b starts', 'overflow', 'e is refused', 'c starts']);
  });

  test('ten thousand that are over as soon as they start do not pile up on the stack', () => {
    const { places, log, enter } = setUp(1, 10_000);
    const first = enter('first', 100);
    for (let i = 0; i < 10_000; i++) enter(`x${i}`, 100, true);
    first.end();
    expect([log.length, places.size]).toEqual([10_001, 0]);
  });

  test('are kept right when others leave before', () => {
    const { places, log, enter } = setUp(3, 0);
    const [a, b, c] = [enter('a', 100), enter('b', 100), enter('c', 100)];
    a.end();
    c.end();
    expect(places.size).toBe(1);
    b.end();
    expect(places.size).toBe(0);
    expect(log).toHaveLength(3);
  });
});

describe('a key', () => {
  const starts = (log: readonly string[]): string =>
    log
      .map((line) => (line.endsWith(' starts') ? line.slice(0, -' starts'.length) : ''))
      .join(' ')
      .trim();

  test('has half of the places at most, and the others have the rest', () => {
    const { places, log, enter } = setUp(4, 10);
    const flood = [1, 2, 3, 4].map((i) => enter(`flood:${i}`, 100));
    enter('a', 100);
    enter('b', 100);
    expect(starts(log)).toBe('flood:1 flood:2 a b');
    flood[0]?.end();
    expect([starts(log), places.size, places.queued]).toEqual(['flood:1 flood:2 a b flood:3', 4, 1]);
  });

  test('that has its half waits, even where there is a place', () => {
    const { places, log, enter } = setUp(4, 10);
    const flood = [1, 2, 3].map((i) => enter(`flood:${i}`, 100));
    expect([places.size, places.queued]).toEqual([2, 1]);
    flood[1]?.end();
    expect(starts(log)).toBe('flood:1 flood:2 flood:3');
  });

  test('has its turn after each of the others', () => {
    const { log, enter } = setUp(2, 20);
    const first = [enter('x', 100), enter('y', 100)];
    for (const name of ['flood:1', 'flood:2', 'flood:3', 'flood:4', 'a:1', 'a:2', 'b:1']) {
      enter(name, 100, true);
    }
    first[0]?.end();
    expect(starts(log)).toBe('x y flood:1 a:1 b:1 flood:2 a:2 flood:3 flood:4');
  });

  test('cannot have more of the queue than it leaves free', () => {
    const { places, log, enter } = setUp(1, 10);
    enter('x', 100);
    for (let i = 0; i < 10; i++) enter(`flood:${i}`, 100);
    expect(places.queued).toBe(5);
    for (let i = 0; i < 10; i++) enter(`second:${i}`, 100);
    expect(places.queued).toBe(8);
    enter('a', 100);
    enter('b', 100);
    expect(log.filter((line) => /^[ab] is refused/.test(line))).toEqual([]);
    enter('c', 100);
    expect(log.at(-1)).toBe('c is refused');
  });

  test('that floods leaves the others theirs, whatever comes and goes', () => {
    // 2,000 steps, each a question of a random key that enters or one that ends.
    const { places, log, enter } = setUp(10, 40);
    const live = new Set<Noted>();
    let random = 7208;
    const next = (below: number): number => {
      random = (random * 1_103_515_245 + 12_345) % 0x80000000;
      return Math.floor((random / 0x80000000) * below);
    };
    for (let i = 0; i < 2000; i++) {
      const key = next(4) === 0 ? `k${next(5)}` : 'flood';
      const before = log.length;
      if (next(2) === 0) {
        const flight = enter(`${key}:${i}`, Infinity);
        if (!log.slice(before).some((line) => line.endsWith('refused'))) live.add(flight);
      } else {
        const [one] = [...live].filter(({ slot }) => slot !== OUTSIDE);
        one?.end();
        if (one !== undefined) live.delete(one);
      }
      const flying = [...live].filter(({ slot }) => slot !== OUTSIDE);
      const ofFlood = flying.filter((flight) => flight.key === 'flood');
      const waiting = [...live].filter(({ slot }) => slot === OUTSIDE);
      expect([flying.length, waiting.length]).toEqual([places.size, places.queued]);
      expect(ofFlood.length).toBeLessThanOrEqual(5);
      // Whoever waits does so for a reason: all is taken, or its key has its half.
      if (places.size < 10) {
        for (const { key: its } of waiting) {
          expect(flying.filter((flight) => flight.key === its).length).toBe(5);
        }
      }
    }
  });
});

describe('time', () => {
  test('runs out for each on its own, with one timer', async () => {
    const { clock, log, enter } = setUp(10, 0);
    enter('late', 300);
    enter('early', 100);
    enter('middle', 200);
    expect(clock.pending).toBe(1);
    await clock.advance(100);
    expect(log.slice(3)).toEqual(['early expires']);
    await clock.advance(100);
    expect(log.slice(3)).toEqual(['early expires', 'middle expires']);
    await clock.advance(100);
    expect(log.slice(3)).toEqual(['early expires', 'middle expires', 'late expires']);
    expect(clock.pending).toBe(0);
  });

  test('runs out for those who wait, too', async () => {
    const { clock, log, enter } = setUp(1, 1);
    enter('a', 200);
    enter('b', 100);
    await clock.advance(100);
    expect(log).toEqual(['a starts', 'overflow', 'b expires']);
  });

  test('can be set anew', async () => {
    const { clock, places, log, enter } = setUp(1, 0);
    const a = enter('a', 100);
    a.expiry = 250;
    places.watch(a);
    await clock.advance(100);
    expect(log).toEqual(['a starts']);
    await clock.advance(150);
    expect(log).toEqual(['a starts', 'a expires']);
  });

  test('needs no timer when nobody is left', () => {
    const { clock, enter } = setUp(1, 0);
    enter('a', 100).end();
    expect(clock.pending).toBe(0);
  });
});

test('closing abandons all and starts none', () => {
  const { clock, places, log, enter } = setUp(1, 2);
  enter('a', 100);
  enter('b', 100);
  enter('c', 100);
  places.close();
  expect(log).toEqual(['a starts', 'a is abandoned', 'b is abandoned', 'c is abandoned']);
  expect([places.size, clock.pending]).toEqual([0, 0]);
});
