/** The counters of RFC 7208 §4.6.4, over one whole check with all its includes and redirects. */
import type { Limits } from './outcome.js';

export class Budget {
  terms = 0;
  voids = 0;
  readonly #limits: Limits;

  constructor(limits: Limits) {
    this.#limits = limits;
  }

  /** Counts a term that asks the DNS. False: one too many, before it has asked. */
  spendTerm(): boolean {
    return ++this.terms <= this.#limits.terms;
  }

  /** Counts an answer without records. Refused here and not at the next term, which a record whose last
   *  term is the void one does not have. */
  spendVoid(): boolean {
    return ++this.voids <= this.#limits.void;
  }

  /** The same for a host of `mx` or a name of `ptr` without addresses. §4.6.4 speaks of terms, and for an
   *  IPv6 client every host that has only IPv4 is one; so it counts only where that is wanted. */
  spendVoidName(): boolean {
    return this.#limits.voidCounting === 'term' || this.spendVoid();
  }
}
