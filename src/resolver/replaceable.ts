/** A lookup whose source can be replaced while questions are in flight. */
import type { Answer, Lookup, QueryName, RecordData, RecordType } from '../dns/index.js';

/** Where answers come from, and what it holds. */
export interface LookupSource {
  readonly lookup: Lookup;
  /** Releases all sockets. */
  close(): void;
}

export interface Replaceable extends LookupSource {
  /** Asks this one from now on. The one before answers what it has been asked, and is closed then. */
  replace(source: LookupSource): void;
}

/** A source, and how many of its questions are not answered. */
interface Held {
  readonly source: LookupSource;
  waiting: number;
}

export function replaceable(first: LookupSource): Replaceable {
  let current: Held = { source: first, waiting: 0 };

  const answered = (held: Held): void => {
    held.waiting--;
    if (held !== current && held.waiting === 0) held.source.close();
  };

  const lookup = <T extends RecordType>(
    name: QueryName,
    type: T,
    deadline: number,
  ): Answer<RecordData[T]> | Promise<Answer<RecordData[T]>> => {
    const held = current;
    const reply = held.source.lookup(name, type, deadline);
    if (!(reply instanceof Promise)) return reply;
    held.waiting++;
    return reply.finally(() => {
      answered(held);
    });
  };

  return {
    lookup,
    replace(source) {
      const before = current;
      current = { source, waiting: 0 };
      if (before.waiting === 0) before.source.close();
    },
    close() {
      current.source.close();
    },
  };
}
