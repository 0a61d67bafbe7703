/** A DNS whose answers come when they are told to, at the latest at their deadline. */
import type { Answer, Lookup, QueryName, RecordData, RecordType } from '../../../src/dns/index.js';
import type { Clock } from '../../../src/util/index.js';

/** Whether what is asked is answered at once. */
export type IsAtHand = (name: QueryName, type: RecordType) => boolean;

export class LateDns {
  readonly #pending = new Set<(isInTime: boolean) => void>();
  readonly lookup: Lookup;

  constructor(lookup: Lookup, clock: Clock, isAtHand: IsAtHand) {
    this.lookup = <T extends RecordType>(name: QueryName, type: T, deadline: number) => {
      const answer = lookup(name, type, deadline);
      return isAtHand(name, type) ? answer : this.#later(answer, deadline - clock.now(), clock);
    };
  }

  /** How many answers are still to come. */
  get pending(): number {
    return this.#pending.size;
  }

  /** Lets answers come, if there are any to come. */
  answer(which: 'oldest' | 'newest' | 'all'): void {
    const all = [...this.#pending];
    const chosen = which === 'all' ? all : which === 'oldest' ? all.slice(0, 1) : all.slice(-1);
    for (const settle of chosen) settle(true);
  }

  #later<T extends RecordType>(
    answer: Answer<RecordData[T]> | Promise<Answer<RecordData[T]>>,
    delayMs: number,
    clock: Clock,
  ): Promise<Answer<RecordData[T]>> {
    return new Promise((resolve) => {
      const settle = (isInTime: boolean): void => {
        cancel();
        this.#pending.delete(settle);
        resolve(isInTime ? answer : { kind: 'failed', why: 'timeout' });
      };
      const cancel = clock.after(delayMs, () => {
        settle(false);
      });
      this.#pending.add(settle);
    });
  }
}
