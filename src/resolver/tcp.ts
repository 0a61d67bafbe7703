/** One question to one server over TCP (RFC 7766), on a connection of its own. */
import { connect } from 'node:net';

import type { FailureReason } from '../dns/index.js';
import { hostOf, type ServerAddress } from './server-address.js';

/** What came back: a whole message, or why there is none. */
export type TcpOutcome =
  | { readonly kind: 'message'; readonly message: Buffer }
  | { readonly kind: 'failed'; readonly why: Extract<FailureReason, 'unreachable' | 'malformed'> };

/**
 * Sends `query`, a message with its length before it, and reads one message. `done` is called once, never
 * before this returns, and not after the returned function was called, which closes the connection. There
 * is no limit of time here: whoever asks has one.
 */
export function askOverTcp(
  server: ServerAddress,
  query: Buffer,
  done: (outcome: TcpOutcome) => void,
): () => void {
  const socket = connect({ host: hostOf(server), port: server.port });
  const frame = new Frame();
  let isDone = false;
  const finish = (outcome: TcpOutcome): void => {
    if (isDone) return;
    isDone = true;
    socket.destroy();
    done(outcome);
  };
  socket.on('error', () => {
    finish({ kind: 'failed', why: 'unreachable' });
  });
  socket.on('data', (chunk: Buffer) => {
    const message = frame.add(chunk);
    if (message === null) return;
    finish(message.length > 0 ? { kind: 'message', message } : { kind: 'failed', why: 'malformed' });
  });
  socket.on('close', () => {
    // Half an answer is one that cannot be read; none at all means that nobody was there to give it.
    finish({ kind: 'failed', why: frame.isEmpty ? 'unreachable' : 'malformed' });
  });
  socket.write(query);
  return () => {
    isDone = true;
    socket.destroy();
  };
}

/** A message that arrives in pieces, its length in two octets before it. */
class Frame {
  #length = 0;
  #lengthOctets = 0;
  #message: Buffer | null = null;
  #filled = 0;

  get isEmpty(): boolean {
    return this.#lengthOctets === 0;
  }

  /** Takes a piece. The message when it is whole (empty if its length says so), else null. What follows
   *  the message is not looked at: one question has one answer. */
  add(chunk: Buffer): Buffer | null {
    let at = 0;
    while (this.#lengthOctets < 2) {
      const octet = chunk[at];
      if (octet === undefined) return null;
      this.#length = (this.#length << 8) | octet;
      this.#lengthOctets++;
      at++;
    }
    this.#message ??= Buffer.alloc(this.#length);
    this.#filled += chunk.copy(this.#message, this.#filled, at);
    return this.#filled === this.#length ? this.#message : null;
  }
}
