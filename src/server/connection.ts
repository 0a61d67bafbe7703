/** One conversation on a pair of streams: back-pressure, time limits, and every way in which it may end. */
import type { Readable, Writable } from 'node:stream';
import type { Report } from '../events/index.js';
import {
  OUTSIDE,
  type Clock,
  type Conversation,
  type Converse,
  type InBag,
  type Wire,
} from '../util/index.js';
import { TimeLimit } from './time-limit.js';

export interface ConnectionOptions {
  readonly service: 'policy' | 'milter';
  readonly clock: Clock;
  readonly report: Report;
  /** How long a request may take to arrive once it has begun. */
  readonly requestTimeMs: number;
  /** How long a peer may say nothing between requests. Null for ever: a Postfix whose idle connection to a policy
   *  server was closed loses a second over its next request. */
  readonly idleTimeMs: number | null;
  /** How long a peer may leave replies unread. */
  readonly readTimeMs: number;
}

/** Where the octets come from and go to: the same socket twice, or standard input and output. */
export interface Streams {
  readonly input: Readable;
  readonly output: Writable;
  /** Who is at the other end, in words; asked only when there is something to report. */
  readonly peer: () => string;
  /** The address of the other end, while there is one and it has one. */
  readonly host: () => string | null;
}

export class Connection implements Wire, InBag {
  slot = OUTSIDE;
  readonly #streams: Streams;
  readonly #options: ConnectionOptions;
  readonly #conversation: Conversation;
  readonly #onGone: () => void;
  /** What the conversation has not settled yet. */
  #isBusy = false;
  /** The peer does not read as fast as we write. */
  #isBlocked = false;
  #isPaused = false;
  /** Arrived while it was busy or blocked. One chunk at most, as the input is paused then. */
  #held: Uint8Array | null = null;
  #hasInputEnded = false;
  #hasConversationEnded = false;
  #isDraining = false;
  #isClosing = false;
  #isGone = false;
  readonly #requestLimit: TimeLimit;
  /** Null: for ever. */
  readonly #idleLimit: TimeLimit | null;
  readonly #readLimit: TimeLimit;

  /** Takes the streams over. `onGone` is called once, when both are closed and nothing is going on any more. */
  constructor(streams: Streams, converse: Converse, options: ConnectionOptions, onGone: () => void) {
    this.#streams = streams;
    this.#options = options;
    this.#onGone = onGone;
    const { clock, requestTimeMs, idleTimeMs, readTimeMs } = options;
    this.#requestLimit = new TimeLimit(clock, requestTimeMs, () => {
      this.#requestTookTooLong();
    });
    this.#idleLimit =
      idleTimeMs === null
        ? null
        : new TimeLimit(clock, idleTimeMs, () => {
            this.close();
          });
    this.#readLimit = new TimeLimit(clock, readTimeMs, () => {
      this.#repliesWereNotRead();
    });
    this.#conversation = converse(this);
    const { input, output } = streams;
    // A connection that broke is an ordinary way to end: a mail server was stopped, or lost its patience.
    const broke = (): void => {
      this.#end();
    };
    output.on('error', broke);
    output.on('close', broke);
    output.on('drain', () => {
      this.#unblocked();
    });
    if ((input as unknown) !== output) {
      input.on('error', broke);
      input.on('close', () => {
        if (!this.#hasInputEnded) this.#end();
      });
    }
    input.on('end', () => {
      this.#inputEnded();
    });
    input.on('data', (chunk: Uint8Array) => {
      this.#arrived(chunk);
    });
    this.#idleLimit?.set();
  }

  get peer(): string {
    return this.#streams.peer();
  }

  get host(): string | null {
    return this.#streams.host();
  }

  send(bytes: Uint8Array): void {
    if (this.#isClosing) return;
    this.#requestLimit.lift(); // a reply ends a request; the next one has its own time
    if (this.#streams.output.write(bytes)) return;
    this.#isBlocked = true;
    this.#pause();
    this.#readLimit.set();
  }

  close(): void {
    if (this.#isClosing) return;
    this.#isClosing = true;
    this.#held = null;
    this.#requestLimit.lift();
    this.#idleLimit?.lift();
    this.#endConversation(true);
    this.#readLimit.set();
    this.#streams.output.end(() => {
      this.#end();
    });
  }

  hangUp(): void {
    if (this.#isClosing) return;
    if (this.#streams.output.writableLength > 0) {
      this.close(); // it has not read all, so it may want to
      return;
    }
    this.#endConversation(true);
    this.#end();
  }

  /** Closes as soon as no request is in progress: at once, or after the reply to the one that has begun. */
  drain(): void {
    this.#isDraining = true;
    this.#settled();
  }

  /** Ends it wherever it is. */
  abandon(): void {
    this.#end();
  }

  #arrived(chunk: Uint8Array): void {
    if (this.#isClosing) return;
    if (!this.#isBusy && !this.#isBlocked) {
      this.#feed(chunk);
      return;
    }
    // Not paused before a second request comes, which from a mail server is never: the end of a paused
    // stream is not noticed, and a reply to somebody who has gone would be taken for read.
    this.#held = chunk;
    this.#pause();
  }

  #feed(chunk: Uint8Array): void {
    this.#idleLimit?.lift();
    try {
      const pending = this.#conversation.receive(chunk);
      if (pending === undefined) {
        this.#settled();
        return;
      }
      this.#isBusy = true;
      this.#requestLimit.lift(); // from here on, the time is ours
      pending.then(
        () => {
          this.#isBusy = false;
          this.#settled();
        },
        (error: unknown) => {
          this.#failed(error);
        },
      );
    } catch (error) {
      this.#failed(error);
    }
  }

  /** Goes on with whatever is next, when nothing is being worked on and the output takes more. */
  #settled(): void {
    if (this.#isClosing || this.#isBusy || this.#isBlocked) return;
    const held = this.#held;
    if (held !== null) {
      this.#held = null;
      this.#feed(held);
      return;
    }
    const { isMidRequest } = this.#conversation;
    if (this.#hasInputEnded || (this.#isDraining && !isMidRequest)) {
      this.close();
      return;
    }
    if (isMidRequest) this.#requestLimit.set();
    else {
      this.#requestLimit.lift();
      this.#idleLimit?.set();
    }
    if (this.#isPaused) {
      this.#isPaused = false;
      this.#streams.input.resume();
    }
  }

  #unblocked(): void {
    if (!this.#isBlocked || this.#isClosing) return;
    this.#isBlocked = false;
    this.#readLimit.lift();
    this.#settled();
  }

  #inputEnded(): void {
    this.#hasInputEnded = true;
    this.#endConversation(true);
    this.#settled();
  }

  #failed(cause: unknown): void {
    const error = cause instanceof Error ? cause : new Error(String(cause));
    this.#options.report({ kind: 'internal-error', where: `${this.#options.service} connection`, error });
    this.#end();
  }

  #pause(): void {
    this.#isPaused = true;
    this.#streams.input.pause();
  }

  #requestTookTooLong(): void {
    const { report, requestTimeMs, service } = this.#options;
    const why = `a request was not complete after ${requestTimeMs / 1000} s`;
    report({ kind: 'protocol-error', service, peer: this.peer, why });
    this.#end();
  }

  #repliesWereNotRead(): void {
    const { report, service } = this.#options;
    report({ kind: 'peer-not-reading', service, peer: this.peer });
    this.#end();
  }

  #endConversation(clean: boolean): void {
    if (this.#hasConversationEnded) return;
    this.#hasConversationEnded = true;
    this.#conversation.end(clean);
  }

  /** Everything ends here, once: after the last octet was written, or because something broke. */
  #end(): void {
    if (this.#isGone) return;
    this.#isGone = true;
    this.#isClosing = true;
    this.#held = null;
    this.#requestLimit.close();
    this.#idleLimit?.close();
    this.#readLimit.close();
    this.#endConversation(false);
    this.#streams.input.destroy();
    this.#streams.output.destroy();
    this.#onGone();
  }
}
