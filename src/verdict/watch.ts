/** What outlives a judge: what was noticed about many messages, when a configuration takes the place of another. */
import type { Report } from '../events/index.js';
import type { IpAddress } from '../net/index.js';
import type { Clock } from '../util/index.js';
import type { Findings } from './finding.js';
import type { OutageSettings } from './outage-guard.js';
import { watchForOutages } from './outage-watch.js';

const HOUR_MS = 3_600_000;

/** One for all judges that come one after the other. */
export class Watch {
  readonly #clock: Clock;
  readonly #report: Report;
  #outages: {
    readonly settings: OutageSettings | null;
    readonly isOutage: (of: Findings) => boolean;
  } | null = null;
  #nextWarning = -Infinity;

  constructor(clock: Clock, report: Report) {
    this.#clock = clock;
    this.#report = report;
  }

  /** See `watchForOutages`. An outage goes on under the same settings; other settings count anew. */
  forOutages(settings: OutageSettings | null): (findings: Findings) => boolean {
    if (this.#outages === null || !isSame(this.#outages.settings, settings)) {
      this.#outages = { settings, isOutage: watchForOutages(settings, this.#clock, this.#report) };
    }
    return this.#outages.isOutage;
  }

  /** Reports that a client has a private address: once an hour, as it mostly is each and every one. */
  privateClient(client: IpAddress): void {
    const now = this.#clock.now();
    if (now < this.#nextWarning) return;
    this.#nextWarning = now + HOUR_MS;
    this.#report({ kind: 'private-client', client: client.toString() });
  }
}

function isSame(a: OutageSettings | null, b: OutageSettings | null): boolean {
  if (a === null || b === null) return a === b;
  return a.windowMs === b.windowMs && a.minChecks === b.minChecks && a.ratio === b.ratio;
}
