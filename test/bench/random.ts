/** Seeded randomness: one seed gives the same zone and the same mail on every machine. */

/** Marsaglia's xorshift with 32 bits of state: plenty for choosing among some hundred names. */
export class SeededRandom {
  #state: number;

  /** The seed is any integer but 0. */
  constructor(seed: number) {
    this.#state = seed | 0;
    for (let i = 0; i < 16; i++) this.next(); // small seeds begin with small numbers
  }

  /** At least 0, below 1. */
  next(): number {
    let state = this.#state;
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    this.#state = state;
    return (state >>> 0) / 2 ** 32;
  }

  /** Both ends included. */
  integer(least: number, most: number): number {
    return least + Math.floor(this.next() * (most - least + 1));
  }

  chance(probability: number): boolean {
    return this.next() < probability;
  }

  /** One of a list that is not empty. */
  pick<T>(list: readonly T[]): T {
    const picked = list[this.integer(0, list.length - 1)];
    if (picked === undefined) throw new Error('nothing to pick from');
    return picked;
  }

  /** One of a list of values with their weights. */
  weighted<T>(list: readonly (readonly [value: T, weight: number])[]): T {
    let left = this.next() * list.reduce((sum, [, weight]) => sum + weight, 0);
    for (const [value, weight] of list) {
      left -= weight;
      if (left < 0) return value;
    }
    throw new Error('nothing to choose from');
  }
}
