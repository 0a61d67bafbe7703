/** The questions of one check, and what is known of their answers. */
import type { Answer, FailureReason, QueryName, RecordData, RecordType } from '../dns/index.js';
import type { CheckContext } from './check-host.js';
import type { TraceEvent, TraceStep } from './trace.js';

/**
 * Stands where an answer, or what follows from it, is not there yet. Evaluation stops at it, and is run
 * again from the beginning when it has arrived: evaluation is a plain function of the answers, costs
 * microseconds, and is run at most once for each of the hundred-odd questions a check may ask. With all
 * answers at hand, as they mostly are, it costs nothing at all.
 */
export interface Unanswered {
  readonly kind: 'unanswered';
  readonly result: 'unanswered';
  readonly arrival: Promise<void>;
}

/** A question that had to be waited for, or that was asked while another one was. */
interface Entry {
  readonly name: QueryName;
  readonly type: RecordType;
  readonly arrival: Promise<void>;
  /** Null until it has arrived. */
  answer: Answer<RecordData[RecordType]> | null;
  durationMs: number;
  /** Whether the answer is a time-out, and the check's own. */
  isLate: boolean;
  /** Whether the evaluation has come to it, or it was only asked ahead. */
  isNeeded: boolean;
}

const TOO_LATE: { readonly kind: 'failed'; readonly why: FailureReason } = { kind: 'failed', why: 'timeout' };

const ARRIVED = Promise.resolve();

export class Questions {
  /** Whether this run has met the deadline: then the whole check is a temperror (RFC 7208 §4.6.4), also
   *  where a failed question alone would be no more than "no match". */
  isLate = false;
  /** Whether this run's steps are wanted: looked at for every term, so a field. */
  tracing: boolean;
  /** Whether this run only looks for questions that can be asked already: see `Evaluation`. */
  isAhead = false;
  /** Called when an answer arrives, needed or not, from which questions may follow. */
  onArrival: (() => void) | null = null;
  readonly #context: CheckContext;
  /** Null until the first question that has to be waited for; from then on all of them: so that no run is
   *  told something else than the run before it, and every question is asked once. */
  #entries: Map<string, Entry> | null = null;
  /** Whether the deadline had come when the last answer did: then nothing more is asked. */
  #isOver = false;
  /** Terms whose questions were asked ahead. */
  #termsAhead = 0;
  /** Null until there is one: few checks are traced. */
  #steps: TraceEvent[] | null = null;

  constructor(context: CheckContext) {
    this.#context = context;
    this.tracing = context.trace !== undefined;
  }

  /** A new run begins: what the one before noted is void. */
  restart(isAhead: boolean): void {
    this.isAhead = isAhead;
    this.tracing = this.#context.trace !== undefined && !isAhead;
    this.isLate = false;
    this.#steps = null;
  }

  trace(depth: number, step: TraceStep): void {
    this.#steps ??= [];
    this.#steps.push({ depth, ...step });
  }

  /** Hands out the trace of the run that came to an end, and what was asked ahead for nothing. */
  flushTrace(): void {
    const { trace } = this.#context;
    if (trace === undefined) return;
    this.#steps?.forEach(trace);
    for (const { name, type, isNeeded } of this.#entries?.values() ?? []) {
      if (!isNeeded) trace({ depth: 0, kind: 'not-needed', name, type });
    }
  }

  /**
   * Whether a run that is ahead may ask the first question of a term. It may if that was asked before;
   * else only for a term without macros, and for no more terms than a check may have (§4.6.4): what the
   * evaluation may never come to must not be a way to have us ask more than that.
   */
  mayAskAhead(name: QueryName, type: RecordType, hasMacros: boolean): boolean {
    if (this.#entries?.has(keyOf(name, type)) === true) return true;
    return !hasMacros && ++this.#termsAhead <= this.#context.limits.terms;
  }

  ask<T extends RecordType>(name: QueryName, type: T, depth: number): Answer<RecordData[T]> | Unanswered {
    const entry = this.#entries?.get(keyOf(name, type));
    if (entry !== undefined) {
      if (!this.isAhead) entry.isNeeded = true;
      if (entry.answer === null) return unanswered(entry.arrival);
      if (entry.isLate) this.isLate = true;
      // It was stored under this type.
      return this.#noted(name, type, depth, entry.answer as Answer<RecordData[T]>, entry.durationMs);
    }
    if (this.#isOver) this.isLate = true;
    if (this.isLate) return TOO_LATE;
    const reply = this.#context.lookup(name, type, this.#context.deadline);
    if (reply instanceof Promise) return unanswered(this.#wait(name, type, reply));
    const isLate = reply.kind === 'failed' && this.#isLateAt(reply, this.#context.clock.now());
    if (isLate) this.isLate = true;
    const isNeeded = !this.isAhead;
    this.#entries?.set(keyOf(name, type), {
      name,
      type,
      arrival: ARRIVED,
      answer: reply,
      durationMs: 0,
      isLate,
      isNeeded,
    });
    return this.#noted(name, type, depth, reply, 0);
  }

  #wait(name: QueryName, type: RecordType, reply: Promise<Answer<RecordData[RecordType]>>): Promise<void> {
    const { clock, deadline } = this.#context;
    const started = clock.now();
    const arrival = reply.then((answer) => {
      const now = clock.now();
      this.#isOver = now >= deadline;
      entry.answer = answer;
      entry.durationMs = now - started;
      entry.isLate = this.#isLateAt(answer, now);
      // An address leads to no further question.
      if (type !== 'A' && type !== 'AAAA') this.onArrival?.();
    });
    const isNeeded = !this.isAhead;
    const entry: Entry = { name, type, arrival, answer: null, durationMs: 0, isLate: false, isNeeded };
    this.#entries ??= new Map();
    this.#entries.set(keyOf(name, type), entry);
    return arrival;
  }

  /** Whether the answer is a time-out, and the check's own. */
  #isLateAt(answer: Answer<RecordData[RecordType]>, now: number): boolean {
    return answer.kind === 'failed' && answer.why === 'timeout' && now >= this.#context.deadline;
  }

  #noted<T extends RecordType>(
    name: QueryName,
    type: T,
    depth: number,
    answer: Answer<RecordData[T]>,
    durationMs: number,
  ): Answer<RecordData[T]> {
    if (this.tracing) this.trace(depth, { kind: 'query', name, type, answer, durationMs });
    return answer;
  }
}

function keyOf(name: QueryName, type: RecordType): string {
  return `${type} ${name}`;
}

function unanswered(arrival: Promise<void>): Unanswered {
  return { kind: 'unanswered', result: 'unanswered', arrival };
}
