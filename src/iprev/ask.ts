/** Questions about a client. */
import type { Answer, Lookup, QueryName, RecordData } from '../dns/index.js';
import type { Clock } from '../util/index.js';
import type { IprevFailure } from './outcome.js';

/** What the questions are asked with. */
export interface LookupContext {
  readonly lookup: Lookup;
  readonly clock: Clock;
  /** When all must be over, in `clock.now()` milliseconds. */
  readonly deadline: number;
}

/** What was found, which may be nothing, or why nothing could be. */
export type Found<R> = readonly R[] | IprevFailure;

/** Asks one question. At once if the answer is at hand, else as a promise that does not reject. */
export function ask<T extends 'PTR' | 'A' | 'AAAA'>(
  name: QueryName,
  type: T,
  context: LookupContext,
): Found<RecordData[T]> | Promise<Found<RecordData[T]>> {
  const read = (answer: Answer<RecordData[T]>): Found<RecordData[T]> => {
    switch (answer.kind) {
      case 'records':
        return answer.records;
      case 'void':
        return answer.why === 'not-asked' ? { kind: 'not-asked' } : [];
      case 'failed': {
        const isLate = answer.why === 'timeout' && context.clock.now() >= context.deadline;
        return isLate ? { kind: 'deadline' } : { kind: 'lookup', name, type, why: answer.why };
      }
    }
  };
  const answer = context.lookup(name, type, context.deadline);
  return answer instanceof Promise ? answer.then(read) : read(answer);
}

export function isFailure<R>(found: Found<R>): found is IprevFailure {
  return 'kind' in found;
}
