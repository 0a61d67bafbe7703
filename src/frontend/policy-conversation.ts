/** The policy protocol's side of a conversation: requests in, verdicts asked for, replies out, in order. */
import type { Report } from '../events/index.js';
import {
  DUNNO,
  headerStep,
  isAbout,
  newMessage,
  RequestReader,
  type Correlation,
  type Message,
  type PolicyReply,
  type PolicyRequest,
  type RequestProblem,
} from '../policyd/index.js';
import type { Clock, Conversation, Converse, Wire } from '../util/index.js';
import type { Judge, Verdict } from '../verdict/index.js';
import { judgedEvent, replyTo, transactionOf } from './policy-answer.js';

export interface PolicySettings {
  readonly judge: Judge;
  /** One for the process, whatever it listens on. */
  readonly correlation: Correlation;
  readonly clock: Clock;
  readonly report: Report;
}

export function policyConversation(settings: PolicySettings): Converse {
  return (wire) => new PolicyConversation(wire, settings);
}

class PolicyConversation implements Conversation {
  readonly #wire: Wire;
  readonly #settings: PolicySettings;
  readonly #number: number;
  readonly #reader = new RequestReader();
  /** Replies that are ready and not sent yet: those to several requests in one chunk go out together. */
  #replies: Uint8Array[] = [];
  #hasPeerEnded = false;
  #isClosed = false;
  /** The message whose header field the last reply carried, until the peer shows that it has read it. */
  #unconfirmed: Message | null = null;
  /** The message that a MAIL request without an `instance` has begun (see `#messageOf`). */
  #begunAtMail: Message | null = null;

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
    const lost = this.#unconfirmed;
    if (lost === null) return;
    [lost.header] = headerStep(lost.header, { kind: 'broke', conversation: this.#number });
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
      this.#replies.push(DUNNO.bytes);
      return undefined;
    }
    const message = this.#messageOf(request);
    const { answer } = message;
    if ('bytes' in answer) {
      this.#replyAbout(message, request, answer);
      return undefined;
    }
    return answer.then((reply) => {
      this.#replyAbout(message, request, reply);
    });
  }

  /**
   * The message that a request is about, which may be the first to ask about it.
   *
   * With `smtpd_delay_reject=no` Postfix asks at MAIL before it has made an `instance`, and at RCPT with one.
   * The same connection serves one SMTP session and every MAIL comes before its own RCPT, so what was begun
   * at MAIL is taken over by the next instance with the same facts: one check, one field, one report.
   */
  #messageOf(request: PolicyRequest): Message {
    const { clock, correlation } = this.#settings;
    const nowMs = clock.now();
    const known = correlation.find(request, nowMs);
    if (known !== null) return known;
    const begun = this.#begunAtMail;
    this.#begunAtMail = null;
    if (begun !== null && request.instance !== '' && isAbout(begun, request)) {
      correlation.add(request, begun, nowMs);
      return begun;
    }
    const message = newMessage(request, DUNNO, nowMs);
    correlation.add(request, message, nowMs);
    if (request.instance === '' && request.stage === 'MAIL') this.#begunAtMail = message;
    message.answer = this.#judge(request, message, nowMs);
    return message;
  }

  #judge(request: PolicyRequest, message: Message, startedMs: number): PolicyReply | Promise<PolicyReply> {
    const judged = (verdict: Verdict): PolicyReply => {
      const { clock, report } = this.#settings;
      const reply = replyTo(verdict);
      message.answer = reply;
      report(judgedEvent(request, verdict, clock.now() - startedMs));
      return reply;
    };
    const failed = (error: unknown): PolicyReply => this.#letThrough(request, message, error);
    try {
      const verdict = this.#settings.judge(transactionOf(request));
      return 'decision' in verdict ? judged(verdict) : verdict.then(judged).catch(failed);
    } catch (error) {
      return failed(error);
    }
  }

  /** A bug of ours is no reason to refuse mail; and what one request met, the next one need not. */
  #letThrough(request: PolicyRequest, message: Message, cause: unknown): PolicyReply {
    const { correlation, report } = this.#settings;
    correlation.forget(request, message);
    if (this.#begunAtMail === message) this.#begunAtMail = null;
    const error = cause instanceof Error ? cause : new Error(String(cause));
    report({ kind: 'internal-error', where: 'policy conversation', error });
    return DUNNO;
  }

  #replyAbout(message: Message, request: PolicyRequest, reply: PolicyReply): void {
    if (this.#isClosed) return; // nobody is left to read it, so the field is still due
    const isDue = !reply.carriesHeader || this.#takesHeader(message, request);
    this.#replies.push((isDue ? reply : DUNNO).bytes);
  }

  /** Whether the field goes with this reply. A request without `instance` stands alone; as recipients
   *  cannot be told from messages then, only what comes once per message may have it. */
  #takesHeader(message: Message, request: PolicyRequest): boolean {
    if (request.instance === '' && request.stage === 'RCPT') return false;
    const [next, isDue] = headerStep(message.header, {
      kind: 'asked',
      recipient: request.recipient,
      conversation: this.#number,
      hasPeerEnded: this.#hasPeerEnded,
    });
    message.header = next;
    if (isDue) this.#unconfirmed = message;
    return isDue;
  }
}
