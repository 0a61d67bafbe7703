/** Which key has how many questions under way and waiting, and whose turn it is. */
import { RecentMap } from '../util/index.js';
import type { Flight } from './in-flight.js';

/** The questions of one key. */
interface Share {
  flying: number;
  /** Null as long as none had to wait. */
  queued: RecentMap<Flight, true> | null;
}

/** Those who wait get their places key by key in turn, each key's in their order. */
export class FairShares {
  /** How many wait. */
  queued = 0;
  readonly #mostFlying: number;
  /** Of all keys that have questions. */
  readonly #shares = new Map<string, Share>();
  /** Of those that wait, the one whose turn it is first. */
  readonly #turns = new RecentMap<string, Share>();

  /** `mostFlying` is how many places a key may have; `flying` are those that have one already. */
  constructor(mostFlying: number, flying: readonly Flight[]) {
    this.#mostFlying = mostFlying;
    for (const flight of flying) this.fly(flight);
  }

  /** Whether a question of the key may have a place: then none of the key's waits, or it would have it. */
  mayFly(key: string): boolean {
    return (this.#shares.get(key)?.flying ?? 0) < this.#mostFlying;
  }

  fly({ key }: Flight): void {
    this.#shareOf(key).flying++;
  }

  land({ key }: Flight): void {
    const share = this.#shareOf(key);
    share.flying--;
    this.#forgetIfEmpty(key, share);
  }

  /** How many questions of the key wait. */
  queuedOf(key: string): number {
    return this.#shares.get(key)?.queued?.size ?? 0;
  }

  queue(flight: Flight): void {
    const share = this.#shareOf(flight.key);
    share.queued ??= new RecentMap();
    if (share.queued.size === 0) this.#turns.set(flight.key, share);
    share.queued.set(flight, true);
    this.queued++;
  }

  unqueue(flight: Flight): void {
    const share = this.#shareOf(flight.key);
    if (share.queued?.peek(flight) === undefined) return;
    share.queued.delete(flight);
    this.queued--;
    if (share.queued.size === 0) this.#turns.delete(flight.key);
    this.#forgetIfEmpty(flight.key, share);
  }

  /** The question that is to have the next place, or null if none may. It still waits. */
  next(): Flight | null {
    // Where there is a place, one key at most can have all that it may.
    for (let passed = 0; passed < 2; passed++) {
      const turn = this.#turns.oldest;
      if (turn === null) return null;
      this.#turns.touch(turn.key);
      const { flying, queued } = turn.value;
      if (flying < this.#mostFlying) return queued?.oldest?.key ?? null;
    }
    return null;
  }

  /** All that wait. */
  waiting(): Flight[] {
    if (this.queued === 0) return [];
    return [...this.#shares.values()].flatMap(({ queued }) => [...(queued?.keys() ?? [])]);
  }

  #shareOf(key: string): Share {
    let share = this.#shares.get(key);
    if (share === undefined) {
      share = { flying: 0, queued: null };
      this.#shares.set(key, share);
    }
    return share;
  }

  #forgetIfEmpty(key: string, { flying, queued }: Share): void {
    if (flying === 0 && (queued === null || queued.size === 0)) this.#shares.delete(key);
  }
}
