/** One connection to a server, over TCP or TLS, with many questions on it at a time (RFC 7766 §6.2.1.1). */
import type { Socket } from 'node:net';

import type { FailureReason, QueryName, RecordType } from '../dns/index.js';
import type { Clock } from '../util/index.js';
import { failureOf } from './failure-words.js';
import { Frames } from './frames.js';
import { random16 } from './random.js';
import { encodeStreamQuery } from './wire-encode.js';

/** Who waits for a message on a stream. Exactly one of the two is called, once, and not before `ask` returns. */
export interface StreamWaiter {
  /** A message with the right id. Nobody but the server can have sent it. `sentAt` is when the question left,
   *  in `Clock.now` milliseconds: the time until there was a connection is not in it. */
  came(message: Buffer, id: number, sentAt: number): void;
  /** There is no connection, or none that lasts. `detail` is for people. */
  broke(why: BreakReason, detail: string): void;
}

export type BreakReason = Extract<FailureReason, 'unreachable' | 'malformed'>;

/** A question for a connection. It may pass from a broken one to the next. */
export interface StreamQuestion {
  readonly waiter: StreamWaiter;
  readonly name: QueryName;
  readonly type: RecordType;
  readonly edns: number;
  connection: Connection | null;
  /** On the connection. */
  id: number;
  /** Null until it is sent. */
  sentAt: number | null;
  /** Whether a connection broke under it that had not answered anything. */
  hasBroken: boolean;
}

/** How a connection is made. */
export interface Way {
  /** A socket that is on its way. */
  open(): Socket;
  /** What the socket says when it is there. */
  readonly readyEvent: 'connect' | 'secureConnect';
  /** Queries are padded to a multiple of so many octets; 0: they are not. */
  readonly block: number;
  /** How long after one was opened the next may be, in milliseconds. */
  readonly leastIntervalMs: number;
  /** How long it may take until the connection is there. */
  readonly connectMs: number;
  /** How long it is kept when there is nothing to do. */
  readonly idleMs: number;
}

/** Told once, when a connection is no more, with the questions that were not answered. */
export type OnLost = (
  connection: Connection,
  questions: readonly StreamQuestion[],
  why: BreakReason,
  detail: string,
) => void;

/** Then another connection takes over. */
const MAX_QUESTIONS = 10_000;
/** Answers which nobody waits for any more, and whose ids cannot be used before they come. */
const MAX_OWED = 256;

/** The socket does not keep the process alive: whoever waits for an answer has a timer that does. */
export class Connection {
  /** Whether it was ever there. */
  isReady = false;
  /** Whether any answer came. */
  hasAnswered = false;
  readonly #socket: Socket;
  readonly #way: Way;
  readonly #clock: Clock;
  readonly #onLost: OnLost;
  readonly #frames = new Frames();
  /** By id; null for an answer that nobody waits for any more. */
  readonly #waiting = new Map<number, StreamQuestion | null>();
  #live = 0;
  #asked = 0;
  #lastMessageAt = -Infinity;
  #isRetired = false;
  #isClosed = false;
  #isCorked = false;
  #connectTimer: NodeJS.Timeout;

  constructor(way: Way, clock: Clock, onLost: OnLost) {
    this.#way = way;
    this.#clock = clock;
    this.#onLost = onLost;
    const socket = way.open();
    this.#socket = socket;
    socket.unref();
    socket.once(way.readyEvent, this.#ready);
    socket.on('data', (chunk: Buffer) => {
      this.#frames.add(chunk, this.#received);
    });
    socket.on('error', (error) => {
      this.#end('unreachable', failureOf(error));
    });
    socket.on('end', this.#ended);
    socket.on('close', this.#ended);
    socket.on('timeout', this.#idle);
    // Real time on purpose, as for ports: it must not keep the process alive.
    this.#connectTimer = setTimeout(() => {
      this.#end('unreachable', 'no connection in time');
    }, way.connectMs).unref();
  }

  get takesQuestions(): boolean {
    return !this.#isRetired && !this.#isClosed;
  }

  /** Sends a question, as soon as that can be. */
  take(question: StreamQuestion): void {
    let id = random16();
    while (this.#waiting.has(id)) id = random16();
    this.#waiting.set(id, question);
    question.connection = this;
    question.id = id;
    question.sentAt = null;
    this.#live++;
    if (++this.#asked === MAX_QUESTIONS) this.#isRetired = true;
    if (this.isReady) this.#send(question);
  }

  /** Nobody waits for the answer any more. */
  release(question: StreamQuestion): void {
    if (question.connection !== this) return;
    question.connection = null;
    if (question.sentAt === null) this.#waiting.delete(question.id);
    else this.#waiting.set(question.id, null);
    this.#live--;
    if (this.#waiting.size - this.#live > MAX_OWED) this.#isRetired = true;
    if (this.#live > 0) return;
    if (this.#isRetired) this.#end('unreachable', 'closed');
    else if (this.isReady) this.#socket.setTimeout(this.#way.idleMs);
  }

  /** The answer is late. If nothing at all came since the question left, there may be nobody at the other end:
   *  the next questions take another connection. */
  overdue(question: StreamQuestion): void {
    if (question.sentAt !== null && this.#lastMessageAt < question.sentAt) this.#isRetired = true;
  }

  /** Whoever still waits is told nothing. */
  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    clearTimeout(this.#connectTimer);
    this.#waiting.clear();
    this.#socket.destroy();
  }

  readonly #ready = (): void => {
    if (this.#isClosed) return;
    clearTimeout(this.#connectTimer);
    this.isReady = true;
    this.#socket.setTimeout(this.#way.idleMs);
    for (const question of this.#waiting.values()) if (question !== null) this.#send(question);
  };

  /** All that is sent in one turn of the event loop leaves in one piece. */
  #send(question: StreamQuestion): void {
    question.sentAt = this.#clock.now();
    if (!this.#isCorked) {
      this.#isCorked = true;
      this.#socket.cork();
      process.nextTick(this.#uncork);
    }
    const { id, name, type, edns } = question;
    this.#socket.write(encodeStreamQuery(id, name, type, edns, this.#way.block));
  }

  readonly #uncork = (): void => {
    this.#isCorked = false;
    this.#socket.uncork();
  };

  /** Returns whether to go on. */
  readonly #received = (message: Buffer): boolean => {
    if (this.#isClosed) return false;
    const id = message.length < 2 ? -1 : message.readUInt16BE(0);
    const question = this.#waiting.get(id);
    if (question === undefined) {
      this.#end('malformed', id === -1 ? 'it sent an empty message' : 'it sent what nobody had asked for');
      return false;
    }
    this.#waiting.delete(id);
    this.#lastMessageAt = this.#clock.now();
    this.hasAnswered = true;
    if (question !== null) {
      this.#live--;
      question.connection = null;
      question.waiter.came(message, id, question.sentAt ?? this.#lastMessageAt);
    }
    if (this.#isRetired && this.#live === 0) this.#end('unreachable', 'closed');
    return !this.#isClosed;
  };

  readonly #ended = (): void => {
    // Half an answer is one that cannot be read; none at all means that nobody was there to give it.
    if (this.#frames.isBetween) this.#end('unreachable', 'connection closed');
    else this.#end('malformed', 'message cut short');
  };

  readonly #idle = (): void => {
    if (this.#live === 0) this.#end('unreachable', 'idle');
  };

  #end(why: BreakReason, detail: string): void {
    if (this.#isClosed) return;
    const questions = [...this.#waiting.values()].filter((question) => question !== null);
    this.close();
    for (const question of questions) question.connection = null;
    this.#onLost(this, questions, why, detail);
  }
}
