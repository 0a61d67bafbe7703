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

interface Known {
  readonly answer: Answer<RecordData[RecordType]>;
  readonly durationMs: number;
  /** Whether it is a time-out, and the check's own. */
  readonly late: boolean;
}

const TOO_LATE: { readonly kind: 'failed'; readonly why: FailureReason } = { kind: 'failed', why: 'timeout' };

export class Questions {
  /** Whether this run has met the deadline: then the whole check is a temperror (RFC 7208 §4.6.4), also
   *  where a failed question alone would be no more than "no match". */
  isLate = false;
  readonly tracing: boolean;
  readonly #context: CheckContext;
  /** Answers that had to be waited for, and once one had to, all others: so that no run is told something
   *  else than the run before it, and every question is asked a bounded number of times. */
  #known: Map<string, Known> | null = null;
  /** Whether the deadline had come when the last answer did: then nothing more is asked. */
  #isOver = false;
  #steps: TraceEvent[] = [];

  constructor(context: CheckContext) {
    this.#context = context;
    this.tracing = context.trace !== undefined;
  }

  /** A new run begins: what the one before noted is void. */
  restart(): void {
    this.isLate = false;
    this.#steps = [];
  }

  trace(depth: number, step: TraceStep): void {
    this.#steps.push({ depth, ...step });
  }

  /** Hands out the trace of the run that came to an end. */
  flushTrace(): void {
    const { trace } = this.#context;
    if (trace !== undefined) this.#steps.forEach(trace);
  }

  ask<T extends RecordType>(name: QueryName, type: T, depth: number): Answer<RecordData[T]> | Unanswered {
    const known = this.#known?.get(`${type} ${name}`);
    if (known !== undefined) {
      if (known.late) this.isLate = true;
      return this.#noted(name, type, depth, known.answer as Answer<RecordData[T]>, known.durationMs);
    }
    if (this.#isOver) this.isLate = true;
    if (this.isLate) return TOO_LATE;
    const reply = this.#context.lookup(name, type, this.#context.deadline);
    if (reply instanceof Promise) {
      return { kind: 'unanswered', result: 'unanswered', arrival: this.#arrival(name, type, reply) };
    }
    const late = reply.kind === 'failed' && this.#isLateAt(reply, this.#context.clock.now());
    if (late) this.isLate = true;
    this.#known?.set(`${type} ${name}`, { answer: reply, durationMs: 0, late });
    return this.#noted(name, type, depth, reply, 0);
  }

  async #arrival(
    name: QueryName,
    type: RecordType,
    reply: Promise<Answer<RecordData[RecordType]>>,
  ): Promise<void> {
    const { clock, deadline } = this.#context;
    const started = clock.now();
    const answer = await reply;
    const now = clock.now();
    this.#isOver = now >= deadline;
    this.#known ??= new Map();
    const late = this.#isLateAt(answer, now);
    this.#known.set(`${type} ${name}`, { answer, durationMs: now - started, late });
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
