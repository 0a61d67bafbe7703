/** One question to one server: over UDP, again without EDNS or over TCP if the server says so; or over TLS. */
import { printName, type FailureReason, type QueryName, type RecordType } from '../dns/index.js';
import type { BreakReason, StreamQuestion, StreamWaiter } from './connection.js';
import type { QuestionContext } from './question-context.js';
import { readResponse, type Answered, type Reading } from './response.js';
import type { UdpTicket, UdpWaiter } from './udp.js';
import type { Upstream } from './upstream.js';
import { decodeMessage } from './wire-decode.js';
import { MAX_UDP_LENGTH, RCODE } from './wire.js';

/** What came of an attempt. */
export type Outcome<T extends RecordType> =
  | { readonly kind: 'answered'; readonly answer: Answered<T> }
  /** Aliases end at a name that is still to be asked for. */
  | { readonly kind: 'open'; readonly target: QueryName; readonly ttl: number }
  /** The server has no answer, and says so; or what it says over a stream cannot be read. */
  | { readonly kind: 'refused'; readonly why: FailureReason }
  /** There is no server, or no way to it. */
  | { readonly kind: 'broken'; readonly why: BreakReason };

/** Who makes attempts. */
export interface Asker<T extends RecordType> {
  /** The server is there and wants to be asked another way: it has its time anew. */
  goesOn(attempt: Attempt<T>): void;
  /** Once, and not before `start` has returned. */
  ended(attempt: Attempt<T>, outcome: Outcome<T>): void;
}

/**
 * It waits until something is known, without an end: whoever asks has a limit of time, and gives it up.
 *
 * A datagram that cannot be read or believed does not end the wait, or whoever can forge one could end it
 * (the TuDoor attacks).
 */
export class Attempt<T extends RecordType> implements UdpWaiter, StreamWaiter {
  readonly server: Upstream;
  readonly startedAt: number;
  /** Whether such a datagram came. */
  sawGarbage = false;
  readonly #context: QuestionContext;
  readonly #asker: Asker<T>;
  readonly #name: QueryName;
  readonly #type: T;
  #askedAt: number;
  #edns = 0;
  #isWithoutEdns: boolean;
  /** What is under way: at most one of the two, and none when the attempt is over. */
  #ticket: UdpTicket | null = null;
  #streamed: StreamQuestion | null = null;

  constructor(
    context: QuestionContext,
    asker: Asker<T>,
    server: Upstream,
    name: QueryName,
    type: T,
    now: number,
  ) {
    this.#context = context;
    this.#asker = asker;
    this.server = server;
    this.#name = name;
    this.#type = type;
    this.startedAt = now;
    this.#askedAt = now;
    this.#isWithoutEdns = !server.takesEdns(now);
  }

  start(): void {
    this.#edns = this.#isWithoutEdns ? 0 : this.#context.settings.edns;
    if (this.server.isTls) {
      this.#askStream();
    } else {
      const { ports } = this.server;
      this.#ticket = ports.ask(this, this.#name, this.#type, this.#edns, this.#context.inFlight.size);
    }
  }

  /** The answer is late, and may still come. */
  overdue(): void {
    if (this.#streamed !== null) this.server.streams.overdue(this.#streamed);
  }

  /** Nobody waits any more. `why` is for whoever traces. */
  giveUp(why: string): void {
    if (this.#ticket === null && this.#streamed === null) return;
    if (this.#context.onQuestion !== null) this.#trace(why);
    this.#stop();
  }

  received(datagram: Buffer): void {
    if (this.#ticket === null) return;
    const reading = datagram.length > MAX_UDP_LENGTH ? null : this.#read(datagram, this.#ticket.id);
    if (reading === null) this.sawGarbage = true;
    else this.#take(reading, this.#askedAt);
  }

  unreachable(detail: string): void {
    this.server.failed(detail);
    this.#end({ kind: 'broken', why: 'unreachable' });
  }

  came(message: Buffer, id: number, sentAt: number): void {
    // Nobody else can have sent this, so it is not worth waiting for something better.
    const reading = this.#read(message, id);
    if (reading === null) this.#end(UNREADABLE);
    else this.#take(reading, this.server.isTls ? sentAt : null);
  }

  broke(why: BreakReason, detail: string): void {
    this.server.failed(detail);
    this.#end({ kind: 'broken', why });
  }

  #askStream(): void {
    this.#streamed = this.server.streams.ask(this, this.#name, this.#type, this.#edns);
  }

  /** Null for what is not the answer. */
  #read(bytes: Buffer, id: number): Exclude<Reading<T>, { kind: 'stray' }> | null {
    const message = decodeMessage(bytes);
    if (!message.ok || message.value.id !== id) return null;
    const reading = readResponse(message.value, this.#name, this.#type);
    return reading.kind === 'stray' ? null : reading;
  }

  #take(reading: Exclude<Reading<T>, { kind: 'stray' }>, askedAt: number | null): void {
    const { server } = this;
    const { settings, clock } = this.#context;
    if (reading.kind === 'refused') {
      if (this.#edns !== 0 && isRefusalOfEdns(reading.rcode)) this.#askWithoutEdns();
      else this.#end({ kind: 'refused', why: reading.why });
      return;
    }
    // Half an answer does not count: where TCP is blocked there is never the other half.
    if (reading.kind !== 'truncated') server.answered(askedAt);
    if (settings.edns !== 0 && this.#isWithoutEdns) {
      const now = clock.now();
      if (server.takesEdns(now)) server.wantsNoEdns(now);
    }
    if (reading.kind !== 'truncated') {
      this.#end(reading);
    } else if (this.#streamed !== null || !settings.tcp) {
      // TCP has room for everything, so a cut there is not "no data"; and what is cut is never used.
      this.#end(UNREADABLE);
    } else {
      this.#stop();
      this.#askStream();
      this.#asker.goesOn(this);
    }
  }

  #askWithoutEdns(): void {
    this.#stop();
    this.#isWithoutEdns = true;
    this.#askedAt = this.#context.clock.now();
    this.start();
    this.#asker.goesOn(this);
  }

  #end(outcome: Outcome<T>): void {
    if (this.#ticket === null && this.#streamed === null) return;
    if (this.#context.onQuestion !== null) this.#trace(wordOf(outcome));
    this.#stop();
    this.#asker.ended(this, outcome);
  }

  #stop(): void {
    if (this.#ticket !== null) {
      this.#ticket.port.release(this.#ticket.id);
      this.#ticket = null;
    }
    if (this.#streamed !== null) {
      this.server.streams.release(this.#streamed);
      this.#streamed = null;
    }
  }

  #trace(outcome: string): void {
    const { clock, onQuestion } = this.#context;
    onQuestion?.({
      kind: 'dns-question',
      name: printName(this.#name),
      type: this.#type,
      server: this.server.name,
      transport: this.#streamed === null ? 'udp' : this.server.isTls ? 'tls' : 'tcp',
      outcome,
      durationMs: clock.now() - this.startedAt,
    });
  }
}

const UNREADABLE = { kind: 'refused', why: 'malformed' } as const;

function wordOf<T extends RecordType>(outcome: Outcome<T>): string {
  switch (outcome.kind) {
    case 'answered':
      return outcome.answer.kind === 'records' ? 'records' : outcome.answer.why;
    case 'open':
      return 'alias';
    case 'refused':
    case 'broken':
      return outcome.why;
  }
}

/** RFC 6891 §7 and §6.1.3: how servers say that they do not know EDNS, or not this version. */
function isRefusalOfEdns(rcode: number): boolean {
  return rcode === RCODE.FORMERR || rcode === RCODE.NOTIMP || rcode === RCODE.BADVERS;
}
