/**
 * Reads messages in DNS wire format, strictly: what does not follow RFC 1035 §4.1 to the octet is refused
 * whole. RFC 9267 lists what lenient readers fell for: pointers, lengths and counts.
 */
import { LABEL_DOT, type QueryName } from '../dns/index.js';
import { IpAddress } from '../net/index.js';
import { err, ok, type Octets, type Result } from '../util/index.js';
import { CLASS_IN, HEADER_LENGTH, RCODE_MASK, TC, TYPE, type WireData, type WireRecord } from './wire.js';

/**
 * `short` the message ends too early (its counts may promise too much), `label` a label type other than
 * the two of RFC 1035, `pointer` one that does not point backwards or too many of them, `name` more than
 * 255 octets, `rdata` data that does not fill its RDLENGTH exactly, `opt` more than one OPT record or a
 * malformed one.
 */
export interface WireProblem {
  readonly code: 'short' | 'label' | 'pointer' | 'name' | 'rdata' | 'opt';
  readonly offset: number;
}

export interface Question {
  readonly name: QueryName;
  readonly type: number;
  readonly class: number;
}

export interface Message {
  readonly id: number;
  /** The second word of the header as it is: see `QR`, `TC` and so on. */
  readonly flags: number;
  /** With the upper bits from the OPT record (RFC 6891 §6.1.3). */
  readonly rcode: number;
  /** How many questions the message says it has. */
  readonly questions: number;
  /** The first of them. */
  readonly question: Question | null;
  readonly answers: readonly WireRecord[];
  /** The first SOA record of the authority section: what makes an empty answer a negative one. */
  readonly soa: Extract<WireRecord, { type: 'SOA' }> | null;
  /** Whether the authority section holds an NS record: with nothing else, the answer is a referral. */
  readonly hasNs: boolean;
}

/** Enough for any compression that saves octets, too few to make reading a name slow. */
const MAX_JUMPS = 16;
/** 255 octets on the wire are 253 characters: the first length and the final zero have none. */
const MAX_NAME = 253;

const DOT = 0x2e;
const POINTER = 0xc0;

/**
 * Reads a message, in time proportional to its length. Records of other classes and types are measured,
 * and left out. Of a truncated message (TC) only header and question are read, since the cut may be
 * anywhere in the rest and none of it may be used.
 */
export function decodeMessage(bytes: Buffer): Result<Message, WireProblem> {
  if (bytes.length < HEADER_LENGTH) return err({ code: 'short', offset: bytes.length });
  const reader = new Reader(bytes);
  const message = reader.message();
  return message === null ? err({ code: reader.problem, offset: reader.offset }) : ok(message);
}

/** Shared, because a name is made within one call. */
const scratch = Buffer.alloc(MAX_NAME + 1);

/**
 * A position in a message and what was gathered on the way. Every method returns false (a name: null)
 * once it has noted a problem, and whoever called it stops. Not exceptions: bad messages come in floods.
 */
class Reader {
  problem: WireProblem['code'] = 'short';
  offset = 0;
  readonly #bytes: Buffer;
  #at = HEADER_LENGTH;

  /** The last target of a pointer that was a whole name, and that name: mostly the next is the same. */
  #target = -1;
  #targetName = '' as QueryName;

  /** The record that is being read: its data goes from `#at` to `#end`. */
  #owner = '' as QueryName;
  #type = 0;
  #class = 0;
  #ttl = 0;
  #end = 0;

  readonly #answers: WireRecord[] = [];
  #soa: Message['soa'] = null;
  #hasNs = false;
  #hasOpt = false;
  #upperRcode = 0;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  message(): Message | null {
    const flags = this.#word(2);
    const questions = this.#word(4);
    let question: Question | null = null;
    for (let i = 0; i < questions; i++) {
      const name = this.#name();
      if (name === null || !this.#has(4)) return null;
      question ??= { name, type: this.#word(this.#at), class: this.#word(this.#at + 2) };
      this.#at += 4;
    }
    if ((flags & TC) === 0) {
      // The counts are not believed: reading stops at the first record that is not there.
      for (let i = this.#word(6); i > 0; i--) if (!this.#recordHead() || !this.#answer()) return null;
      for (let i = this.#word(8); i > 0; i--) if (!this.#recordHead() || !this.#authority()) return null;
      for (let i = this.#word(10); i > 0; i--) if (!this.#recordHead() || !this.#additional()) return null;
    }
    return {
      id: this.#word(0),
      flags,
      rcode: (this.#upperRcode << 4) | (flags & RCODE_MASK),
      questions,
      question,
      answers: this.#answers,
      soa: this.#soa,
      hasNs: this.#hasNs,
    };
  }

  /** Everything of a record before its data. */
  #recordHead(): boolean {
    const owner = this.#name();
    if (owner === null || !this.#has(10)) return false;
    const at = this.#at;
    this.#owner = owner;
    this.#type = this.#word(at);
    this.#class = this.#word(at + 2);
    const ttl = (this.#word(at + 4) << 16) | this.#word(at + 6);
    this.#ttl = ttl < 0 ? 0 : ttl; // RFC 2181 §8: the top bit set means 0
    this.#at = at + 10;
    this.#end = this.#at + this.#word(at + 8);
    return this.#end <= this.#bytes.length || this.#refuse('short', at + 8);
  }

  #answer(): boolean {
    if (this.#class !== CLASS_IN) return this.#skip();
    switch (this.#type) {
      case TYPE.A:
      case TYPE.AAAA:
        return this.#address();
      case TYPE.MX:
        return this.#mx();
      case TYPE.TXT:
        return this.#txt();
      case TYPE.PTR:
      case TYPE.CNAME:
        return this.#nameData();
      default:
        return this.#skip();
    }
  }

  #authority(): boolean {
    if (this.#class !== CLASS_IN) return this.#skip();
    if (this.#type === TYPE.NS) this.#hasNs = true;
    return this.#type === TYPE.SOA ? this.#soaData() : this.#skip();
  }

  /** Only the OPT record matters, whose fields have other meanings (RFC 6891 §6.1.2). */
  #additional(): boolean {
    if (this.#type !== TYPE.OPT) return this.#skip();
    if (this.#hasOpt || this.#owner !== '') return this.#refuse('opt', this.#at);
    this.#hasOpt = true;
    this.#upperRcode = this.#bytes[this.#at - 6] ?? 0;
    while (this.#end - this.#at >= 4) this.#at += 4 + this.#word(this.#at + 2); // option code, length, data
    return this.#atEnd();
  }

  #address(): boolean {
    const length = this.#end - this.#at;
    const isV4 = this.#type === TYPE.A;
    if (length !== (isV4 ? 4 : 16)) return this.#refuse('rdata', this.#at);
    this.#keep(isV4 ? 'A' : 'AAAA', IpAddress.of(this.#bytes, this.#at, length));
    return this.#skip();
  }

  #mx(): boolean {
    if (this.#end - this.#at < 3) return this.#refuse('rdata', this.#at);
    const preference = this.#word(this.#at);
    this.#at += 2;
    const exchange = this.#name();
    if (exchange === null) return false;
    this.#keep('MX', { preference, exchange });
    return this.#atEnd();
  }

  /** Character-strings, joined. A record without any, which RFC 1035 §3.3.14 does not have, reads as empty
   *  text: it says nothing, and would otherwise make the records beside it unreadable. */
  #txt(): boolean {
    let text = '';
    while (this.#at < this.#end) {
      const start = this.#at + 1;
      this.#at = start + (this.#bytes[this.#at] ?? 0);
      if (this.#at > this.#end) return this.#refuse('rdata', start - 1);
      text += this.#bytes.toString('latin1', start, this.#at);
    }
    this.#keep('TXT', text as Octets);
    return true;
  }

  #nameData(): boolean {
    const type = this.#type === TYPE.PTR ? 'PTR' : 'CNAME';
    const name = this.#name();
    if (name === null) return false;
    this.#keep(type, name);
    return this.#atEnd();
  }

  #soaData(): boolean {
    if (this.#name() === null || this.#name() === null) return false; // MNAME, RNAME
    if (this.#end - this.#at !== 20) return this.#refuse('rdata', this.#at);
    const minimum = (this.#word(this.#end - 4) << 16) | this.#word(this.#end - 2);
    const data = { minimum: minimum < 0 ? 0 : minimum };
    this.#soa ??= { name: this.#owner, type: 'SOA', ttl: this.#ttl, data };
    return this.#skip();
  }

  #keep<T extends Exclude<WireRecord['type'], 'SOA'>>(type: T, data: WireData[T]): void {
    this.#answers.push({ name: this.#owner, type, ttl: this.#ttl, data } as WireRecord);
  }

  #skip(): true {
    this.#at = this.#end;
    return true;
  }

  #atEnd(): boolean {
    return this.#at === this.#end || this.#refuse('rdata', this.#at);
  }

  /**
   * A name, with `#at` left behind it. A pointer must point before the labels it continues, so that it can
   * neither loop nor run ahead, and only into what follows the header.
   */
  #name(): QueryName | null {
    const bytes = this.#bytes;
    let at = this.#at;
    let start = at; // of the labels in hand
    let length = 0; // of the name in `scratch`
    let after = -1; // the first pointer
    let jumps = 0;
    let target = -1;
    let dots: number[] | null = null;
    for (;;) {
      const octet = bytes[at];
      if (octet === undefined) return this.#refuseName('short', at);
      if (octet === 0) break;
      if (octet >= POINTER) {
        const low = bytes[at + 1];
        if (low === undefined) return this.#refuseName('short', at);
        const to = ((octet & 0x3f) << 8) | low;
        if (to >= start || to < HEADER_LENGTH || ++jumps > MAX_JUMPS) return this.#refuseName('pointer', at);
        if (after === -1) {
          after = at + 2;
          if (length === 0) {
            if (to === this.#target) {
              this.#at = after;
              return this.#targetName;
            }
            target = to;
          }
        }
        start = to;
        at = to;
        continue;
      }
      if (octet > 63) return this.#refuseName('label', at);
      if (at + octet >= bytes.length) return this.#refuseName('short', at);
      if (length !== 0) scratch[length++] = DOT;
      if (length + octet > MAX_NAME) return this.#refuseName('name', at);
      for (const end = at + octet; at < end;) {
        const c = bytes[++at] ?? 0;
        if (c === DOT) (dots ??= []).push(length);
        scratch[length++] = c;
      }
      at++;
    }
    this.#at = after === -1 ? at + 1 : after;
    const text = scratch.toString('latin1', 0, length);
    const name = (dots === null ? text : withLabelDots(text, dots)) as QueryName;
    if (target !== -1) {
      this.#target = target;
      this.#targetName = name;
    }
    return name;
  }

  #has(octets: number): boolean {
    return this.#at + octets <= this.#bytes.length || this.#refuse('short', this.#at);
  }

  /** Two octets which are known to be there. */
  #word(at: number): number {
    return ((this.#bytes[at] ?? 0) << 8) | (this.#bytes[at + 1] ?? 0);
  }

  #refuse(code: WireProblem['code'], offset: number): false {
    this.problem = code;
    this.offset = offset;
    return false;
  }

  #refuseName(code: WireProblem['code'], offset: number): null {
    this.#refuse(code, offset);
    return null;
  }
}

/** Names with a dot inside of a label are nobody's host, so this may be slow. */
function withLabelDots(text: string, at: readonly number[]): string {
  const characters = text.split('');
  for (const i of at) characters[i] = LABEL_DOT;
  return characters.join('');
}
