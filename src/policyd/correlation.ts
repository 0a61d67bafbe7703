/** Which request belongs to which message: remembered by `instance`, for the whole process. */
import { RecentMap, type Octets } from '../util/index.js';
import { isAbout, type Message } from './message.js';
import type { PolicyRequest } from './request.js';

export interface CorrelationLimits {
  readonly messages: number;
  /** Of the texts that come from outside, in all. */
  readonly octets: number;
  /** How long after its last request a message is remembered. */
  readonly keepMs: number;
}

const DEFAULT_LIMITS: CorrelationLimits = {
  messages: 10_000,
  octets: 16 * 1024 * 1024,
  keepMs: 30 * 60 * 1000,
};

/**
 * Shared by all connections: the requests of one message come over another one when a connection was lost,
 * and each over its own with Postfix's `request_limit=1`. The least recently used go first. Time is an
 * argument: monotonic milliseconds.
 *
 * A message is found again only if all that its verdict rests on is the same. An `instance` is made of a
 * process id and a time and can come twice in the long life of a daemon, and what was decided about one
 * sender must never be said about another.
 */
export class Correlation<Context> {
  readonly #limits: CorrelationLimits;
  readonly #messages = new RecentMap<Octets, Message<Context>>();
  #octets = 0;
  #conversations = 0;

  constructor(limits: Partial<CorrelationLimits> = {}) {
    this.#limits = { ...DEFAULT_LIMITS, ...limits };
  }

  get size(): number {
    return this.#messages.size;
  }

  /** A number for a conversation, which no other gets. */
  conversation(): number {
    return ++this.#conversations;
  }

  /** The message that the request belongs to, if it is known; never for an empty `instance`. */
  find(request: PolicyRequest, nowMs: number): Message<Context> | null {
    const { instance } = request;
    const message = this.#messages.peek(instance);
    if (message === undefined) return null;
    if (this.#isExpired(message, nowMs) || !isAbout(message, request)) {
      this.#remove(instance, message);
      return null;
    }
    message.usedMs = nowMs;
    this.#messages.touch(instance);
    return message;
  }

  /** Remembers which message the request is about. Does nothing for an empty `instance`, which tells nothing
   *  apart. */
  add(request: PolicyRequest, message: Message<Context>, nowMs: number): void {
    const { instance } = request;
    if (instance === '') return;
    const before = this.#messages.peek(instance);
    if (before !== undefined) this.#remove(instance, before);
    message.usedMs = nowMs;
    this.#messages.set(instance, message);
    this.#octets += octetsOf(instance, message);
    this.#makeRoom(nowMs);
  }

  #remove(instance: Octets, message: Message<Context>): void {
    this.#messages.delete(instance);
    this.#octets -= octetsOf(instance, message);
  }

  #isExpired(message: Message<Context>, nowMs: number): boolean {
    return nowMs - message.usedMs > this.#limits.keepMs;
  }

  #makeRoom(nowMs: number): void {
    const { messages, octets } = this.#limits;
    for (;;) {
      const { oldest } = this.#messages;
      if (oldest === null) return;
      const isOver = this.#messages.size > messages || this.#octets > octets;
      if (!isOver && !this.#isExpired(oldest.value, nowMs)) return;
      this.#remove(oldest.key, oldest.value);
    }
  }
}

function octetsOf(instance: Octets, message: Message<unknown>): number {
  return instance.length + message.clientAddress.length + message.heloName.length + message.sender.length;
}
