/** The milter protocol's side of a conversation: packets in, verdicts asked for, responses out, in order. */
import type { Event, Report } from '../events/index.js';
import {
  actionNames,
  afterResponse,
  decodeCommand,
  encodeResponses,
  endOfConnection,
  macro,
  newSession,
  PacketReader,
  step,
  type Command,
  type Input,
  type MilterProblem,
  type Response,
  type Session,
} from '../milter/index.js';
import type { Clock, Conversation, Converse, Octets, Wire } from '../util/index.js';
import type { Judge, Transaction, Verdict } from '../verdict/index.js';
import { MailServers } from './mail-servers.js';
import { actionFor, isRefusal, refusalOf } from './milter-answer.js';
import { MilterFields } from './milter-fields.js';
import { MilterMessage } from './milter-message.js';
import type { MilterRules } from './milter-rules.js';

export interface MilterSettings {
  /** The rules of now. A connection goes by those that it began with. */
  readonly rules: () => MilterRules;
  /** Name of the listener; null where it has none. */
  readonly listener: string | null;
  readonly clock: Clock;
  readonly report: Report;
}

/** The milter protocol over any transport. */
export function milterConversation(settings: MilterSettings): Converse {
  const servers = new MailServers();
  return (wire) => new MilterConversation(wire, settings, servers);
}

/** While the end of a message waits for its verdict, the mail server is told so often that it comes. */
const PROGRESS_MS = 3_000;

type Responses = readonly Response[];

const CONTINUE: Responses = [{ kind: 'continue' }];
const NOTHING: Responses = [];

interface Beginnable {
  begin(): void;
}

/** What the DNS says about the HELO name is at hand when MAIL comes. */
class HeloCheck implements Beginnable {
  readonly #judge: Judge;
  readonly #transaction: Transaction;

  constructor(judge: Judge, transaction: Transaction) {
    this.#judge = judge;
    this.#transaction = transaction;
  }

  begin(): void {
    this.#judge.prepare(this.#transaction);
  }
}

class MilterConversation implements Conversation {
  readonly #wire: Wire;
  readonly #settings: MilterSettings;
  readonly #servers: MailServers;
  #rules: MilterRules;
  readonly #reader = new PacketReader<Command>(decodeCommand);
  #session: Session;
  #message: MilterMessage | null = null;
  #isClosed = false;
  /** A verdict is being waited for. */
  #isBusy = false;
  /** The peer has ended its side meanwhile. */
  #hasEnded = false;
  /** A check that is begun before anybody asks for it: no function, since what closures hold was seen to get old
   *  before it was freed, with all of the connection. */
  #toBegin: Beginnable | null = null;
  /** What has happened and is not reported yet. */
  readonly #events: Event[] = [];

  constructor(wire: Wire, settings: MilterSettings, servers: MailServers) {
    this.#wire = wire;
    this.#settings = settings;
    this.#servers = servers;
    this.#rules = settings.rules();
    this.#session = newSession(servers.wantsFor(wire.host, this.#rules));
  }

  /** A message that has begun is a request that is not whole. */
  get isMidRequest(): boolean {
    return this.#reader.isMidPacket || this.#session.stage !== null;
  }

  receive(chunk: Uint8Array): Promise<void> | undefined {
    this.#reader.feed(chunk);
    const pending = this.#answerWhatIsReady();
    this.#afterReplies();
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
    this.#afterReplies();
  }

  /** Does what nobody has to wait for, when the replies are out. */
  #afterReplies(): void {
    const begin = this.#toBegin;
    this.#toBegin = null;
    begin?.begin();
    if (this.#events.length === 0) return;
    for (const event of this.#events.splice(0)) this.#settings.report(event);
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
      if (session.isOver) this.#hangUp();
    }
    return undefined;
  }

  async #answerTheRest(first: Promise<void>): Promise<void> {
    this.#isBusy = true;
    for (let pending: Promise<void> | undefined = first; pending !== undefined;) {
      await pending;
      pending = this.#answerWhatIsReady();
      this.#afterReplies();
    }
    this.#isBusy = false;
    if (this.#hasEnded) this.#finish();
  }

  /** The last of the inputs is the one that a reply is due to; none of those before has to wait. */
  #answer(inputs: readonly Input[], isReplyDue: boolean): Promise<void> | undefined {
    let responses: Responses | Promise<Responses> = NOTHING;
    for (const input of inputs) responses = this.#respond(input);
    const last = inputs.at(-1);
    if (last === undefined) return undefined;
    if (responses instanceof Promise) return this.#replyLater(isReplyDue ? last : null, responses);
    if (isReplyDue) this.#reply(last, responses);
    return undefined;
  }

  async #replyLater(to: Input | null, wanted: Promise<Responses>): Promise<void> {
    const responses = await wanted;
    if (to !== null) this.#reply(to, responses);
  }

  #reply(to: Input, responses: Responses): void {
    const last = responses.at(-1);
    if (last !== undefined) this.#session = afterResponse(this.#session, to.kind, last);
    if (!this.#isClosed) this.#wire.send(encodeResponses(responses));
  }

  #respond(input: Input): Responses | Promise<Responses> {
    switch (input.kind) {
      case 'negotiate': {
        const { version, actions, steps, macros } = input.agreement;
        return [{ kind: 'optneg', version, actions, steps, macros }];
      }
      case 'helo':
        return this.#respondToHelo(input.name);
      case 'mail':
        return this.#respondToMail(input);
      case 'rcpt':
        this.#noteQueueId();
        return this.#message === null ? CONTINUE : this.#verdictReply(this.#message, input.path);
      case 'header':
        this.#message?.fields.add(input.name, input.value);
        return CONTINUE;
      case 'end-of-message':
        return this.#respondToEnd();
      case 'abort':
      case 'quit':
      case 'new-connection':
        this.#endMessage();
        return NOTHING;
      case 'data':
        this.#noteQueueId();
        return CONTINUE;
      case 'connect':
        this.#toBegin = null;
        this.#servers.noteVersion(this.#wire.host, macro(this.#session, 'v'));
        return CONTINUE;
      case 'eoh':
      case 'body':
      case 'unknown':
        return CONTINUE;
    }
  }

  #respondToHelo(helo: Octets): Responses | Promise<Responses> {
    const transaction = this.#transaction({ kind: 'null' }, helo);
    if (this.#rules.rejectAt === 'helo') {
      const message = this.#newMessage(transaction);
      if (!message.areRecipientsApart) return this.#verdictReply(message, null);
    }
    this.#toBegin = new HeloCheck(this.#rules.judge, transaction);
    return CONTINUE;
  }

  #respondToMail(input: Input & { readonly kind: 'mail' | 'rcpt' }): Responses | Promise<Responses> {
    const message = this.#newMessage(this.#transaction(input.path, this.#session.helo));
    this.#message = message;
    this.#toBegin = null; // HELO is judged with it
    this.#noteQueueId();
    if (this.#rules.rejectAt === 'rcpt' || message.areRecipientsApart) {
      this.#toBegin = message;
      return CONTINUE;
    }
    return this.#verdictReply(message, null);
  }

  #newMessage(transaction: Transaction): MilterMessage {
    const { clock, report } = this.#settings;
    const reportLater = (event: Event): void => {
      if (event.kind === 'message-judged') this.#events.push(event);
      else report(event); // which may happen when nobody waits for a reply
    };
    const host = macro(this.#session, 'j');
    if (host !== null) this.#rules = this.#rules.named(host);
    const { judge, authservId } = this.#rules;
    return new MilterMessage(transaction, judge, new MilterFields(authservId), clock, reportLater);
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
  #verdictReply(message: MilterMessage, recipient: Transaction['recipient']): Responses | Promise<Responses> {
    const verdict = message.verdictFor(recipient);
    const told = (given: Verdict | null): Responses => {
      if (given !== null && isRefusal(given)) {
        if (!this.#isClosed) message.refused(recipient, given);
        return [refusalOf(given)];
      }
      if (recipient !== null) message.accepted(recipient);
      return CONTINUE;
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

  #respondToEnd(): Responses | Promise<Responses> {
    const message = this.#message;
    this.#noteQueueId();
    this.#message = null;
    this.#toBegin = null;
    if (message === null) return CONTINUE;
    const verdicts = message.acceptedVerdicts();
    const told = (given: readonly Verdict[]): Responses =>
      this.#isClosed ? NOTHING : this.#offered(message.endResponses(given));
    return verdicts instanceof Promise ? this.#withProgress(verdicts).then(told) : told(verdicts);
  }

  /** Those that the mail server has agreed to; what it has not is told once for each host. */
  #offered(responses: Responses): Responses {
    const missing = this.#session.agreement?.missingActions ?? 0;
    if (missing === 0) return responses;
    const { peer, host } = this.#wire;
    const needed = responses.reduce((flags, { kind }) => flags | (missing & actionFor(kind)), 0);
    const news = this.#servers.noteMissing(host, needed);
    if (news !== 0) this.#events.push({ kind: 'actions-not-offered', peer, actions: actionNames(news) });
    return responses.filter(({ kind }) => (missing & actionFor(kind)) === 0);
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
    this.#toBegin = null;
  }

  /** Mail servers give a message its name at different commands, and take it away with the next message. */
  #noteQueueId(): void {
    const id = macro(this.#session, 'i') ?? '';
    if (id !== '' && this.#message !== null) this.#message.queueId = id;
  }

  /** What comes after such a problem is no command, so there is nothing to answer it with. */
  #giveUp({ code, detail }: MilterProblem): void {
    this.#endMessage();
    const { peer } = this.#wire;
    this.#events.push({ kind: 'protocol-error', service: 'milter', peer, why: `${code} (${detail})` });
    this.#close();
  }

  #close(): void {
    this.#isClosed = true;
    this.#wire.close();
  }

  /** The mail server has quit, so it has read every reply: no need to shut our side first and close it then. */
  #hangUp(): void {
    this.#isClosed = true;
    this.#wire.hangUp();
  }
}
