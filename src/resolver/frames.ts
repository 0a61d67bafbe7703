/** Cuts a stream of octets into DNS messages, each with its length in two octets before it (RFC 1035 §4.2.2). */

/** Messages whole or in pieces, in any chunking. Not more than one message (64 KiB) is ever kept. */
export class Frames {
  #length = 0;
  #lengthOctets = 0;
  #message: Buffer | null = null;
  #filled = 0;

  /** Whether the stream may end here: between two messages. */
  get isBetween(): boolean {
    return this.#lengthOctets === 0;
  }

  /** Hands over every message that the chunk completes, for as long as `take` says to go on. */
  add(chunk: Buffer, take: (message: Buffer) => boolean): void {
    let at = 0;
    while (at < chunk.length) {
      if (this.#lengthOctets < 2) {
        this.#length = (this.#length << 8) | (chunk[at++] ?? 0);
        if (++this.#lengthOctets < 2 || this.#length > 0) continue;
      }
      const message = this.#fill(chunk, at);
      if (message === null) return;
      at += message.end;
      this.#length = 0;
      this.#lengthOctets = 0;
      this.#message = null;
      this.#filled = 0;
      if (!take(message.bytes)) return;
    }
  }

  /** The message that is whole now, and how many octets of the chunk it has taken. */
  #fill(chunk: Buffer, at: number): { readonly bytes: Buffer; readonly end: number } | null {
    const missing = this.#length - this.#filled;
    if (this.#filled === 0 && chunk.length - at >= missing) {
      return { bytes: chunk.subarray(at, at + missing), end: missing }; // the usual case: nothing is copied
    }
    this.#message ??= Buffer.alloc(this.#length);
    const copied = chunk.copy(this.#message, this.#filled, at);
    this.#filled += copied;
    return this.#filled === this.#length ? { bytes: this.#message, end: copied } : null;
  }
}
