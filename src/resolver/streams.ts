/** Questions to one server over TCP or TLS: one connection for all of them, and the next when it is gone. */
import { connect } from 'node:net';

import { hostOf, type QueryName, type RecordType, type ServerAddress } from '../dns/index.js';
import type { Clock } from '../util/index.js';
import { Connection, type OnLost, type StreamQuestion, type StreamWaiter, type Way } from './connection.js';
import { TlsOpener, type TlsContext } from './tls.js';

/** RFC 8467 §4.1: what clients pad to. */
const TLS_BLOCK = 128;
/** A server that closes after each answer, or shows a wrong certificate, is not to be dialled all the time. */
const TLS_INTERVAL_MS = 1000;

/** RFC 7766 §6.2.3: of the order of seconds. */
const IDLE_MS = 10_000;

/** Over TCP, to a server that has just answered over UDP. */
export function tcpWay(server: ServerAddress, connectMs: number): Way {
  return {
    open: () => connect({ host: hostOf(server), port: server.port, noDelay: true }),
    readyEvent: 'connect',
    block: 0,
    leastIntervalMs: 0,
    connectMs,
    idleMs: IDLE_MS,
  };
}

export function tlsWay(
  server: ServerAddress,
  name: string | null,
  context: TlsContext,
  clock: Clock,
  connectMs: number,
): Way {
  const opener = new TlsOpener(server, name, context, clock);
  return {
    open: () => opener.open(),
    readyEvent: 'secureConnect',
    block: TLS_BLOCK,
    leastIntervalMs: TLS_INTERVAL_MS,
    connectMs,
    idleMs: IDLE_MS,
  };
}

/**
 * There is one connection at a time, opened when there is something to ask and closed when idle. Servers may
 * close theirs whenever they like (RFC 7766 §6.2.4), so a question under which one breaks is asked once again
 * on the next; and as often as need be while every connection answers something before it breaks.
 */
export class Streams {
  readonly #way: Way;
  readonly #clock: Clock;
  #current: Connection | null = null;
  /** Those that take no more questions and wait for their last answers, too. */
  readonly #open = new Set<Connection>();
  #openedAt = -Infinity;
  /** Questions that wait until a connection may be opened. */
  readonly #delayed = new Set<StreamQuestion>();
  #cancelDelay: (() => void) | null = null;

  constructor(way: Way, clock: Clock) {
    this.#way = way;
    this.#clock = clock;
  }

  ask(waiter: StreamWaiter, name: QueryName, type: RecordType, edns: number): StreamQuestion {
    const question: StreamQuestion = {
      waiter,
      name,
      type,
      edns,
      connection: null,
      id: 0,
      sentAt: null,
      hasBroken: false,
    };
    this.#place(question);
    return question;
  }

  /** The answer is late, and may still come. */
  overdue(question: StreamQuestion): void {
    question.connection?.overdue(question);
  }

  /** Nobody waits for the answer any more. */
  release(question: StreamQuestion): void {
    question.connection?.release(question);
    if (this.#delayed.delete(question) && this.#delayed.size === 0) this.#forgetDelay();
  }

  /** Closes all connections; who still waits is told nothing. */
  close(): void {
    this.#delayed.clear();
    this.#forgetDelay();
    for (const connection of this.#open) connection.close();
    this.#open.clear();
    this.#current = null;
  }

  #place(question: StreamQuestion): void {
    if (this.#current?.takesQuestions === true) {
      this.#current.take(question);
      return;
    }
    const wait = this.#openedAt + this.#way.leastIntervalMs - this.#clock.now();
    if (wait > 0) {
      this.#delayed.add(question);
      this.#cancelDelay ??= this.#clock.after(wait, this.#placeDelayed);
      return;
    }
    this.#openedAt = this.#clock.now();
    this.#current = new Connection(this.#way, this.#clock, this.#lost);
    this.#open.add(this.#current);
    this.#current.take(question);
  }

  readonly #placeDelayed = (): void => {
    this.#cancelDelay = null;
    const questions = [...this.#delayed];
    this.#delayed.clear();
    for (const question of questions) this.#place(question);
  };

  readonly #lost: OnLost = (connection, questions, why, detail) => {
    this.#open.delete(connection);
    if (this.#current === connection) this.#current = null;
    const lost: StreamQuestion[] = [];
    for (const question of questions) {
      const isAgain = connection.hasAnswered || (connection.isReady && !question.hasBroken);
      if (!isAgain) lost.push(question);
      else {
        if (!connection.hasAnswered) question.hasBroken = true;
        this.#place(question);
      }
    }
    // When the rest has its place: who is told here may ask the next question at once.
    for (const { waiter } of lost) waiter.broke(why, detail);
  };

  #forgetDelay(): void {
    this.#cancelDelay?.();
    this.#cancelDelay = null;
  }
}
