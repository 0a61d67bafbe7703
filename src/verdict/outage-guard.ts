/** Notices that most checks end in temperror: then the DNS is ill, not the senders. */

export interface OutageSettings {
  /** How far back it looks. */
  readonly windowMs: number;
  /** Fewer checks within the window are too few to tell. */
  readonly minChecks: number;
  /** Which share of them must be temperrors: more than 0, at most 1. */
  readonly ratio: number;
}

/** An outage begins or ends: with the checks within the window, and how many of them were temperrors. */
export type OutageChange =
  | { readonly kind: 'began'; readonly checks: number; readonly failed: number }
  | {
      readonly kind: 'ended';
      readonly checks: number;
      readonly failed: number;
      /** How long it was. */
      readonly durationMs: number;
    };

/** The window moves by a twelfth at a time, so it is always a little shorter than it is said to be. */
const BUCKETS = 12;

/**
 * Counts checks, in twelve buckets whatever their number, and each at the same small cost.
 *
 * So that it does not flap, an outage ends by another rule than it begins: when the share of temperrors has
 * fallen below half of the ratio, or, where there are too few checks to speak of shares, when a whole
 * window has none left. Silence ends nothing: without checks nobody knows, and nobody is waiting.
 */
export class OutageGuard {
  readonly #settings: OutageSettings;
  readonly #bucketMs: number;
  readonly #buckets = Array.from({ length: BUCKETS }, () => ({ checks: 0, failed: 0 }));
  /** Which stretch of time the newest bucket stands for. */
  #stretch = 0;
  #checks = 0;
  #failed = 0;
  /** Null while there is none. */
  #outageSince: number | null = null;

  constructor(settings: OutageSettings) {
    this.#settings = settings;
    this.#bucketMs = settings.windowMs / BUCKETS;
  }

  get isOutage(): boolean {
    return this.#outageSince !== null;
  }

  /** Counts a check that has ended at `now` (`Clock.now` milliseconds), and tells what changes with it. */
  record(isTemperror: boolean, now: number): OutageChange | null {
    const bucket = this.#bucketAt(now);
    bucket.checks++;
    this.#checks++;
    if (isTemperror) {
      bucket.failed++;
      this.#failed++;
    }
    if (this.#outageSince === null) {
      if (!this.#hasBegun()) return null;
      this.#outageSince = now;
      return { kind: 'began', checks: this.#checks, failed: this.#failed };
    }
    if (!this.#isOver()) return null;
    const durationMs = now - this.#outageSince;
    this.#outageSince = null;
    return { kind: 'ended', checks: this.#checks, failed: this.#failed, durationMs };
  }

  #hasBegun(): boolean {
    const { minChecks, ratio } = this.#settings;
    return this.#checks >= minChecks && this.#failed / this.#checks >= ratio;
  }

  #isOver(): boolean {
    const { minChecks, ratio } = this.#settings;
    return this.#checks < minChecks ? this.#failed === 0 : this.#failed / this.#checks < ratio / 2;
  }

  /** The newest bucket, after what has left the window is taken off. */
  #bucketAt(now: number): { checks: number; failed: number } {
    const stretch = Math.max(Math.floor(now / this.#bucketMs), this.#stretch);
    const oldest = Math.max(this.#stretch, stretch - BUCKETS);
    this.#stretch = stretch;
    for (let passed = oldest + 1; passed <= stretch; passed++) {
      const bucket = this.#bucket(passed);
      this.#checks -= bucket.checks;
      this.#failed -= bucket.failed;
      bucket.checks = bucket.failed = 0;
    }
    return this.#bucket(stretch);
  }

  #bucket(stretch: number): { checks: number; failed: number } {
    const bucket = this.#buckets[stretch % BUCKETS];
    if (bucket === undefined) throw new Error(`no bucket for the stretch ${stretch}`);
    return bucket;
  }
}
