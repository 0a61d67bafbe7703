/** One question on its way: from server to server, over UDP and TCP, until there is an answer or no time. */
import {
  isQueryable,
  nameKey,
  type Answer,
  type FailureReason,
  type QueryName,
  type RecordData,
  type RecordType,
} from '../dns/index.js';
import type { Clock } from '../util/index.js';
import { WAITING, type Flight, type InFlight } from './in-flight.js';
import { random16 } from './random.js';
import { readResponse, type Answered, type Reading } from './response.js';
import type { ResolverSettings } from './settings.js';
import { askOverTcp, type TcpOutcome } from './tcp.js';
import type { UdpTicket, UdpWaiter } from './udp.js';
import type { Upstream, Upstreams } from './upstream.js';
import { decodeMessage } from './wire-decode.js';
import { encodeQuery } from './wire-encode.js';
import { MAX_UDP_LENGTH, RCODE } from './wire.js';

/** What all questions of a resolver share. */
export interface QuestionContext {
  readonly settings: ResolverSettings;
  readonly clock: Clock;
  readonly upstreams: Upstreams;
  readonly inFlight: InFlight;
}

/**
 * Asks one server after the other, as many rounds as the settings say. A server's word for "no" (SERVFAIL,
 * REFUSED) leads to the next one at once; silence does after `timeoutMs`.
 *
 * A datagram that cannot be read or believed does not end the wait, or whoever can forge one could end it
 * (the TuDoor attacks); but if nothing better comes, it is the reason that is given.
 */
export class Question<T extends RecordType> implements Flight, UdpWaiter {
  slot = WAITING;
  expiry: number;
  readonly #context: QuestionContext;
  readonly #type: T;
  readonly #deadline: number;
  readonly #settle: (answer: Answer<RecordData[T]>) => void;
  #name: QueryName;

  #order: readonly Upstream[] = [];
  /** How many tries are over: the next goes to the server at that place in the order. */
  #tries = 0;
  #why: FailureReason | null = null;

  /** The try that is under way. */
  #server: Upstream | null = null;
  #ticket: UdpTicket | null = null;
  #cancelTcp: (() => void) | null = null;
  #edns = 0;
  #isWithoutEdns = false;
  #hasFullTime = false;
  #sawGarbage = false;

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
    this.#name = name;
    this.#type = type;
    this.#deadline = deadline;
    this.#settle = settle;
    this.expiry = deadline; // while it waits for its place
  }

  start(): void {
    this.#order = this.#context.upstreams.inOrder(this.#context.clock.now());
    this.#try();
  }

  expired(): void {
    const server = this.#server;
    if (server === null) {
      this.#finish({ kind: 'failed', why: 'busy' }); // it never had a place
      return;
    }
    if (this.#hasFullTime) server.silent(this.#context.clock.now());
    this.#next(this.#sawGarbage ? 'malformed' : 'timeout');
  }

  received(datagram: Buffer): void {
    const ticket = this.#ticket;
    if (ticket === null) return;
    const reading = datagram.length > MAX_UDP_LENGTH ? null : this.#read(datagram, ticket.id);
    if (reading === null) {
      this.#sawGarbage = true;
      return;
    }
    ticket.port.release(ticket.id);
    this.#ticket = null;
    this.#server?.answered();
    this.#take(reading, false);
  }

  unreachable(): void {
    this.#ticket = null;
    this.#server?.silent(this.#context.clock.now());
    this.#next('unreachable');
  }

  /** The resolver closes. */
  abandon(): void {
    this.#finish({ kind: 'failed', why: 'unreachable' });
  }

  /** Goes to the server whose turn it is, if there is one left, and time. */
  #try(): void {
    const { settings, clock } = this.#context;
    const now = clock.now();
    const server = this.#order[this.#tries % this.#order.length];
    const isOver = this.#tries >= this.#order.length * settings.tries || now + LEAST_TIME_MS > this.#deadline;
    if (isOver || server === undefined) {
      this.#finish({ kind: 'failed', why: this.#why ?? 'timeout' });
      return;
    }
    this.#server = server;
    this.#isWithoutEdns = !server.takesEdns(now);
    this.#sawGarbage = false;
    server.asked();
    this.#askUdp(server, now);
  }

  #next(why: FailureReason): void {
    this.#endTry();
    if (this.#why === null || RANK[why] >= RANK[this.#why]) this.#why = why;
    this.#tries++;
    this.#try();
  }

  #askUdp(server: Upstream, now: number): void {
    const { settings, inFlight } = this.#context;
    this.#edns = this.#isWithoutEdns ? 0 : settings.edns;
    this.#ticket = server.ports.ask(this, this.#name, this.#type, this.#edns, inFlight.size);
    this.#startTime(now);
  }

  /** TCP gets a whole timeout of its own: the server has just shown that it is there. */
  #askTcp(server: Upstream): void {
    const id = random16();
    const query = encodeQuery(id, this.#name, this.#type, this.#edns, 2);
    query.writeUInt16BE(query.length - 2, 0);
    this.#cancelTcp = askOverTcp(server.address, query, (outcome) => {
      this.#cancelTcp = null;
      this.#receivedOverTcp(outcome, id);
    });
    this.#startTime(this.#context.clock.now());
  }

  #receivedOverTcp(outcome: TcpOutcome, id: number): void {
    if (outcome.kind === 'failed') {
      this.#next(outcome.why);
      return;
    }
    // Nobody else can have sent this, so it is not worth waiting for something better.
    const reading = this.#read(outcome.message, id);
    if (reading === null) this.#next('malformed');
    else this.#take(reading, true);
  }

  #startTime(now: number): void {
    const { settings, inFlight } = this.#context;
    this.expiry = Math.min(now + settings.timeoutMs, this.#deadline);
    this.#hasFullTime = this.expiry < this.#deadline;
    inFlight.watch(this);
  }

  /** Null for what is not the answer. */
  #read(bytes: Buffer, id: number): Exclude<Reading<T>, { kind: 'stray' }> | null {
    const message = decodeMessage(bytes);
    if (!message.ok || message.value.id !== id) return null;
    const reading = readResponse(message.value, this.#name, this.#type);
    return reading.kind === 'stray' ? null : reading;
  }

  #take(reading: Exclude<Reading<T>, { kind: 'stray' }>, overTcp: boolean): void {
    const server = this.#server;
    if (server === null) return;
    const { settings, clock } = this.#context;
    if (reading.kind === 'refused') {
      if (this.#edns === 0 || !isRefusalOfEdns(reading.rcode)) {
        this.#next(reading.why);
        return;
      }
      this.#isWithoutEdns = true;
      this.#askUdp(server, clock.now());
      return;
    }
    if (settings.edns !== 0 && this.#isWithoutEdns && server.takesEdns(clock.now())) {
      server.wantsNoEdns(clock.now());
    }
    switch (reading.kind) {
      case 'truncated':
        // TCP has room for everything, so a cut there is not "no data"; and what is cut is never used.
        if (overTcp || !settings.tcp) this.#next('malformed');
        else this.#askTcp(server);
        break;
      case 'answered':
        this.#finish(this.#withAliasTtl(reading.answer));
        break;
      case 'open':
        this.#followAlias(server, reading.target, reading.ttl);
        break;
    }
  }

  /** Asks for the last target of a chain that the server left open: once, since a resolver that is worth
   *  asking follows aliases itself. */
  #followAlias(server: Upstream, target: QueryName, ttl: number): void {
    if (this.#alias !== null) {
      if (nameKey(target) === nameKey(this.#alias.from)) {
        this.#finish({ kind: 'void', why: 'nodata', ttl: Math.min(ttl, this.#alias.ttl) }); // a loop
      } else {
        this.#next('malformed');
      }
      return;
    }
    if (!isQueryable(target)) {
      this.#finish({ kind: 'void', why: 'nodata', ttl }); // the root, where there is none of our types
      return;
    }
    this.#alias = { from: this.#name, ttl };
    this.#name = target;
    this.#order = [server, ...this.#order.filter((other) => other !== server)];
    this.#tries = 0;
    this.#try();
  }

  #withAliasTtl(answer: Answered<T>): Answered<T> {
    return this.#alias === null ? answer : { ...answer, ttl: Math.min(answer.ttl, this.#alias.ttl) };
  }

  #endTry(): void {
    this.#ticket?.port.release(this.#ticket.id);
    this.#ticket = null;
    this.#cancelTcp?.();
    this.#cancelTcp = null;
    this.#server?.left();
  }

  #finish(answer: Answer<RecordData[T]>): void {
    this.#endTry();
    this.expiry = Infinity;
    this.#context.inFlight.leave(this);
    this.#settle(answer);
  }
}

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

/** RFC 6891 §7 and §6.1.3: how servers say that they do not know EDNS, or not this version. */
function isRefusalOfEdns(rcode: number): boolean {
  return rcode === RCODE.FORMERR || rcode === RCODE.NOTIMP || rcode === RCODE.BADVERS;
}
