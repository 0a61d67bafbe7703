/**
 * Conversations as short texts, an octet for each packet and each thing that happens: so what changes a few octets
 * of the text drops, repeats, inserts and damages packets.
 *
 * Four octets are the scene: by what mail is judged, where it is refused, the transport and how the stream is cut,
 * when the DNS answers. Then come, in any order:
 *
 * - letters: packets (see `packets.ts`); digits in front of one say which variant of it
 * - NUL: a packet as it is, with its length, of which this NUL is the first octet
 * - `\xff`: all that follows is said as it is
 * - `!` and an octet: a bit of the next packet is another; `#` and an octet: its length is said to be another;
 *   `<`: it is cut short
 * - `%`: the last two packets change places; `|`: a chunk ends here
 * - `.` `,` `*`: the oldest, the newest, every DNS answer comes; `_` `^`: one second passes, twenty pass
 * - `$`: the mail server ends the connection; `~`: it breaks
 *
 * All other octets say nothing.
 */
import { Random } from '../random.js';
import { packetOf } from './packets.js';

export type Happening =
  | { readonly do: 'say'; readonly chunk: Buffer }
  | { readonly do: 'answer'; readonly which: 'oldest' | 'newest' | 'all' }
  | { readonly do: 'wait'; readonly ms: number }
  | { readonly do: 'end'; readonly clean: boolean };

export interface Script {
  readonly settings: number;
  readonly rejectAt: number;
  readonly transport: number;
  readonly dns: number;
  readonly happenings: readonly Happening[];
  /** All that the mail server says, should it come to that. */
  readonly stream: Buffer;
}

/** So many kinds of transport there are; what is beyond says how the stream is cut. */
const TRANSPORTS = 3;

const HEAD_OCTETS = 4;
const LENGTH_OCTETS = 4;
/** Enough for all that a variant can be. */
const MAX_VARIANT = 99;
/** What is behind so much is left out: a letter may stand for 100 KiB, and a script have thousands. */
const MAX_STREAM_OCTETS = 256 * 1024;
const MAX_PACKETS = 240;
/** Not counting what is said. */
const MAX_HAPPENINGS = 60;

const ANSWERS: Readonly<Record<string, 'oldest' | 'newest' | 'all'>> = {
  '.': 'oldest',
  ',': 'newest',
  '*': 'all',
};
const WAITS: Readonly<Record<string, number>> = { _: 1_000, '^': 20_000 };

export function readScript(text: Buffer): Script {
  const [settings = 0, rejectAt = 0, transport = 0, dns = 0] = text;
  const draft = new Draft(
    Math.floor(transport / TRANSPORTS),
    new Random(text.length * 257 + text.reduce((a, b) => a + b, 0)),
  );
  for (let at = HEAD_OCTETS; at < text.length && !draft.isFull;) at = readNext(text, at, draft);
  draft.endChunk();
  return { settings, rejectAt, transport, dns, happenings: draft.happenings, stream: draft.stream };
}

/** Where the next one begins. */
function readNext(text: Buffer, at: number, draft: Draft): number {
  const letter = String.fromCharCode(text[at] ?? 0);
  const parameter = text[at + 1] ?? 0;
  const next = at + 1;
  if (letter >= '0' && letter <= '9') {
    draft.variant = Math.min(draft.variant * 10 + Number(letter), MAX_VARIANT);
    return next;
  }
  switch (letter) {
    case '\0': {
      const said = text.length - at < LENGTH_OCTETS ? 0 : text.readUInt32BE(at);
      const end = Math.min(at + LENGTH_OCTETS + said, text.length);
      draft.add(text.subarray(at, end));
      return end;
    }
    case '\xff':
      draft.add(text.subarray(next));
      return text.length;
    case '!':
      draft.flipped = parameter;
      return next + 1;
    case '#':
      draft.lengthened = parameter - 128;
      return next + 1;
    case '<':
      draft.isCut = true;
      return next;
    case '%':
      draft.swap();
      return next;
    case '|':
      draft.endChunk();
      return next;
    case '.':
    case ',':
    case '*':
      draft.happen({ do: 'answer', which: ANSWERS[letter] ?? 'all' });
      return next;
    case '_':
    case '^':
      draft.happen({ do: 'wait', ms: WAITS[letter] ?? 0 });
      return next;
    case '$':
    case '~':
      draft.happen({ do: 'end', clean: letter === '$' });
      return next;
  }
  const packet = packetOf(letter, draft.variant);
  if (packet !== null) draft.add(packet);
  return next;
}

/** What has been read of a script. */
class Draft {
  readonly happenings: Happening[] = [];
  variant = 0;
  /** A bit of the next packet that is to be another. */
  flipped: number | null = null;
  /** By how much its length is said to be more. */
  lengthened = 0;
  isCut = false;
  #happened = 0;
  #count = 0;
  #octets = 0;
  readonly #cutting: number;
  readonly #random: Random;
  #packets: Buffer[] = [];
  readonly #said: Buffer[] = [];

  /** `cutting`: as the script says, packet by packet, or anywhere. */
  constructor(cutting: number, random: Random) {
    this.#cutting = cutting % 3;
    this.#random = random;
  }

  get isFull(): boolean {
    return this.#count >= MAX_PACKETS || this.#octets >= MAX_STREAM_OCTETS;
  }

  get stream(): Buffer {
    return Buffer.concat(this.#said);
  }

  add(whole: Buffer): void {
    const packet = this.isCut ? Buffer.from(whole.subarray(0, whole.length >> 1)) : Buffer.from(whole);
    if (this.flipped !== null && packet.length > 0) {
      const place = (this.flipped * 5) % packet.length;
      packet[place] = (packet[place] ?? 0) ^ (1 << (this.flipped & 7));
    }
    if (this.lengthened !== 0 && packet.length >= LENGTH_OCTETS) {
      packet.writeUInt32BE((packet.readUInt32BE() + this.lengthened) >>> 0);
    }
    this.variant = 0;
    this.flipped = null;
    this.lengthened = 0;
    this.isCut = false;
    this.#count++;
    this.#octets += packet.length;
    this.#packets.push(packet);
    if (this.#cutting === 1) this.endChunk();
  }

  swap(): void {
    const last = this.#packets.pop();
    const before = this.#packets.pop();
    if (last !== undefined) this.#packets.push(last);
    if (before !== undefined) this.#packets.push(before);
  }

  endChunk(): void {
    const octets = Buffer.concat(this.#packets);
    this.#packets = [];
    this.#said.push(octets);
    for (let at = 0; at < octets.length;) {
      const size = this.#cutting === 2 ? this.#sizeOfPiece(octets.length) : octets.length;
      this.happenings.push({ do: 'say', chunk: octets.subarray(at, at + size) });
      at += size;
    }
  }

  happen(happening: Happening): void {
    this.endChunk();
    if (this.#happened++ < MAX_HAPPENINGS) this.happenings.push(happening);
  }

  /** Small ones, but not thousands of them. */
  #sizeOfPiece(octets: number): number {
    return 1 + this.#random.below(Math.max(20, octets >> 5));
  }
}
