/** The way out of a conversation: a socket, standard output, or a list in a test. */
export interface Wire {
  /** Who is at the other end, for reports. */
  readonly peer: string;
  /** Its address; null where it has none, as at the other end of a unix socket or a pipe. */
  readonly host: string | null;
  /** One whole reply, written at once. */
  send(bytes: Uint8Array): void;
  /** Writes what was sent, then ends the connection. */
  close(): void;
  /** Ends the connection at once: for when the other end has said that it waits for nothing more. */
  hangUp(): void;
}

/**
 * One protocol conversation without a socket: chunks in, chunks out. A transport feeds it one chunk at a
 * time and, while `receive` has not settled, reads no further: that is all the back-pressure there is.
 */
export interface Conversation {
  /** Whether a request has begun to arrive and is not whole yet. A transport gives it a limited time, and
   *  does not end the connection there when it is asked to stop. */
  readonly isMidRequest: boolean;
  /** Takes what arrived. A promise while something is still being worked on; undefined when all is done,
   *  so that a warm answer costs no turn of the event loop. */
  receive(chunk: Uint8Array): Promise<void> | undefined;
  /** No more will arrive; called once, perhaps while `receive` has not settled. `clean` is false when the
   *  connection broke (reset, write error). Replies that are still being worked on are finished and sent,
   *  if there is anybody left to read them. */
  end(clean: boolean): void;
}

export type Converse = (wire: Wire) => Conversation;
