/** A limit of time that is set and lifted with every request. */
import type { Clock } from '../util/index.js';

/**
 * Lifting it leaves the timer as it is, and setting it anew as well: when the timer goes off before the limit, it is
 * set once more for what is left. So a connection on which much goes on has a timer a limit, and not one a request.
 */
export class TimeLimit {
  readonly #clock: Clock;
  readonly #ms: number;
  readonly #onOver: () => void;
  /** Infinity while there is no limit. */
  #endsAt = Infinity;
  #cancelTimer: (() => void) | null = null;

  /** `onOver` is called each time that the limit was set for `ms` without being lifted. */
  constructor(clock: Clock, ms: number, onOver: () => void) {
    this.#clock = clock;
    this.#ms = ms;
    this.#onOver = onOver;
  }

  /** Sets it, unless it is. */
  set(): void {
    if (this.#endsAt !== Infinity) return;
    this.#endsAt = this.#clock.now() + this.#ms;
    this.#cancelTimer ??= this.#clock.after(this.#ms, this.#wake);
  }

  lift(): void {
    this.#endsAt = Infinity;
  }

  /** Lifts it, and the timer with it. */
  close(): void {
    this.lift();
    this.#cancelTimer?.();
    this.#cancelTimer = null;
  }

  readonly #wake = (): void => {
    this.#cancelTimer = null;
    if (this.#endsAt === Infinity) return;
    const leftMs = this.#endsAt - this.#clock.now();
    if (leftMs > 0) {
      this.#cancelTimer = this.#clock.after(leftMs, this.#wake);
    } else {
      this.#endsAt = Infinity;
      this.#onOver();
    }
  };
}
