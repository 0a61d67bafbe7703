/** The milter protocol's side of a conversation: packets in, verdicts asked for, responses out, in order. */
import type { Report } from '../events/index.js';
import type { AuthservId } from '../header/index.js';
import {
  afterResponse,
  decodeCommand,
  encodeResponses,
  endOfConnection,
  macro,
  newSession,
  PacketReader,
  SMFIF,
  SMFIP,
  step,
  STEPS_WITHOUT_CONTENT,
  USUAL_MACROS,
  type Command,
  type Input,
  type MilterProblem,
  type Response,
  type Session,
  type Wants,
} from '../milter/index.js';
import type { Clock, Conversation, Converse, Octets, Wire } from '../util/index.js';
import type { Judge, Transaction, Verdict } from '../verdict/index.js';
import { isRefusal, refusalOf } from './milter-answer.js';
import { MilterFields } from './milter-fields.js';
import { MilterMessage } from './milter-message.js';

/** At which command refusals are given: the one that they are about, or a later one. */
export type RejectAt = 'helo' | 'mail' | 'rcpt';

/** What a connection is answered by. */
export interface MilterRules {
  readonly judge: Judge;
  readonly rejectAt: RejectAt;
  /** How long a command may wait for its verdict; after that it is let go on, and the end of the message is
   *  answered by the verdict. Mail servers give up on a filter that takes longer than they like. */
  readonly stageMs: number;
  /** The name by which our own results are known; fields of others that claim it are deleted. */
  readonly authservId: AuthservId;
  /** Macros that are asked for besides the usual ones, as `{daemon_name}` or `i`. */
  readonly macros: readonly string[];
  /** Whether anything is to be found in the header fields of a message, or changed. */
  readonly readsHeaders: boolean;
  /** The same under the mail server's own name (macro `j`), where the administrator names no other. */
  named(host: Octets): MilterRules;
}

export interface MilterSettings {
  /** The rules of now. A connection goes by those that it began with. */
  readonly rules: () => MilterRules;
  /** Name of the listener; null where it has none. */
  readonly listener: string | null;
  /** Whether it comes over a unix socket, where nobody waits for an acknowledgement. */
  readonly isLocal: boolean;
  readonly clock: Clock;
  readonly report: Report;
}

/** The milter protocol over any transport. */
export function milterConversation(settings: MilterSettings): Converse {
  return (wire) => new MilterConversation(wire, settings);
}

/** While the end of a message waits for its verdict, the mail server is told so often that it comes. */
const PROGRESS_MS = 3_000;

const CONTINUE: Response = { kind: 'continue' };

/** Headers are looked at for fields that claim to be ours, bodies are not. */
const STEPS = STEPS_WITHOUT_CONTENT & ~SMFIP.NOHDRS;

/** Replies that say nothing, and cost a turn each. Over TCP they save more than they cost: a mail server that
 *  writes twice without a reply between may wait 40 ms for the acknowledgement of the first. */
function withoutReplies(rejectAt: RejectAt): number {
  const { NR_CONN, NR_HELO, NR_DATA, NR_HDR, NR_EOH } = SMFIP; // with NR_MAIL Sendmail tells of no RSET
  return NR_CONN | (rejectAt === 'helo' ? 0 : NR_HELO) | NR_DATA | NR_HDR | NR_EOH;
}

/** What is asked of a mail server: the fewer commands and macros, the fewer turns a message takes. */
function wantsOf({ rejectAt, readsHeaders, macros }: MilterRules, isLocal: boolean): Wants {
  const steps = readsHeaders ? STEPS : STEPS_WITHOUT_CONTENT;
  const names = [...new Set([...(USUAL_MACROS.mail ?? []), ...macros])];
  // Where HELO is judged, what may exempt a connection has to be known before.
  const early = rejectAt === 'helo' ? { connect: names } : {};
  return {
    actions: ACTIONS,
    steps: isLocal ? steps | withoutReplies(rejectAt) : steps,
    macros: { ...USUAL_MACROS, ...early, mail: names },
  };
}

const ACTIONS = SMFIF.ADDHDRS | SMFIF.CHGHDRS | SMFIF.QUARANTINE;

class MilterConversation implements Conversation {
  readonly #wire: Wire;
  readonly #settings: MilterSettings;
  #rules: MilterRules;
  readonly #reader = new PacketReader<Command>(decodeCommand);
  #session: Session;
  #message: MilterMessage | null = null;
  #isClosed = false;
  /** A verdict is being waited for. */
  #isBusy = false;
  /** The peer has ended its side meanwhile. */
  #hasEnded = false;

  constructor(wire: Wire, settings: MilterSettings) {
    this.#wire = wire;
    this.#settings = settings;
    this.#rules = settings.rules();
    this.#session = newSession(wantsOf(this.#rules, settings.isLocal));
  }

  /** A message that has begun is a request that is not whole. */
  get isMidRequest(): boolean {
    return this.#reader.isMidPacket || this.#session.stage !== null;
  }

  receive(chunk: Uint8Array): Promise<void> | undefined {
    this.#reader.feed(chunk);
    const pending = this.#answerWhatIsReady();
    return pending === undefined ? undefined : this.#answerTheRest(pending);
  }

  end(clean: boolean): void {
    if (!clean) this.#isClosed = true;
    else if (this.#isBusy) {
      this.#hasEnded = true; // what came before it has its answers first
      return;
    }
    this.#finish();
  }

  #finish(): void {
    const { session, inputs } = endOfConnection(this.#session);
    this.#session = session;
    for (const input of inputs) void this.#respond(input);
  }

  #answerWhatIsReady(): Promise<void> | undefined {
    while (!this.#isClosed) {
      const read = this.#reader.next();
      if (read === null) return undefined;
      const stepped = read.ok ? step(this.#session, read.value) : read;
      if (!stepped.ok) {
        this.#giveUp(stepped.error);
        return undefined;
      }
      const { session, inputs, isReplyDue } = stepped.value;
      this.#session = session;
      const pending = this.#answer(inputs, isReplyDue);
      if (pending !== undefined) return pending;
      if (session.isOver) this.#close();
    }
    return undefined;
  }

  async #answerTheRest(first: Promise<void>): Promise<void> {
    this.#isBusy = true;
    for (let pending: Promise<void> | undefined = first; pending !== undefined;) {
      await pending;
      pending = this.#answerWhatIsReady();
    }
    this.#isBusy = false;
    if (this.#hasEnded) this.#finish();
  }

  /** The last of the inputs is the one that a reply is due to; none of those before has to wait. */
  #answer(inputs: readonly Input[], isReplyDue: boolean): Promise<void> | undefined {
    let response: Response[] | Promise<Response[]> = [];
    for (const input of inputs) response = this.#respond(input);
    const last = inputs.at(-1);
    if (last === undefined) return undefined;
    const reply = (responses: readonly Response[]): void => {
      if (isReplyDue) this.#reply(last, responses);
    };
    if (response instanceof Promise) return response.then(reply);
    reply(response);
    return undefined;
  }

  #reply(to: Input, responses: readonly Response[]): void {
    const last = responses.at(-1);
    if (last !== undefined) this.#session = afterResponse(this.#session, to.kind, last);
    if (!this.#isClosed) this.#wire.send(encodeResponses(responses));
  }

  #respond(input: Input): Response[] | Promise<Response[]> {
    switch (input.kind) {
      case 'negotiate':
        return [{ kind: 'optneg', ...input.agreement }];
      case 'helo':
        return this.#respondToHelo(input.name);
      case 'mail':
        return this.#respondToMail(input);
      case 'rcpt':
        this.#noteQueueId();
        return this.#message === null ? [CONTINUE] : this.#verdictReply(this.#message, input.path);
      case 'header':
        this.#message?.fields.add(input.name, input.value);
        return [CONTINUE];
      case 'end-of-message':
        return this.#respondToEnd();
      case 'abort':
      case 'quit':
      case 'new-connection':
        this.#endMessage();
        return [];
      case 'data':
        this.#noteQueueId();
        return [CONTINUE];
      case 'connect':
      case 'eoh':
      case 'body':
      case 'unknown':
        return [CONTINUE];
    }
  }

  /** The check begins here; what the DNS says is at hand when MAIL comes. */
  #respondToHelo(helo: Octets): Response[] | Promise<Response[]> {
    const transaction = this.#transaction({ kind: 'null' }, helo);
    const message = this.#newMessage(transaction);
    if (this.#rules.rejectAt === 'helo' && !message.areRecipientsApart)
      return this.#verdictReply(message, null);
    this.#rules.judge.prepare(transaction);
    return [CONTINUE];
  }

  #respondToMail(input: Input & { readonly kind: 'mail' | 'rcpt' }): Response[] | Promise<Response[]> {
    const message = this.#newMessage(this.#transaction(input.path, this.#session.helo));
    this.#message = message;
    this.#noteQueueId();
    if (this.#rules.rejectAt === 'rcpt' || message.areRecipientsApart) {
      message.begin();
      return [CONTINUE];
    }
    return this.#verdictReply(message, null);
  }

  #newMessage(transaction: Transaction): MilterMessage {
    const { clock, report } = this.#settings;
    const host = macro(this.#session, 'j');
    if (host !== null) this.#rules = this.#rules.named(host);
    const { judge, authservId } = this.#rules;
    return new MilterMessage(transaction, judge, new MilterFields(authservId), clock, report);
  }

  #transaction(sender: Transaction['sender'], helo: Octets): Transaction {
    const session = this.#session;
    const isSet = (name: string): boolean => (macro(session, name) ?? '') !== '';
    return {
      protocol: 'milter',
      listener: this.#settings.listener,
      client: session.client?.address ?? null,
      helo,
      sender,
      authenticated: isSet('auth_authen') || isSet('auth_type'),
      recipient: null,
      policyContext: '' as Octets,
      macro: (name) => macro(session, name),
    };
  }

  /** To a command before the message is there: a refusal, or that it may go on, known or not. */
  #verdictReply(
    message: MilterMessage,
    recipient: Transaction['recipient'],
  ): Response[] | Promise<Response[]> {
    const verdict = message.verdictFor(recipient);
    const told = (given: Verdict | null): Response[] => {
      if (given !== null && isRefusal(given)) {
        if (!this.#isClosed) message.refused(recipient, given);
        return [refusalOf(given)];
      }
      if (recipient !== null) message.accepted(recipient);
      return [CONTINUE];
    };
    return verdict instanceof Promise ? this.#inTime(verdict).then(told) : told(verdict);
  }

  /** Null when the command has waited long enough. */
  #inTime(verdict: Promise<Verdict>): Promise<Verdict | null> {
    const { clock } = this.#settings;
    return new Promise((resolve, reject) => {
      const cancel = clock.after(this.#rules.stageMs, () => {
        resolve(null);
      });
      verdict.finally(cancel).then(resolve, reject);
    });
  }

  #respondToEnd(): Response[] | Promise<Response[]> {
    const message = this.#message;
    this.#noteQueueId();
    this.#message = null;
    if (message === null) return [CONTINUE];
    const verdicts = message.acceptedVerdicts();
    const told = (given: readonly Verdict[]): Response[] => {
      const missing = this.#session.agreement?.missingActions ?? 0;
      return this.#isClosed ? [] : message.endResponses(given, missing);
    };
    return verdicts instanceof Promise ? this.#withProgress(verdicts).then(told) : told(verdicts);
  }

  /** Here, and only here, a mail server can be told to be patient. */
  async #withProgress<T>(wanted: Promise<T>): Promise<T> {
    const { clock } = this.#settings;
    const tick = (): void => {
      if (this.#isClosed) return;
      this.#wire.send(encodeResponses([{ kind: 'progress' }]));
      cancel = clock.after(PROGRESS_MS, tick);
    };
    let cancel = clock.after(PROGRESS_MS, tick);
    try {
      return await wanted;
    } finally {
      cancel();
    }
  }

  #endMessage(): void {
    this.#message?.abandoned();
    this.#message = null;
  }

  /** Mail servers give a message its name at different commands, and take it away with the next message. */
  #noteQueueId(): void {
    const id = macro(this.#session, 'i') ?? '';
    if (id !== '' && this.#message !== null) this.#message.queueId = id;
  }

  /** What comes after such a problem is no command, so there is nothing to answer it with. */
  #giveUp({ code, detail }: MilterProblem): void {
    const { report } = this.#settings;
    report({ kind: 'protocol-error', service: 'milter', peer: this.#wire.peer, why: `${code} (${detail})` });
    this.#endMessage();
    this.#close();
  }

  #close(): void {
    this.#isClosed = true;
    this.#wire.close();
  }
}
