/** What check_host() found: the RFC's result and what led to it. */
import type { FailureReason, QueryName, RecordType } from '../dns/index.js';
import type { DomainNameProblem } from '../net/index.js';
import type { Directive, SpfRecord } from './record.js';
import type { RecordProblem } from './parse.js';

export type Outcome =
  | { readonly result: 'none'; readonly cause: NoneCause }
  /** `matched` is null where no mechanism did (§4.7): in a header field that is "default". */
  | (Decided & { readonly result: 'pass' | 'softfail' | 'neutral'; readonly matched: Directive | null })
  /** `explanation`: the domain's own text (§6.2), printable ASCII, and for all that from outside. */
  | (Decided & {
      readonly result: 'fail';
      readonly matched: Directive;
      readonly explanation: string | null;
    })
  /** `record`: that of the domain that was checked; null where it was not got or could not be read. */
  | (TempError & { readonly record: SpfRecord | null })
  | (PermError & { readonly record: SpfRecord | null });

/** What the owner of the domain says about the client. */
interface Decided {
  /** The record of the domain that was checked. */
  readonly record: SpfRecord;
  /** The record that the result is from: the same, or what `redirect=` leads to in the end (§6.1). */
  readonly decidedBy: SpfRecord;
}

/** An error as it comes up from where it happened, which may be any record of the check. */
export interface TempError {
  readonly result: 'temperror';
  readonly cause: TempErrorCause;
}

export interface PermError {
  readonly result: 'permerror';
  readonly cause: PermErrorCause;
}

/** RFC 7208 §2.6.1. */
export type NoneCause =
  | { readonly kind: 'bad-domain'; readonly problem: DomainNameProblem } // §4.3
  | { readonly kind: 'no-record' }; // §4.5

/** RFC 7208 §2.6.6. */
export type TempErrorCause =
  | {
      readonly kind: 'lookup';
      readonly name: QueryName;
      readonly type: RecordType;
      readonly why: FailureReason;
    }
  | { readonly kind: 'deadline' }; // §4.6.4

/** RFC 7208 §2.6.7. `domain` is whose record is at fault. */
export type PermErrorCause =
  | { readonly kind: 'several-records'; readonly domain: QueryName } // §4.5
  | { readonly kind: 'record'; readonly domain: QueryName; readonly problem: RecordProblem } // §4.6
  | {
      readonly kind: 'limit';
      readonly domain: QueryName;
      readonly limit: LimitName;
      readonly term: string;
    } // §4.6.4
  /** An include or redirect leads to a name without a record (§5.2, §6.1), or to no name at all. */
  | { readonly kind: 'no-record' | 'bad-target'; readonly domain: QueryName; readonly term: string };

/** RFC 7208 §4.6.4. */
export interface Limits {
  /** Terms that ask the DNS, over the whole check. */
  readonly terms: number;
  /** Terms that may find nothing. */
  readonly void: number;
  /** Hosts of one `mx`, names of one `ptr`. */
  readonly names: number;
  /** Whether only a term that finds nothing is void, or each address query for the hosts of `mx` and the
   *  names of `ptr` as well. */
  readonly voidCounting: 'term' | 'query';
}

export type LimitName = Exclude<keyof Limits, 'voidCounting'>;

export const DEFAULT_LIMITS: Limits = { terms: 10, void: 2, names: 10, voidCounting: 'term' };
