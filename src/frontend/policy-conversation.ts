/** The policy protocol's side of a conversation: requests in, verdicts asked for, replies out, in order. */
import type { Report } from '../events/index.js';
import {
  dueField,
  DUNNO,
  fieldLost,
  isAbout,
  newMessage,
  NO_OPINION,
  policyReply,
  rememberAnswer,
  RequestReader,
  type Correlation,
  type Message,
  type MessageAnswer,
  type PolicyReply,
  type PolicyRequest,
  type RequestProblem,
} from '../policyd/index.js';
import type { Clock, Conversation, Converse, Wire } from '../util/index.js';
import { INTERNAL_ERROR_REPLY, type Judge, type Verdict } from '../verdict/index.js';
import { answerTo, judgedEvent, transactionOf } from './policy-answer.js';

export interface PolicySettings {
  /** The judge of now. A message is judged to its end by the one that it began with. */
  readonly judge: () => Judge;
  /** Name of the listener; null where it has none. */
  readonly listener: string | null;
  /** One for the process, whatever it listens on. */
  readonly correlation: Correlation<Judge>;
  readonly clock: Clock;
  readonly report: Report;
}

/** The policy protocol over any transport. */
export function policyConversation(settings: PolicySettings): Converse {
  return (wire) => new PolicyConversation(wire, settings);
}

const INTERNAL_ERROR: MessageAnswer = {
  reply: policyReply({ do: 'defer', reply: INTERNAL_ERROR_REPLY }),
  fields: [],
  isNote: false,
};

class PolicyConversation implements Conversation {
  readonly #wire: Wire;
  readonly #settings: PolicySettings;
  readonly #number: number;
  readonly #reader = new RequestReader();
  /** Replies that are ready and not sent yet: those to several requests in one chunk go out together. */
  #replies: PolicyReply[] = [];
  #hasPeerEnded = false;
  #isClosed = false;
  /** The message whose header field the last reply carried, until the peer shows that it has read it. */
  #unconfirmed: Message<Judge> | null = null;
  /** The message that a MAIL request without an `instance` has begun (see `#messageOf`). */
  #begunAtMail: Message<Judge> | null = null;

  constructor(wire: Wire, settings: PolicySettings) {
    this.#wire = wire;
    this.#settings = settings;
    this.#number = settings.correlation.conversation();
  }

  get isMidRequest(): boolean {
    return this.#reader.isMidRequest;
  }

  receive(chunk: Uint8Array): Promise<void> | undefined {
    this.#unconfirmed = null; // whoever asks again has read what it was told before
    this.#reader.feed(chunk);
    const pending = this.#answerWhatIsWarm();
    return pending === undefined ? undefined : this.#answerTheRest(pending);
  }

  end(clean: boolean): void {
    this.#hasPeerEnded = true;
    if (clean) return;
    this.#isClosed = true;
    if (this.#unconfirmed !== null) fieldLost(this.#unconfirmed, this.#number);
  }

  /** Answers until the chunk is used up or a verdict has to be waited for, and sends those answers. */
  #answerWhatIsWarm(): Promise<void> | undefined {
    let pending: Promise<void> | undefined;
    while (!this.#isClosed && pending === undefined) {
      const read = this.#reader.next();
      if (read === null) break;
      if (read.ok) pending = this.#answer(read.value);
      else this.#giveUp(read.error);
    }
    this.#sendReplies();
    return pending;
  }

  async #answerTheRest(first: Promise<void>): Promise<void> {
    for (let pending: Promise<void> | undefined = first; pending !== undefined;) {
      await pending;
      pending = this.#answerWhatIsWarm();
    }
  }

  #sendReplies(): void {
    const [first] = this.#replies;
    if (first === undefined) return;
    const bytes = this.#replies.length === 1 ? first : Buffer.concat(this.#replies);
    this.#replies = [];
    this.#wire.send(bytes);
  }

  /** What comes after such a problem is no request, so there is nothing to answer it with. */
  #giveUp(problem: RequestProblem): void {
    this.#sendReplies();
    this.#isClosed = true;
    const why = `${problem.code} (line ${problem.line} of a request)`;
    this.#settings.report({ kind: 'protocol-error', service: 'policy', peer: this.#wire.peer, why });
    this.#wire.close();
  }

  #answer(request: PolicyRequest): Promise<void> | undefined {
    if (request.stage === null) {
      this.#replies.push(DUNNO);
      return undefined;
    }
    const message = this.#messageOf(request);
    const answer = this.#answerAbout(message, request);
    if ('reply' in answer) {
      this.#tell(message, request, answer);
      return undefined;
    }
    return answer.then((ready) => {
      this.#tell(message, request, ready);
    });
  }

  /**
   * The message that a request is about, which may be the first to ask about it.
   *
   * With `smtpd_delay_reject=no` Postfix asks at MAIL before it has made an `instance`, and at RCPT with one.
   * The same connection serves one SMTP session and every MAIL comes before its own RCPT, so what was begun
   * at MAIL is taken over by the next instance with the same facts: one check, one field, one report.
   */
  #messageOf(request: PolicyRequest): Message<Judge> {
    const { clock, correlation, judge } = this.#settings;
    const nowMs = clock.now();
    const known = correlation.find(request, nowMs);
    if (known !== null) return known;
    const begun = this.#begunAtMail;
    this.#begunAtMail = null;
    if (begun !== null && request.instance !== '' && isAbout(begun, request)) {
      correlation.add(request, begun, nowMs);
      return begun;
    }
    const message = newMessage(request, judge(), nowMs);
    correlation.add(request, message, nowMs);
    if (request.instance === '' && request.stage === 'MAIL') this.#begunAtMail = message;
    return message;
  }

  /** A DATA request after recipients is about those that were not refused, who each had their answer. */
  #answerAbout(message: Message<Judge>, request: PolicyRequest): MessageAnswer | Promise<MessageAnswer> {
    if (request.stage === 'DATA' && message.hasRecipients) return message.accepted ?? NO_OPINION;
    const transaction = transactionOf(request, this.#settings.listener);
    // Who is exempt is not known at MAIL. At DATA it can be several, who share one answer whatever it is.
    if (request.stage === 'MAIL' && message.context.tellsRecipientsApart) return NO_OPINION;
    const variant = message.context.variantOf(transaction);
    const known = message.answers.get(variant);
    if (known !== undefined) return known;
    const answer = this.#judge(request, message, variant);
    if (answer instanceof Promise) rememberAnswer(message, variant, answer); // for requests meanwhile
    return answer;
  }

  #judge(
    request: PolicyRequest,
    message: Message<Judge>,
    variant: string,
  ): MessageAnswer | Promise<MessageAnswer> {
    const { clock, report, listener } = this.#settings;
    const startedMs = clock.now();
    const judged = (verdict: Verdict): MessageAnswer => {
      const answer = answerTo(verdict);
      rememberAnswer(message, variant, answer);
      report(judgedEvent(request, verdict, clock.now() - startedMs));
      return answer;
    };
    const failed = (cause: unknown): MessageAnswer => {
      message.answers.delete(variant); // what one request met, the next one need not
      const error = cause instanceof Error ? cause : new Error(String(cause));
      report({ kind: 'internal-error', where: 'policy conversation', error });
      return message.context.onInternalError === 'defer' ? INTERNAL_ERROR : NO_OPINION;
    };
    try {
      const verdict = message.context.judge(transactionOf(request, listener));
      return 'decision' in verdict ? judged(verdict) : verdict.then(judged).catch(failed);
    } catch (error) {
      return failed(error);
    }
  }

  #tell(message: Message<Judge>, request: PolicyRequest, answer: MessageAnswer): void {
    if (this.#isClosed) return; // nobody is left to read it, so the field is still due
    if (request.stage === 'RCPT') {
      message.hasRecipients = true;
      const isAccepted = answer.reply === DUNNO || answer.fields.length > 0;
      if (isAccepted && (message.accepted?.isNote ?? true)) message.accepted = answer;
    }
    this.#replies.push(this.#fieldFor(message, request, answer) ?? answer.reply);
  }

  /**
   * The field that goes with this reply; null for none. One request has one action, and where that is
   * another than to go on, the field waits for DATA. A request without `instance` stands alone; as
   * recipients cannot be told from messages then, only what comes once per message may have it.
   */
  #fieldFor(message: Message<Judge>, request: PolicyRequest, answer: MessageAnswer): PolicyReply | null {
    const { reply, fields, isNote } = answer;
    const areApart = message.context.tellsRecipientsApart;
    if (isNote && areApart && request.stage !== 'DATA') return null;
    if (fields.length === 0 || (request.instance === '' && request.stage === 'RCPT')) return null;
    if (reply !== DUNNO && !(request.stage === 'DATA' && message.hasRecipients)) return null;
    const index = dueField(message, request, fields.length, this.#number, this.#hasPeerEnded);
    if (index === null) return null;
    this.#unconfirmed = message;
    return fields[index] ?? null;
  }
}
