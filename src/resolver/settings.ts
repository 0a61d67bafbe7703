/** What a resolver can be told. */
import type { ServerAddress } from '../dns/index.js';

export interface ResolverSettings {
  /** In the order in which they are tried, as long as they answer and are about as fast; at least one. */
  readonly servers: readonly ServerAddress[];
  /** Certificates of those who may vouch for a server of DNS over TLS, in PEM; null for Node's own list. */
  readonly tlsCa: string | null;
  /** How long one server may take for one question, over UDP and over TCP each. In the first round the next
   *  one is asked after half of it. */
  readonly timeoutMs: number;
  /** Rounds through the servers, at least one. */
  readonly tries: number;
  /** Octets of UDP payload to offer (RFC 6891 §6.2.3); 0 leaves EDNS out. */
  readonly edns: number;
  /** Whether to ask again over TCP when an answer is truncated; else such an answer is malformed. */
  readonly tcp: boolean;
  /** Whether each question begins with another server. */
  readonly rotate: boolean;
  /** Questions under way at once. */
  readonly maxInFlight: number;
  /** Questions that wait for others to be done; one more fails at once, `busy`. */
  readonly maxQueued: number;
}

/** Everything but the servers. 1232 octets fit every path without fragments (DNS flag day 2020). */
export const RESOLVER_DEFAULTS: Omit<ResolverSettings, 'servers'> = {
  tlsCa: null,
  timeoutMs: 3000,
  tries: 2,
  edns: 1232,
  tcp: true,
  rotate: false,
  maxInFlight: 1000,
  maxQueued: 10_000,
};
