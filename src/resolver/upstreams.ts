/** All servers, in which order a question tries them, and when one is tried out of its turn. */
import type { ServerAddress } from '../dns/index.js';
import type { Report } from '../events/index.js';
import type { Clock } from '../util/index.js';
import type { ResolverSettings } from './settings.js';
import { Streams, tcpWay, tlsWay } from './streams.js';
import { createTlsContext, type TlsContext } from './tls.js';
import { Upstream } from './upstream.js';

/** A server keeps its configured place as long as it is about as fast as the fastest. */
const BAND_FACTOR = 1.25;
const BAND_MS = 2;
/** So long an order is good if nothing happens. */
const ORDER_FOR_MS = 1000;

/**
 * The order is the one configured, but for two things: a server that is slower than the fastest by more than
 * a quarter waits behind those that are not; and one that has just failed waits behind all others, until it
 * answers. So that both can change, such servers are asked now and then besides: see `toProbe`.
 *
 * With `rotate` every question begins with another server, and only failures count.
 */
export class Upstreams {
  readonly all: readonly Upstream[];
  readonly #rotate: boolean;
  readonly #clock: Clock;
  #turn = 0;
  #order: readonly Upstream[];
  #orderEnds = -Infinity;

  constructor(settings: ResolverSettings, clock: Clock, report: Report) {
    const { servers, timeoutMs, rotate } = settings;
    if (servers.length === 0) throw new Error('a resolver needs a server');
    const context = {
      clock,
      report,
      isMeasured: servers.length > 1,
      onChange: () => {
        this.#orderEnds = -Infinity;
      },
    };
    const tls = servers.some((server) => server.tls !== undefined) ? createTlsContext(settings.tlsCa) : null;
    this.all = servers.map((server) => {
      const way = wayTo(server, tls, clock, timeoutMs);
      return new Upstream(server, new Streams(way, clock), context);
    });
    this.#order = this.all;
    this.#rotate = rotate;
    this.#clock = clock;
  }

  /** The order for one question. */
  inOrder(): readonly Upstream[] {
    if (this.all.length === 1) return this.all;
    if (this.#rotate) {
      const first = this.#turn++ % this.all.length;
      return byFailures([...this.all.slice(first), ...this.all.slice(0, first)]);
    }
    const now = this.#clock.now();
    if (now >= this.#orderEnds) {
      this.#order = bySpeed(this.all);
      this.#orderEnds = now + ORDER_FOR_MS;
    }
    return this.#order;
  }

  /** A server that it is time to try with a question that goes to `first`, or null. Nobody waits for what it
   *  says, so trying costs no time, whatever has become of it. */
  toProbe(first: Upstream): Upstream | null {
    if (this.all.length === 1) return null;
    const now = this.#clock.now();
    return this.all.find((upstream) => upstream !== first && upstream.isProbeDue(now)) ?? null;
  }

  close(): void {
    for (const upstream of this.all) upstream.close();
  }
}

function wayTo(server: ServerAddress, tls: TlsContext | null, clock: Clock, connectMs: number) {
  if (server.tls === undefined || tls === null) return tcpWay(server, connectMs);
  return tlsWay(server, server.tls.name, tls, clock, connectMs);
}

/** Sorts behind any time that a server takes. */
const FAILED = 1e9;
const DOWN = 2e9;

/** Those that answer, then those that have failed of late, then those that are down. */
function byFailures(upstreams: readonly Upstream[]): readonly Upstream[] {
  return sorted(upstreams, (one) => (one.isDown ? DOWN : one.hasFailed ? FAILED : 0));
}

/** The same, and of those that answer the slower ones behind those about as fast as the fastest. */
function bySpeed(upstreams: readonly Upstream[]): readonly Upstream[] {
  const fastest = Math.min(...upstreams.map((one) => (one.hasFailed ? Infinity : (one.rttMs ?? Infinity))));
  const band = fastest * BAND_FACTOR + BAND_MS;
  return sorted(upstreams, (one) => {
    if (one.hasFailed) return one.isDown ? DOWN : FAILED;
    return one.rttMs !== null && one.rttMs > band ? one.rttMs : 0;
  });
}

/** The lowest first; where two are equal, their order is kept. */
function sorted(upstreams: readonly Upstream[], place: (upstream: Upstream) => number): readonly Upstream[] {
  return [...upstreams].sort((a, b) => place(a) - place(b));
}
