/** An unordered collection whose elements know their places, so that each leaves it at once. */

export interface InBag {
  /** Where it lies in its bag, else `OUTSIDE`: kept by the bag. An element is in one bag at a time. */
  slot: number;
}

/** The slot of what is in no bag. */
export const OUTSIDE = -1;

/**
 * For what comes and goes all the time. A `Set` would do the same, but grows by making a new table to which the old
 * one still points: an old table that has outlived a collection or two keeps what was in it when it was given up,
 * and with it the newer tables, from being collected cheaply. With the connections of mail servers, more than half
 * of all that a connection had used became old before it was freed.
 */
export class Bag<T extends InBag> {
  readonly #elements: T[] = [];

  get size(): number {
    return this.#elements.length;
  }

  add(element: T): void {
    element.slot = this.#elements.length;
    this.#elements.push(element);
  }

  /** Takes an element out, if it is in the bag. */
  remove(element: T): void {
    if (element.slot === OUTSIDE) return;
    const last = this.#elements.pop();
    if (last !== undefined && last !== element) {
      this.#elements[element.slot] = last;
      last.slot = element.slot;
    }
    element.slot = OUTSIDE;
  }

  /** A list of its own: elements may be added and removed while somebody goes through it. */
  all(): T[] {
    return [...this.#elements];
  }
}
