/** How many questions may be under way, who waits for a place, and when each is out of time. */
import { RecentMap, type Clock } from '../util/index.js';

/** One question, as far as its place and its time are concerned. */
export interface Flight {
  /** When it is out of time, in `Clock.now` milliseconds. Infinity once it has left. */
  readonly expiry: number;
  /** Whom it is asked for: places are shared out fairly among keys. */
  readonly key: string;
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

/** The questions of one key. */
interface Share {
  flying: number;
  /** Null as long as none had to wait. */
  queued: RecentMap<Flight, true> | null;
}

/**
 * A bounded set of questions under way with a bounded queue before it, and one timer for all of them: one for
 * each, set and cleared, would add a tenth to what a question costs.
 *
 * Those who wait get their places key by key in turn, each key's in their order. No key can have more than
 * half of the places, or more of the queue than it leaves free. So a domain that floods, or does not answer,
 * leaves as much to the others, and the first question of another never waits behind all of its.
 */
export class InFlight {
  readonly #clock: Clock;
  #maxFlying: number;
  readonly #maxQueued: number;
  readonly #maxFlyingOfKey: number;
  /** Called when a question found no place, neither at once nor in its time. */
  readonly #onOverflow: () => void;
  readonly #flying: Flight[] = [];
  #queued = 0;
  /** Of all keys that have questions here. */
  readonly #shares = new Map<string, Share>();
  /** Of those that wait, the one whose turn it is first. */
  readonly #turns = new RecentMap<string, Share>();
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
    return this.#flying.length;
  }

  /** How many wait. */
  get queued(): number {
    return this.#queued;
  }

  /** Takes a question in, and starts it as soon as there is a place. False if it cannot even wait for one. */
  enter(flight: Flight): boolean {
    let share = this.#shares.get(flight.key);
    // None of the key's can be waiting then: it would have had the place before.
    if (this.#flying.length < this.#maxFlying && (share?.flying ?? 0) < this.#maxFlyingOfKey) {
      this.#launch(flight, share ?? this.#newShare(flight.key));
      return true;
    }
    if ((share?.queued?.size ?? 0) >= this.#maxQueued - this.#queued) {
      this.#onOverflow();
      return false;
    }
    share ??= this.#newShare(flight.key);
    share.queued ??= new RecentMap();
    if (share.queued.size === 0) this.#turns.set(flight.key, share);
    share.queued.set(flight, true);
    this.#queued++;
    this.watch(flight);
    return true;
  }

  #newShare(key: string): Share {
    const share = { flying: 0, queued: null };
    this.#shares.set(key, share);
    return share;
  }

  /** A question is done, whether it was started or not. */
  leave(flight: Flight): void {
    const share = this.#shares.get(flight.key);
    if (share === undefined) return;
    if (flight.slot === WAITING) {
      this.#unqueue(flight, share);
    } else {
      const last = this.#flying.pop();
      if (last !== undefined && last !== flight) {
        this.#flying[flight.slot] = last;
        last.slot = flight.slot;
      }
      flight.slot = WAITING;
      share.flying--;
    }
    this.#forgetIfEmpty(flight.key, share);
    if (this.#queued > 0) this.#fill();
    if (this.#shares.size === 0) this.#disarm(); // lets the process end
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
    const all = [...this.#flying];
    if (this.#queued > 0) for (const { queued } of this.#shares.values()) all.push(...(queued?.keys() ?? []));
    return all;
  }

  #launch(flight: Flight, share: Share): void {
    flight.slot = this.#flying.length;
    this.#flying.push(flight);
    share.flying++;
    flight.start();
  }

  /** A loop, because a question may be over as soon as it starts, and leave in turn. */
  #fill(): void {
    if (this.#isFilling) return;
    this.#isFilling = true;
    let isPassed = false;
    while (this.#flying.length < this.#maxFlying) {
      const turn = this.#turns.oldest;
      if (turn === null) break;
      const { key, value: share } = turn;
      this.#turns.touch(key);
      const next = share.queued?.oldest?.key;
      if (next === undefined) throw new Error('a key without questions has a turn');
      if (share.flying < this.#maxFlyingOfKey) {
        isPassed = false;
        this.#unqueue(next, share);
        this.#launch(next, share);
      } else if (isPassed) {
        break; // one key has its half, and there is no other
      } else {
        isPassed = true;
      }
    }
    this.#isFilling = false;
  }

  #unqueue(flight: Flight, share: Share): void {
    share.queued?.delete(flight);
    this.#queued--;
    if (share.queued?.size === 0) this.#turns.delete(flight.key);
  }

  #forgetIfEmpty(key: string, { flying, queued }: Share): void {
    if (flying === 0 && (queued === null || queued.size === 0)) this.#shares.delete(key);
  }

  readonly #wake = (): void => {
    this.#cancelTimer = null;
    this.#wakeAt = Infinity;
    // Timers of the system count whole milliseconds, and late is worse than early.
    const due = this.#clock.now() + 1;
    let next: Flight | null = null;
    for (const flight of this.#all()) {
      if (flight.expiry <= due) {
        if (flight.slot === WAITING && flight.expiry !== Infinity) this.#onOverflow();
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
