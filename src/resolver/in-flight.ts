/** How many questions may be under way, who waits for a place, and when each is out of time. */
import type { Clock } from '../util/index.js';

/** One question, as far as its place and its time are concerned. */
export interface Flight {
  /** When it is out of time, in `Clock.now` milliseconds. Infinity once it has left. */
  readonly expiry: number;
  /** Where it stands among those under way, else `WAITING`: kept by `InFlight`. */
  slot: number;
  /** It has a place now. */
  start(): void;
  /** `expiry` has come; at once, or up to a millisecond early. */
  expired(): void;
  /** Nothing more will come of it. */
  abandon(): void;
}

export const WAITING = -1;

/**
 * A bounded set of questions under way with a bounded queue before it, and one timer for all of them: one for
 * each, set and cleared, would add a tenth to what a question costs.
 */
export class InFlight {
  readonly #clock: Clock;
  #maxFlying: number;
  readonly #maxQueued: number;
  readonly #flying: Flight[] = [];
  readonly #queued = new Set<Flight>();
  #isFilling = false;
  #wakeAt = Infinity;
  #cancelTimer: (() => void) | null = null;

  constructor(clock: Clock, maxFlying: number, maxQueued: number) {
    this.#clock = clock;
    this.#maxFlying = maxFlying;
    this.#maxQueued = maxQueued;
  }

  /** How many are under way. */
  get size(): number {
    return this.#flying.length;
  }

  get isFull(): boolean {
    return this.#flying.length >= this.#maxFlying && this.#queued.size >= this.#maxQueued;
  }

  /** Takes a question in, and starts it as soon as there is a place. Not to be called when full. */
  enter(flight: Flight): void {
    if (this.#flying.length < this.#maxFlying && this.#queued.size === 0) {
      this.#launch(flight);
    } else {
      this.#queued.add(flight);
      this.watch(flight);
    }
  }

  /** A question is done, whether it was started or not. */
  leave(flight: Flight): void {
    if (flight.slot === WAITING) {
      this.#queued.delete(flight);
    } else {
      const last = this.#flying.pop();
      if (last !== undefined && last !== flight) {
        this.#flying[flight.slot] = last;
        last.slot = flight.slot;
      }
      flight.slot = WAITING;
      if (this.#queued.size > 0) this.#fill();
    }
    if (this.#flying.length === 0 && this.#queued.size === 0) this.#disarm(); // lets the process end
  }

  /** The expiry of a question is new. */
  watch({ expiry }: Flight): void {
    if (expiry >= this.#wakeAt) return; // also if the question has left
    this.#disarm();
    this.#wakeAt = expiry;
    this.#cancelTimer = this.#clock.after(Math.max(0, expiry - this.#clock.now()), this.#wake);
  }

  /** Abandons all questions. */
  close(): void {
    this.#maxFlying = 0; // so that none of those who wait is started now
    for (const flight of this.#all()) flight.abandon();
  }

  #all(): Flight[] {
    return [...this.#flying, ...this.#queued];
  }

  #launch(flight: Flight): void {
    flight.slot = this.#flying.length;
    this.#flying.push(flight);
    flight.start();
  }

  /** A loop, because a question may be over as soon as it starts, and leave in turn. */
  #fill(): void {
    if (this.#isFilling) return;
    this.#isFilling = true;
    for (const next of this.#queued) {
      if (this.#flying.length >= this.#maxFlying) break;
      this.#queued.delete(next);
      this.#launch(next);
    }
    this.#isFilling = false;
  }

  readonly #wake = (): void => {
    this.#cancelTimer = null;
    this.#wakeAt = Infinity;
    // Timers of the system count whole milliseconds, and late is worse than early.
    const due = this.#clock.now() + 1;
    let next: Flight | null = null;
    for (const flight of this.#all()) {
      if (flight.expiry <= due) flight.expired();
      if (next === null || flight.expiry < next.expiry) next = flight;
    }
    if (next !== null) this.watch(next);
  };

  #disarm(): void {
    this.#cancelTimer?.();
    this.#cancelTimer = null;
    this.#wakeAt = Infinity;
  }
}
