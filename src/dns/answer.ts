/** What comes back. */
import type { IpAddress } from '../net/index.js';
import type { Octets } from '../util/index.js';
import type { QueryName } from './query-name.js';

/** What one record of each type that SPF asks for holds. */
export interface RecordData {
  readonly A: IpAddress;
  readonly AAAA: IpAddress;
  readonly MX: Mx;
  readonly PTR: QueryName;
  /** The character-strings of one record, joined without a blank (RFC 7208 §3.3). */
  readonly TXT: Octets;
}

export interface Mx {
  readonly preference: number;
  /** Empty for the root: a null MX (RFC 7505). */
  readonly exchange: QueryName;
}

export type RecordType = keyof RecordData;

/**
 * Why there are no records, which is no error. `nxdomain` and `nodata` are a *void lookup* (RFC 7208
 * §4.6.4). `not-asked` is none: our own configuration keeps the question from being asked, and no domain
 * is to be blamed for that.
 */
export type VoidReason = 'nxdomain' | 'nodata' | 'not-asked';

/**
 * Why there is no answer at all (RFC 7208 §2.6.6, temperror): `timeout` nobody answered in time,
 * `servfail`, `refused`, `formerr`, `notimp` and `other-rcode` the server's own word, `malformed` an
 * answer that cannot be read or believed, `unreachable` the network's refusal, `busy` our own bound.
 */
export type FailureReason =
  | 'timeout'
  | 'servfail'
  | 'refused'
  | 'formerr'
  | 'notimp'
  | 'other-rcode'
  | 'malformed'
  | 'unreachable'
  | 'busy';

/**
 * What became of one question. An answer is immutable and stands for itself: whoever keeps answers hands
 * out the same object again, so what is derived from one (a parsed record) can be kept along with it.
 * `ttl` is in seconds, and says how long the answer may be kept.
 */
export type Answer<T> =
  | { readonly kind: 'records'; readonly records: readonly [T, ...T[]]; readonly ttl: number }
  | { readonly kind: 'void'; readonly why: VoidReason; readonly ttl: number }
  | { readonly kind: 'failed'; readonly why: FailureReason };
