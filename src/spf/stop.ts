/** What ends an evaluation before its time, and how it is made. */
import type { QueryName } from '../dns/index.js';
import type { LimitName, PermError, TempError } from './outcome.js';
import { printMacroString } from './print.js';
import type { Unanswered } from './questions.js';
import type { MacroString } from './record.js';

/** An error ends the check wherever it happens: it is passed up as it is (RFC 7208 §5.2, §6.1). */
export type Failure = TempError | PermError;

export type Stop = Failure | Unanswered;

export const TOO_LATE: Failure = { result: 'temperror', cause: { kind: 'deadline' } };

/** An include or redirect, and in whose record it stands. Its text is made where it is wanted: hardly ever. */
export interface Referral {
  readonly as: 'include:' | 'redirect=';
  readonly spec: MacroString;
  readonly domain: QueryName;
}

export function termOf({ as, spec }: Referral): string {
  return as + printMacroString(spec);
}

/** A limit of §4.6.4 was met at `term`, in the record of `domain`. */
export function limitExceeded(limit: LimitName, domain: QueryName, term: string): Failure {
  return { result: 'permerror', cause: { kind: 'limit', limit, domain, term } };
}

/** An include or redirect leads to no record, or to no name at all. */
export function leadsNowhere(kind: 'no-record' | 'bad-target', from: Referral): Failure {
  return { result: 'permerror', cause: { kind, domain: from.domain, term: termOf(from) } };
}
