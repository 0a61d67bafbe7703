/** Identical questions in flight are one question. */
import {
  nameKey,
  type Answer,
  type Lookup,
  type QueryName,
  type RecordData,
  type RecordType,
} from '../dns/index.js';
import type { Clock } from '../util/index.js';
import { isCutShort } from './cut-short.js';

/** A question that was handed on and is not answered yet. */
interface Shared {
  readonly deadline: number;
  readonly answer: Promise<Answer<RecordData[RecordType]>>;
  /** The latest deadline of all who wait for it. */
  latest: number;
}

/**
 * Makes a lookup of another one. Whoever asks what is in flight already waits for the same answer, and gets
 * the same object; two spellings of a name are one question.
 *
 * A question runs under the deadline of its first asker. One with an earlier deadline gives up alone
 * (`timeout`), and the others go on waiting. Those with a later one ask again if time was all that the
 * question lacked: together, and under the latest of their deadlines, so that once is enough.
 */
export function coalesce(inner: Lookup, clock: Clock): Lookup {
  const inFlight = new Map<string, Shared>();

  /** `runUntil` is the deadline if the question has to be started, at least the asker's own. */
  const ask = <T extends RecordType>(
    name: QueryName,
    type: T,
    deadline: number,
    runUntil: number,
  ): Answer<RecordData[T]> | Promise<Answer<RecordData[T]>> => {
    const key = `${type} ${nameKey(name)}`;
    let shared = inFlight.get(key);
    if (shared === undefined) {
      const reply = inner(name, type, runUntil);
      if (!(reply instanceof Promise)) return reply;
      shared = { deadline: runUntil, answer: untilSettled(key, reply), latest: runUntil };
      inFlight.set(key, shared);
    }
    // What is in flight under this key was asked for this type.
    const answer = shared.answer as Promise<Answer<RecordData[T]>>;
    if (deadline === shared.deadline) return answer;
    if (deadline < shared.deadline) return givenUpAt(deadline, answer);
    shared.latest = Math.max(shared.latest, deadline);
    const { deadline: ranUntil } = shared;
    const waiting = shared;
    return answer.then((given) =>
      isCutShort(given, ranUntil, clock.now()) ? ask(name, type, deadline, waiting.latest) : given,
    );
  };

  const untilSettled = async <A>(key: string, reply: Promise<A>): Promise<A> => {
    try {
      return await reply;
    } finally {
      inFlight.delete(key); // before anybody who waits goes on, and may ask again
    }
  };

  const givenUpAt = <T>(deadline: number, answer: Promise<Answer<T>>): Answer<T> | Promise<Answer<T>> => {
    const leftMs = deadline - clock.now();
    if (leftMs <= 0) return TOO_LATE;
    return new Promise((settle) => {
      const cancel = clock.after(leftMs, () => {
        settle(TOO_LATE);
      });
      void answer.then((given) => {
        cancel();
        settle(given);
      });
    });
  };

  return (name, type, deadline) => ask(name, type, deadline, deadline);
}

const TOO_LATE = { kind: 'failed', why: 'timeout' } as const;
