/** Tells when questions find no place, seldom enough for a log. */
import type { Report } from '../events/index.js';
import type { Clock } from '../util/index.js';

const LEAST_INTERVAL_MS = 60_000;

export class OverflowReporter {
  readonly #clock: Clock;
  readonly #report: Report;
  #refused = 0;
  #nextAt = -Infinity;

  constructor(clock: Clock, report: Report) {
    this.#clock = clock;
    this.#report = report;
  }

  /** One more, while so many others wait. */
  refused(waiting: number): void {
    this.#refused++;
    const now = this.#clock.now();
    if (now < this.#nextAt) return;
    this.#nextAt = now + LEAST_INTERVAL_MS;
    this.#report({ kind: 'dns-queue-full', refused: this.#refused, waiting });
    this.#refused = 0;
  }
}
