/** What is known of one server: whether it answers, how fast, and whether it understands EDNS. */
import { printServer, type ServerAddress } from '../dns/index.js';
import type { Report } from '../events/index.js';
import type { Clock } from '../util/index.js';
import type { Streams } from './streams.js';
import { UdpPorts } from './udp.js';

/** A server is down that failed so many times in a row, and has not answered anything that it was asked in so
 *  long a time: one that only loses some questions would be up and down all the time. */
const DOWN_AFTER_FAILURES = 3;
const DOWN_AFTER_MS = 5000;
/** How long after the last sign of it a server that is not the first choice is tried: one that failed or was
 *  never tried, and one that is known to be slower. */
const PROBE_FAILED_AFTER_MS = 15_000;
const PROBE_SLOWER_AFTER_MS = 60_000;
/** RFC 6891 §6.2.2 lets one remember; not for ever, since servers are replaced. */
const WITHOUT_EDNS_FOR_MS = 15 * 60_000;

/** Times fall fast and rise slowly, and one of them counts as four times what was known at most: a slow answer
 *  is mostly a slow domain, which tells nothing of the server. */
const FALL = 1 / 4;
const RISE = 1 / 32;
const MOST_RISE = 4;

export interface UpstreamContext {
  readonly clock: Clock;
  readonly report: Report;
  /** Whether there are others to compare it with. */
  readonly isMeasured: boolean;
  /** Its place in the order may be another now. */
  readonly onChange: () => void;
}

export class Upstream {
  readonly address: ServerAddress;
  /** For people. */
  readonly name: string;
  readonly ports: UdpPorts;
  readonly streams: Streams;
  readonly isTls: boolean;
  /** Whether answers are to be timed. */
  readonly isMeasured: boolean;
  readonly #context: UpstreamContext;
  #failures = 0;
  /** When it was asked what it answered last. */
  #aliveAt = -Infinity;
  #downSince: number | null = null;
  #rttMs: number | null = null;
  #probeAt: number;
  #probe: { close(): void } | null = null;
  #plainUntil = -Infinity;

  constructor(address: ServerAddress, streams: Streams, context: UpstreamContext) {
    this.address = address;
    this.name = printServer(address);
    this.ports = new UdpPorts(address);
    this.streams = streams;
    this.isTls = address.tls !== undefined;
    this.isMeasured = context.isMeasured;
    this.#context = context;
    this.#probeAt = context.clock.now() + PROBE_FAILED_AFTER_MS;
  }

  /** Failures of late, none of them followed by an answer. */
  get hasFailed(): boolean {
    return this.#failures > 0;
  }

  get isDown(): boolean {
    return this.#downSince !== null;
  }

  /** The smoothed time that it takes to answer, in milliseconds; null if it never did. */
  get rttMs(): number | null {
    return this.#rttMs;
  }

  isProbeDue(now: number): boolean {
    return now >= this.#probeAt;
  }

  /** A question goes out that nobody waits for. */
  probed(now: number, probe: { close(): void }): void {
    this.#probeAt = now + PROBE_FAILED_AFTER_MS;
    this.#probe?.close(); // the one before has waited for long enough
    this.#probe = probe;
  }

  /** It gave a usable answer, to a question that left at `askedAt`; null where the time would tell nothing. */
  answered(askedAt: number | null): void {
    this.#aliveAt = askedAt ?? this.#context.clock.now();
    if (this.isMeasured && askedAt !== null) this.#measure(askedAt);
    if (this.#failures === 0) return;
    this.#failures = 0;
    const since = this.#downSince;
    this.#downSince = null;
    const { clock, report, onChange } = this.#context;
    onChange();
    if (since === null) return;
    report({ kind: 'dns-server-up', server: this.name, downMs: clock.now() - since });
  }

  /** It let its time pass, cannot be reached, or did not know what another server knew. */
  failed(why: string): void {
    const { clock, report, onChange } = this.#context;
    const now = clock.now();
    this.#failures++;
    this.#probeAt = now + PROBE_FAILED_AFTER_MS;
    if (this.#failures === 1) onChange();
    if (this.#downSince !== null || this.#failures < DOWN_AFTER_FAILURES) return;
    if (now - this.#aliveAt < DOWN_AFTER_MS) return;
    this.#downSince = now;
    onChange();
    report({ kind: 'dns-server-down', server: this.name, why });
  }

  takesEdns(now: number): boolean {
    return now >= this.#plainUntil;
  }

  /** It refused a question with EDNS and answered the same without. */
  wantsNoEdns(now: number): void {
    this.#plainUntil = now + WITHOUT_EDNS_FOR_MS;
  }

  close(): void {
    this.#probe?.close();
    this.ports.close();
    this.streams.close();
  }

  #measure(askedAt: number): void {
    const now = this.#context.clock.now();
    this.#probeAt = now + PROBE_SLOWER_AFTER_MS;
    const rtt = now - askedAt;
    const known = this.#rttMs;
    // After a failure what was known may be of another time.
    if (known === null || this.#failures > 0) this.#rttMs = rtt;
    else if (rtt < known) this.#rttMs = known + (rtt - known) * FALL;
    else this.#rttMs = known + (Math.min(rtt, known * MOST_RISE + 1) - known) * RISE;
  }
}
