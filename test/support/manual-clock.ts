/** A clock that stands still until a test moves it. */
import { setImmediate } from 'node:timers/promises';

import type { Clock } from '../../src/util/index.js';

interface Timer {
  readonly at: number;
  readonly callback: () => void;
}

export class ManualClock implements Clock {
  #now: number;
  readonly #wallAtZero: number;
  readonly #timers = new Set<Timer>();

  /** `now` in monotonic, `wall` in wall-clock milliseconds: where both begin. */
  constructor(now = 0, wall = 0) {
    this.#now = now;
    this.#wallAtZero = wall - now;
  }

  now(): number {
    return this.#now;
  }

  wall(): number {
    return this.#wallAtZero + this.#now;
  }

  after(delayMs: number, callback: () => void): () => void {
    const timer = { at: this.#now + Math.max(delayMs, 0), callback };
    this.#timers.add(timer);
    return () => {
      this.#timers.delete(timer);
    };
  }

  /** How many callbacks are still to come. */
  get pending(): number {
    return this.#timers.size;
  }

  /** Lets time pass. Callbacks that become due run in their order, each at its own time, and whatever waits
   *  for one of them goes on before the next. */
  async advance(ms: number): Promise<void> {
    const end = this.#now + ms;
    await setImmediate();
    for (let timer = this.#due(end); timer !== null; timer = this.#due(end)) {
      this.#timers.delete(timer);
      this.#now = timer.at;
      timer.callback();
      await setImmediate();
    }
    this.#now = end;
  }

  /** The earliest timer up to `end`; of two at one time the one that was set first. */
  #due(end: number): Timer | null {
    let due: Timer | null = null;
    for (const timer of this.#timers) {
      if (timer.at <= end && (due === null || timer.at < due.at)) due = timer;
    }
    return due;
  }
}
