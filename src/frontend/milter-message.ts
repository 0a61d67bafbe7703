/** One message over the milter protocol: its verdicts, which recipients were let go on, how it ends. */
import type { Report } from '../events/index.js';
import type { Response } from '../milter/index.js';
import { replyText, type ReversePath } from '../smtp/index.js';
import type { Clock, Octets } from '../util/index.js';
import {
  INTERNAL_ERROR_REPLY,
  NOT_JUDGED,
  type Judge,
  type Transaction,
  type Verdict,
} from '../verdict/index.js';
import { insertions, isRefusal, judgedEvent, refusalOf, type Refusal } from './milter-answer.js';
import type { MilterFields } from './milter-fields.js';

/** A verdict that is there or being waited for, and what has come of it. */
interface Pending {
  verdict: Verdict | Promise<Verdict>;
  /** When it was there. */
  readyMs: number;
  /** The first recipient that was let go on under it; null while there is none. */
  recipient: ReversePath | null;
  isReported: boolean;
}

/** The variant of all recipients, where nothing makes a difference between them. */
const ALL = '';

const CONTINUE: Response = { kind: 'continue' };

export class MilterMessage {
  readonly fields: MilterFields;
  /** The mail server's name for it; empty while there is none. */
  queueId = '' as Octets;
  readonly #transaction: Transaction;
  readonly #judge: Judge;
  readonly #clock: Clock;
  readonly #report: Report;
  readonly #startedMs: number;
  /** By what makes a difference between recipients. */
  readonly #verdicts = new Map<string, Pending>();

  constructor(transaction: Transaction, judge: Judge, fields: MilterFields, clock: Clock, report: Report) {
    this.#transaction = transaction;
    this.#judge = judge;
    this.fields = fields;
    this.#clock = clock;
    this.#report = report;
    this.#startedMs = clock.now();
  }

  /** Whether some recipients are judged otherwise than others, so that nothing is known before them. */
  get areRecipientsApart(): boolean {
    return this.#judge.tellsRecipientsApart;
  }

  /** Has the verdict worked on before anybody waits for it. */
  begin(): void {
    this.#pendingFor(null);
  }

  /** Never rejects. Null is for a message as such. */
  verdictFor(recipient: ReversePath | null): Verdict | Promise<Verdict> {
    return this.#pendingFor(recipient).verdict;
  }

  /** The mail server was told to refuse it. */
  refused(recipient: ReversePath | null, verdict: Verdict): void {
    this.#reportOnce(this.#pendingFor(recipient), recipient, verdict);
  }

  /** The mail server was told to go on with it. */
  accepted(recipient: ReversePath): void {
    this.#pendingFor(recipient).recipient ??= recipient;
  }

  /** Those of the recipients that were let go on, or where there was none the one of the message as such. */
  acceptedVerdicts(): readonly Verdict[] | Promise<readonly Verdict[]> {
    const ready: Verdict[] = [];
    const accepted = this.#accepted();
    for (const { verdict } of accepted) {
      if (verdict instanceof Promise) return Promise.all(accepted.map(async (one) => one.verdict));
      ready.push(verdict);
    }
    return ready;
  }

  /**
   * What the end of the message is answered: `verdicts` are those of its recipients. It can be refused as a
   * whole only, so only if all of them are; a verdict that came too late for its own recipient then counts.
   */
  endResponses(verdicts: readonly Verdict[]): Response[] {
    const refusals = verdicts.filter(isRefusal);
    const isRefused = refusals.length > 0 && refusals.length === verdicts.length;
    const taken = verdicts.filter((verdict) => !verdict.dryRun && !isRefusal(verdict));
    const isFlooded = this.fields.isFlooded && taken.some(({ stripsForged }) => stripsForged);
    for (const [i, pending] of this.#accepted().entries()) {
      const verdict = verdicts[i];
      if (verdict === undefined) continue;
      const isTooLate = isRefusal(verdict) && !isRefused;
      const found = isTooLate ? late(verdict) : verdict;
      this.#reportOnce(pending, pending.recipient, isFlooded ? flooded(found) : found);
    }
    if (isFlooded) return [refusalOf({ decision: FLOODED })];
    const worst = refusals.find(({ decision }) => decision.do === 'reject') ?? refusals[0];
    if (worst !== undefined && isRefused) return [refusalOf(worst)];
    const responses = this.#modifications(taken);
    responses.push(CONTINUE);
    return responses;
  }

  /** It will not come. What was said about it is worth a line all the same. */
  abandoned(): void {
    for (const pending of this.#verdicts.values()) {
      const { verdict, recipient } = pending;
      if (recipient === null || verdict instanceof Promise) continue;
      this.#reportOnce(pending, recipient, isRefusal(verdict) ? late(verdict) : verdict);
    }
  }

  #modifications(taken: readonly Verdict[]): Response[] {
    // Whatever comes first among the recipients, what was found is not to be hidden by one that is exempt.
    const first = taken.find(({ decision }) => decision.do !== 'skip') ?? taken[0];
    if (first === undefined) return [];
    const responses = taken.some(({ stripsForged }) => stripsForged) ? this.fields.deletions() : [];
    const tag = taken.find(({ subjectTag }) => subjectTag !== null)?.subjectTag ?? null;
    if (tag !== null) responses.push(...this.fields.tagSubject(tag));
    responses.push(...insertions(first.fields));
    for (const { decision } of taken) {
      if (decision.do !== 'hold') continue;
      responses.push({ kind: 'quarantine', reason: decision.text as string as Octets });
      break; // one is enough
    }
    return responses;
  }

  #accepted(): Pending[] {
    const accepted = [...this.#verdicts.values()].filter(({ recipient }) => recipient !== null);
    return accepted.length > 0 ? accepted : [this.#pendingFor(null)];
  }

  #pendingFor(recipient: ReversePath | null): Pending {
    const isApart = this.areRecipientsApart;
    const transaction = isApart ? { ...this.#transaction, recipient } : this.#transaction;
    const variant = isApart ? this.#judge.variantOf(transaction) : ALL;
    const known = this.#verdicts.get(variant);
    if (known !== undefined) return known;
    const verdict = this.#judged(transaction);
    const pending: Pending = { verdict, readyMs: this.#clock.now(), recipient: null, isReported: false };
    this.#verdicts.set(variant, pending);
    if (verdict instanceof Promise) {
      void verdict.then((ready) => {
        pending.verdict = ready;
        pending.readyMs = this.#clock.now();
      });
    }
    return pending;
  }

  #judged(transaction: Transaction): Verdict | Promise<Verdict> {
    try {
      const verdict = this.#judge.judge(transaction);
      return verdict instanceof Promise ? verdict.catch((cause: unknown) => this.#failed(cause)) : verdict;
    } catch (cause) {
      return this.#failed(cause);
    }
  }

  /** A bug of ours is no reason to refuse mail, unless the administrator wants to have it deferred. */
  #failed(cause: unknown): Verdict {
    const error = cause instanceof Error ? cause : new Error(String(cause));
    this.#report({ kind: 'internal-error', where: 'milter conversation', error });
    return this.#judge.onInternalError === 'defer' ? DEFERRED : NOT_JUDGED;
  }

  #reportOnce(pending: Pending, recipient: ReversePath | null, verdict: Verdict): void {
    if (pending.isReported || verdict === NOT_JUDGED || verdict === DEFERRED) return;
    pending.isReported = true;
    const durationMs = pending.readyMs - this.#startedMs;
    this.#report(judgedEvent(this.#transaction, recipient, verdict, this.queueId, durationMs));
  }
}

/** A refusal that came when its recipient had been let go on, alone or together with others. */
function late(verdict: Verdict): Verdict {
  return { ...verdict, decision: { do: 'accept' }, why: `${verdict.why}, but too late for this recipient` };
}

/** More fields that claim to be ours than any accident makes; to delete them one by one would be an attack on the
 *  mail server. */
const FLOODED: Refusal = {
  do: 'reject',
  of: 'mailFrom',
  reply: {
    code: 550,
    status: '5.6.0',
    text: replyText('Too many Authentication-Results fields in the name of this host'),
  },
};

/** A verdict that does not count, as the message is refused for that. */
function flooded(verdict: Verdict): Verdict {
  return {
    ...verdict,
    decision: FLOODED,
    dryRun: false,
    why: `${verdict.why}, but too many fields in the name of this host`,
  };
}

const DEFERRED: Verdict = {
  ...NOT_JUDGED,
  decision: { do: 'defer', of: 'mailFrom', reply: INTERNAL_ERROR_REPLY },
};
