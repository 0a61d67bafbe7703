/** A `Lookup` that asks for no AAAA records. */
import type { Answer, Lookup, QueryName, RecordData, RecordType } from '../dns/index.js';

const NOT_ASKED: Extract<Answer<never>, { readonly kind: 'void' }> = {
  kind: 'void',
  why: 'not-asked',
  ttl: 0,
};

/**
 * Answers every question for AAAA records itself, and asks `lookup` all others. The answer is empty, so
 * that a term looking for an IPv6 address does not match; and it says that nobody was asked, so that it is
 * no void lookup (RFC 7208 §4.6.4): else three such terms were a permerror of our own making.
 */
export function withoutIpv6(lookup: Lookup): Lookup {
  return <T extends RecordType>(
    name: QueryName,
    type: T,
    deadline: number,
  ): Answer<RecordData[T]> | Promise<Answer<RecordData[T]>> =>
    type === 'AAAA' ? NOT_ASKED : lookup(name, type, deadline);
}
