import { describe, expect, test } from '@jest/globals';

import { InFlight, WAITING, type Flight } from '../../src/resolver/in-flight.js';
import { ManualClock } from '../support/manual-clock.js';

/** A question that notes what happens to it. */
class Noted implements Flight {
  slot = WAITING;
  expiry: number;
  readonly #name: string;
  readonly #log: string[];
  readonly #places: InFlight;
  readonly #isOverAtOnce: boolean;

  constructor(name: string, expiry: number, places: InFlight, log: string[], isOverAtOnce = false) {
    this.expiry = expiry;
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
  const places = new InFlight(clock, maxFlying, maxQueued);
  const log: string[] = [];
  const enter = (name: string, expiry: number, isOverAtOnce = false): Noted => {
    const flight = new Noted(name, expiry, places, log, isOverAtOnce);
    places.enter(flight);
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
    expect(places.isFull).toBe(false);
    enter('d', 100);
    expect([places.size, places.isFull]).toEqual([2, true]);
    a.end();
    expect([places.size, places.isFull]).toEqual([2, false]);
    expect(log).toEqual(['a starts', 'b starts', 'c starts']);
  });

  test('ten thousand that are over as soon as they start do not pile up on the stack', () => {
    const { places, log, enter } = setUp(1, 10_000);
    const first = enter('first', 100);
    for (let i = 0; i < 10_000; i++) enter('x', 100, true);
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
    expect(log).toEqual(['a starts', 'b expires']);
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
