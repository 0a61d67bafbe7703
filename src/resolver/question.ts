/** One question on its way: from server to server until there is an answer or no time. */
import {
  isQueryable,
  nameKey,
  type Answer,
  type FailureReason,
  type QueryName,
  type RecordData,
  type RecordType,
} from '../dns/index.js';
import { OUTSIDE } from '../util/index.js';
import { Attempt, type Asker, type Outcome } from './attempt.js';
import { fairKey } from './fair-key.js';
import type { Flight } from './in-flight.js';
import { Probe } from './probe.js';
import type { QuestionContext } from './question-context.js';
import { random16 } from './random.js';
import type { Answered } from './response.js';
import type { Upstream } from './upstream.js';

/**
 * Asks one server after the other, as many rounds as the settings say. A server's word for "no" (SERVFAIL,
 * REFUSED) leads to the next one at once; silence does after a time. The servers before are still listened to
 * meanwhile, so what comes late is not lost; but none of them has two of the same question to answer.
 *
 * A server that did not answer what the next one then did is counted as one that failed. As long as none of
 * them answers it is the domain that may be ill, and not a server.
 */
export class Question<T extends RecordType> implements Flight, Asker<T> {
  slot = OUTSIDE;
  expiry: number;
  readonly #context: QuestionContext;
  readonly #type: T;
  readonly #deadline: number;
  readonly #settle: (answer: Answer<RecordData[T]>) => void;
  readonly #asked: QueryName;
  /** Of it, or of the last alias that it led to. */
  #name: QueryName;
  #key: string | null = null;

  #order: readonly Upstream[] = [];
  /** How many tries were begun: the next goes to the server at that place in the order. */
  #tries = 0;
  /** The last of them, while the next waits for it. */
  #latest: Attempt<T> | null = null;
  /** Those whose time is over. */
  #earlier: readonly Attempt<T>[] = NONE;
  #hasFullTime = false;
  #why: FailureReason | null = null;
  #refusals: readonly Refusal[] = NONE;

  /** Set when the last alias of an answer was asked for again. */
  #alias: { readonly from: QueryName; readonly ttl: number } | null = null;

  constructor(
    context: QuestionContext,
    name: QueryName,
    type: T,
    deadline: number,
    settle: (answer: Answer<RecordData[T]>) => void,
  ) {
    this.#context = context;
    this.#asked = name;
    this.#name = name;
    this.#type = type;
    this.#deadline = deadline;
    this.#settle = settle;
    this.expiry = deadline; // while it waits for its place
  }

  /** Made when it is needed, which is seldom. */
  get key(): string {
    return (this.#key ??= fairKey(this.#asked));
  }

  start(): void {
    const { upstreams } = this.#context;
    this.#order = upstreams.inOrder();
    const [first] = this.#order;
    const probed = first === undefined ? null : upstreams.toProbe(first);
    if (probed !== null) new Probe(this.#context, probed, this.#name, this.#type);
    this.#try();
  }

  expired(): void {
    const attempt = this.#latest;
    if (attempt === null) {
      // It never had a place, or waited only for those that were late.
      this.#finish({ kind: 'failed', why: this.#tries === 0 ? 'busy' : (this.#why ?? 'timeout') });
      return;
    }
    this.#noteWhy(attempt.sawGarbage ? 'malformed' : 'timeout');
    if (this.#hasFullTime) attempt.server.failed('no answer');
    attempt.overdue();
    this.#earlier = [...this.#earlier, attempt];
    this.#latest = null;
    this.#try();
  }

  /** The resolver closes. */
  abandon(): void {
    this.#finish({ kind: 'failed', why: 'unreachable' });
  }

  goesOn(attempt: Attempt<T>): void {
    if (attempt === this.#latest) this.#startTime(this.#context.clock.now());
  }

  ended(attempt: Attempt<T>, outcome: Outcome<T>): void {
    let why: FailureReason;
    switch (outcome.kind) {
      case 'answered':
        this.#blame();
        this.#finish(this.#withAliasTtl(outcome.answer));
        return;
      case 'open':
        this.#blame();
        if (this.#followAlias(attempt.server, outcome.target, outcome.ttl)) return;
        why = 'malformed';
        break;
      case 'refused':
        this.#refusals = [...this.#refusals, { server: attempt.server, why: outcome.why }];
        ({ why } = outcome);
        break;
      case 'broken':
        ({ why } = outcome);
    }
    this.#noteWhy(why);
    if (attempt === this.#latest) {
      this.#latest = null;
      this.#try();
    } else {
      this.#earlier = this.#earlier.filter((other) => other !== attempt);
      if (this.#latest === null && this.#earlier.length === 0) this.#fail();
    }
  }

  /** Goes to the server whose turn it is, if there is one left, and time. */
  #try(): void {
    const { settings, clock } = this.#context;
    const now = clock.now();
    const server = this.#order[this.#tries % this.#order.length];
    if (now + LEAST_TIME_MS > this.#deadline) {
      this.#fail();
    } else if (server === undefined || this.#tries >= this.#order.length * settings.tries) {
      this.#awaitEarlier(now);
    } else {
      if (this.#earlier.length > 0) this.#giveUpEarlier(server);
      this.#tries++;
      this.#latest = new Attempt(this.#context, this, server, this.#name, this.#type, now);
      this.#startTime(now);
      this.#latest.start();
    }
  }

  /**
   * The first round goes through the servers twice as fast, but for the very last try: where one of them is
   * dead, the answer of the next should not be long in coming. All vary a little, so that what was asked at
   * one time is not asked again at one time.
   */
  #startTime(now: number): void {
    const { settings, inFlight } = this.#context;
    const isFast = this.#tries <= this.#order.length && this.#tries < this.#order.length * settings.tries;
    const waitMs = settings.timeoutMs * (isFast ? 0.5 : 1) * (0.9 + (0.2 * random16()) / 0x10000);
    this.expiry = Math.min(now + waitMs, this.#deadline);
    this.#hasFullTime = this.expiry < this.#deadline;
    inFlight.watch(this);
  }

  /** Nobody is left to be asked: those who are late have as long as any server has. */
  #awaitEarlier(now: number): void {
    const { settings, inFlight } = this.#context;
    const until = Math.max(...this.#earlier.map(({ startedAt }) => startedAt + settings.timeoutMs));
    if (until <= now) {
      this.#fail();
      return;
    }
    this.expiry = Math.min(until, this.#deadline);
    inFlight.watch(this);
  }

  #giveUpEarlier(server: Upstream): void {
    for (const attempt of this.#earlier) if (attempt.server === server) attempt.giveUp('timeout');
    this.#earlier = this.#earlier.filter((attempt) => attempt.server !== server);
  }

  /** One server has answered: those that said they could not are worse. */
  #blame(): void {
    for (const { server, why } of this.#refusals) server.failed(`answers ${why} where others know better`);
    this.#refusals = NONE;
  }

  /** Asks for the last target of a chain that the server left open: once, since a resolver that is worth
   *  asking follows aliases itself. False if this would be the second time. */
  #followAlias(server: Upstream, target: QueryName, ttl: number): boolean {
    if (this.#alias !== null) {
      if (nameKey(target) !== nameKey(this.#alias.from)) return false;
      this.#finish({ kind: 'void', why: 'nodata', ttl: Math.min(ttl, this.#alias.ttl) }); // a loop
      return true;
    }
    if (!isQueryable(target)) {
      this.#finish({ kind: 'void', why: 'nodata', ttl }); // the root, where there is none of our types
      return true;
    }
    this.#endAttempts('answered elsewhere');
    this.#alias = { from: this.#name, ttl };
    this.#name = target;
    this.#order = [server, ...this.#order.filter((other) => other !== server)];
    this.#tries = 0;
    this.#try();
    return true;
  }

  #withAliasTtl(answer: Answered<T>): Answered<T> {
    return this.#alias === null ? answer : { ...answer, ttl: Math.min(answer.ttl, this.#alias.ttl) };
  }

  #noteWhy(why: FailureReason): void {
    if (this.#why === null || RANK[why] >= RANK[this.#why]) this.#why = why;
  }

  #fail(): void {
    this.#finish({ kind: 'failed', why: this.#why ?? 'timeout' });
  }

  #endAttempts(why: string): void {
    this.#latest?.giveUp(why);
    this.#latest = null;
    if (this.#earlier.length === 0) return;
    for (const attempt of this.#earlier) attempt.giveUp('timeout');
    this.#earlier = NONE;
  }

  #finish(answer: Answer<RecordData[T]>): void {
    this.#endAttempts(answer.kind === 'failed' ? 'timeout' : 'answered elsewhere');
    this.expiry = Infinity;
    this.#context.inFlight.leave(this);
    this.#settle(answer);
  }
}

interface Refusal {
  readonly server: Upstream;
  readonly why: FailureReason;
}

const NONE: readonly never[] = [];

/** With less than this left, a server could not answer. */
const LEAST_TIME_MS = 1;

/** Which of two reasons says more: a server's word, then what the network or a message shows, then silence.
 *  Of two that say as much it is the later one. */
const RANK: Readonly<Record<FailureReason, number>> = {
  busy: 0,
  timeout: 0,
  unreachable: 1,
  malformed: 2,
  formerr: 3,
  notimp: 3,
  refused: 3,
  servfail: 3,
  'other-rcode': 3,
};
