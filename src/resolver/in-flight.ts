/** How many questions may be under way, who waits for a place, and when each is out of time. */
import { Bag, OUTSIDE, type Clock, type InBag } from '../util/index.js';
import { FairShares } from './fair-shares.js';

/** One question, as far as its place and its time are concerned. */
export interface Flight extends InBag {
  /** When it is out of time, in `Clock.now` milliseconds. Infinity once it has left. */
  readonly expiry: number;
  /** Whom it is asked for: places are shared out fairly among keys. */
  readonly key: string;
  /** It has a place now. */
  start(): void;
  /** `expiry` has come; at once, or up to a millisecond early. */
  expired(): void;
  /** Nothing more will come of it. */
  abandon(): void;
}

/**
 * A bounded set of questions under way with a bounded queue before it, and one timer for all of them: one for
 * each, set and cleared, would add a tenth to what a question costs.
 *
 * No key can have more than half of the places, or more of the queue than it leaves free; and those who wait
 * get their places key by key. So a domain that floods, or does not answer, leaves as much to the others, and
 * the first question of another never waits behind all of its. As long as less than half of the places are
 * taken there is nothing to share out, and nobody counts.
 */
export class InFlight {
  readonly #clock: Clock;
  #maxFlying: number;
  readonly #maxQueued: number;
  readonly #maxFlyingOfKey: number;
  /** Called when a question found no place, neither at once nor in its time. */
  readonly #onOverflow: () => void;
  /** Those that have a place. */
  readonly #flying = new Bag<Flight>();
  /** Null while nobody counts. */
  #shares: FairShares | null = null;
  #isFilling = false;
  #wakeAt = Infinity;
  #cancelTimer: (() => void) | null = null;

  constructor(clock: Clock, maxFlying: number, maxQueued: number, onOverflow: () => void) {
    this.#clock = clock;
    this.#maxFlying = maxFlying;
    this.#maxQueued = maxQueued;
    this.#maxFlyingOfKey = Math.ceil(maxFlying / 2);
    this.#onOverflow = onOverflow;
  }

  /** How many are under way. */
  get size(): number {
    return this.#flying.size;
  }

  /** How many wait. */
  get queued(): number {
    return this.#shares?.queued ?? 0;
  }

  /** Takes a question in, and starts it as soon as there is a place. False if it cannot even wait for one. */
  enter(flight: Flight): boolean {
    if (this.#shares === null) {
      if (this.#flying.size < this.#maxFlyingOfKey) {
        this.#launch(flight);
        return true;
      }
      this.#shares = new FairShares(this.#maxFlyingOfKey, this.#flying.all());
    }
    const shares = this.#shares;
    if (this.#flying.size < this.#maxFlying && shares.mayFly(flight.key)) {
      shares.fly(flight);
      this.#launch(flight);
      return true;
    }
    if (shares.queuedOf(flight.key) >= this.#maxQueued - shares.queued) {
      this.#onOverflow();
      return false;
    }
    shares.queue(flight);
    this.watch(flight);
    return true;
  }

  /** A question is done, whether it was started or not. */
  leave(flight: Flight): void {
    if (flight.slot === OUTSIDE) {
      this.#shares?.unqueue(flight);
    } else {
      this.#flying.remove(flight);
      this.#shares?.land(flight);
    }
    if (this.#shares !== null) this.#fill(this.#shares);
    if (this.#flying.size === 0 && this.queued === 0) this.#disarm(); // lets the process end
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
    const flying = this.#flying.all();
    return this.#shares === null ? flying : [...flying, ...this.#shares.waiting()];
  }

  #launch(flight: Flight): void {
    this.#flying.add(flight);
    flight.start();
  }

  /** A loop, because a question may be over as soon as it starts, and leave in turn. */
  #fill(shares: FairShares): void {
    if (this.#isFilling) return;
    this.#isFilling = true;
    while (this.#flying.size < this.#maxFlying) {
      const next = shares.next();
      if (next === null) break;
      shares.unqueue(next);
      shares.fly(next);
      this.#launch(next);
    }
    this.#isFilling = false;
    // Not at the bound itself, or one question more and one less would have all counted anew each time.
    if (shares.queued === 0 && this.#flying.size < this.#maxFlyingOfKey / 2) this.#shares = null;
  }

  readonly #wake = (): void => {
    this.#cancelTimer = null;
    this.#wakeAt = Infinity;
    // Timers of the system count whole milliseconds, and late is worse than early.
    const due = this.#clock.now() + 1;
    let next: Flight | null = null;
    for (const flight of this.#all()) {
      if (flight.expiry <= due) {
        if (flight.slot === OUTSIDE) this.#onOverflow();
        flight.expired();
      }
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
