/** Cuts packets out of chunks that were cut anywhere. */
import { err, type Result } from '../util/index.js';
import { commandName, SMFIC } from './names.js';
import type { MilterProblem } from './problem.js';

const LENGTH_OCTETS = 4;
/** The length, and the octet that says which command or response it is. */
const HEAD_OCTETS = 5;

/** Headers and pieces of a body are as long as the mail server makes them: Postfix sends a header of 100 KiB
 *  whole, and builds of Sendmail have pieces of 1 MiB. */
const MAX_LONG_OCTETS = 1024 * 1024 + 1;
/** Of all others, as libmilter has it: what macros bring is kept as long as the connection. */
const MAX_OCTETS = 64 * 1024;
const LONG = [SMFIC.HEADER, SMFIC.BODY, SMFIC.BODYEOB].map((code) => code.charCodeAt(0));

const NOTHING = new Uint8Array();

/** Reads what lies from `start` to `end`: the octets of a packet behind its length, at least one. */
type Decode<T> = (bytes: Uint8Array, start: number, end: number) => Result<T, MilterProblem>;

/**
 * Feed it a chunk, then take packets until there is none. A packet that is whole in its chunk is decoded
 * where it lies; of one that is not, only what has arrived is kept, so that a length alone costs nothing.
 */
export class PacketReader<T> {
  readonly #decode: Decode<T>;
  #chunk: Uint8Array = NOTHING;
  #at = 0;
  /** The beginning of a packet, its length included, whose end has not arrived. */
  #begun: Uint8Array = NOTHING;
  #begunOctets = 0;
  #problem: MilterProblem | null = null;

  constructor(decode: Decode<T>) {
    this.#decode = decode;
  }

  /** Whether a packet has begun and is not whole. */
  get isMidPacket(): boolean {
    return this.#begunOctets > 0;
  }

  /** Gives it the next octets of the stream. `next` must have said null since the chunk before. */
  feed(chunk: Uint8Array): void {
    this.#chunk = chunk;
    this.#at = 0;
  }

  /** What the next packet says, a problem (for ever, as nothing that follows can be trusted), or null when
   *  more octets are needed. */
  next(): Result<T, MilterProblem> | null {
    if (this.#problem === null) {
      const decoded = this.#begunOctets === 0 ? this.#readWholePacket() : this.#readBegunPacket();
      if (decoded?.ok === false) this.#refuse(decoded.error);
      else if (decoded !== null) return decoded;
    }
    return this.#trouble();
  }

  #trouble(): Result<never, MilterProblem> | null {
    return this.#problem === null ? null : err(this.#problem);
  }

  /** What the packet says that lies next in the chunk; keeps it if it is not whole. */
  #readWholePacket(): Result<T, MilterProblem> | null {
    const chunk = this.#chunk;
    const start = this.#at;
    const octets = this.#octetsOfPacket(chunk, start, chunk.length);
    const end = start + octets;
    if (octets === 0 || end > chunk.length) {
      this.#keep(chunk.length - start, octets);
      return null;
    }
    this.#at = end;
    return this.#decode(chunk, start + LENGTH_OCTETS, end);
  }

  /** Adds what has arrived to a packet that an earlier chunk began; null if it still is not whole. */
  #readBegunPacket(): Result<T, MilterProblem> | null {
    this.#keep(HEAD_OCTETS - this.#begunOctets, HEAD_OCTETS);
    const octets = this.#octetsOfPacket(this.#begun, 0, this.#begunOctets);
    if (octets === 0) return null;
    this.#keep(octets - this.#begunOctets, octets);
    if (this.#begunOctets < octets) return null;
    const packet = this.#begun;
    this.#begun = NOTHING;
    this.#begunOctets = 0;
    return this.#decode(packet, LENGTH_OCTETS, octets);
  }

  /** How many octets the packet has, its length included; 0 while that is not known, or when it is a problem.
   *  A length that no packet may have is found before the command is there. */
  #octetsOfPacket(bytes: Uint8Array, start: number, end: number): number {
    if (end - start < LENGTH_OCTETS) return 0;
    const octets = uint32At(bytes, start);
    if (octets === 0) return this.#refuse({ code: 'empty-packet', detail: 'length 0' });
    if (octets > MAX_LONG_OCTETS) {
      return this.#refuse({ code: 'packet-too-long', detail: `length ${octets}` });
    }
    if (end - start < HEAD_OCTETS) return 0;
    const code = bytes[start + LENGTH_OCTETS] ?? 0;
    if (octets > MAX_OCTETS && !LONG.includes(code)) {
      return this.#refuse({ code: 'packet-too-long', detail: `${commandName(code)} of length ${octets}` });
    }
    return LENGTH_OCTETS + octets;
  }

  /** Copies what the chunk has of so many octets. Room is made by doubling, up to what the packet needs. */
  #keep(wanted: number, ofPacket: number): void {
    const octets = Math.min(wanted, this.#chunk.length - this.#at);
    if (octets <= 0) return;
    const total = this.#begunOctets + octets;
    if (total > this.#begun.length) {
      const larger = Buffer.allocUnsafe(Math.max(64, total, Math.min(2 * total, ofPacket)));
      larger.set(this.#begun.subarray(0, this.#begunOctets));
      this.#begun = larger;
    }
    this.#begun.set(this.#chunk.subarray(this.#at, this.#at + octets), this.#begunOctets);
    this.#begunOctets = total;
    this.#at += octets;
  }

  #refuse(problem: MilterProblem): 0 {
    this.#problem = problem;
    this.#chunk = NOTHING;
    this.#at = 0;
    this.#begun = NOTHING;
    this.#begunOctets = 0;
    return 0;
  }
}

function uint32At(bytes: Uint8Array, at: number): number {
  const [a = 0, b = 0, c = 0, d = 0] = [bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]];
  return ((a << 24) | (b << 16) | (c << 8) | d) >>> 0;
}
