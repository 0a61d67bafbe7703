/** What iprev found: the result of RFC 8601 §3 and what led to it. */
import type { FailureReason, QueryName } from '../dns/index.js';
import type { DomainName } from '../net/index.js';

export type IprevOutcome =
  /** All names that lead back to the client, in the order of the PTR answer. */
  | { readonly result: 'pass'; readonly names: readonly [DomainName, ...DomainName[]] }
  /** The names that do not; none where no PTR record holds the name of a host. */
  | { readonly result: 'fail'; readonly names: readonly DomainName[] }
  /** There is no PTR record. */
  | { readonly result: 'permerror' }
  | { readonly result: 'temperror'; readonly cause: IprevFailure };

export type IprevResult = IprevOutcome['result'];

export type IprevFailure =
  | {
      readonly kind: 'lookup';
      readonly name: QueryName;
      readonly type: 'PTR' | 'A' | 'AAAA';
      readonly why: FailureReason;
    }
  /** Our own configuration keeps the question from being asked, and nobody else is to be blamed for that. */
  | { readonly kind: 'not-asked' }
  | { readonly kind: 'deadline' };

/** The forward-confirmed names of the client: none where the DNS failed, too. */
export function confirmedNames(outcome: IprevOutcome): readonly DomainName[] {
  return outcome.result === 'pass' ? outcome.names : [];
}
