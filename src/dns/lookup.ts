/** How a question is asked. */
import type { Answer, RecordData, RecordType } from './answer.js';
import type { QueryName } from './query-name.js';

/**
 * Asks one question. Aliases are followed; the records are those at the end of the chain.
 *
 * The answer comes at once where it is at hand, else as a promise, which never rejects and is settled by
 * `deadline` (in `Clock.now` milliseconds) at the latest. Asking is all there is to it: caches, coalescing
 * and zone files are lookups too, made of other lookups.
 */
export type Lookup = <T extends RecordType>(
  name: QueryName,
  type: T,
  deadline: number,
) => Answer<RecordData[T]> | Promise<Answer<RecordData[T]>>;
