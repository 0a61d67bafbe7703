/** Writes DNS messages, right ones and wrong ones, and reads queries: what a test's name server needs. Shares
 *  no code with the codec that it tests. */
import { LABEL_DOT, type QueryName } from '../../src/dns/index.js';

export const TYPES: Readonly<Record<string, number>> = {
  A: 1,
  NS: 2,
  CNAME: 5,
  SOA: 6,
  PTR: 12,
  MX: 15,
  TXT: 16,
  AAAA: 28,
  OPT: 41,
};

export const QR = 0x8000;
export const AA = 0x0400;
export const TC = 0x0200;
export const RD = 0x0100;
export const RA = 0x0080;

/** Parts of RDATA: octets as they are, or a name, which may be compressed. */
export type RdataPart = Buffer | { readonly name: string };

export interface ResourceRecord {
  readonly name: string;
  readonly type: number;
  readonly class?: number;
  readonly ttl?: number;
  readonly rdata: readonly RdataPart[];
}

export interface MessageParts {
  readonly id: number;
  readonly flags: number;
  readonly questions?: readonly { readonly name: string; readonly type: number; readonly class?: number }[];
  readonly answers?: readonly ResourceRecord[];
  readonly authority?: readonly ResourceRecord[];
  readonly additional?: readonly ResourceRecord[];
  /** False writes every name in full. */
  readonly compress?: boolean;
}

/** Writes a message. Text is octets; a dot inside of a label is `LABEL_DOT`. */
export function encodeMessage(parts: MessageParts): Buffer {
  const { questions = [], answers = [], authority = [], additional = [] } = parts;
  const writer = new Writer(parts.compress ?? true);
  writer.word(parts.id, parts.flags, questions.length, answers.length, authority.length, additional.length);
  for (const question of questions) {
    writer.name(question.name);
    writer.word(question.type, question.class ?? 1);
  }
  for (const record of [...answers, ...authority, ...additional]) writer.record(record);
  return writer.message();
}

class Writer {
  readonly #compress: boolean;
  #bytes: number[] = [];
  readonly #names = new Map<string, number>();

  constructor(compress: boolean) {
    this.#compress = compress;
  }

  message(): Buffer {
    return Buffer.from(this.#bytes);
  }

  word(...words: readonly number[]): void {
    for (const word of words) this.#bytes.push((word >>> 8) & 0xff, word & 0xff);
  }

  name(name: string): void {
    for (let rest = name; rest !== '';) {
      const before = this.#names.get(lowerCase(rest));
      if (before !== undefined && this.#compress) {
        this.word(0xc000 | before);
        return;
      }
      if (this.#bytes.length < 0x4000) this.#names.set(lowerCase(rest), this.#bytes.length);
      const dot = rest.indexOf('.');
      const label = dot === -1 ? rest : rest.slice(0, dot);
      rest = dot === -1 ? '' : rest.slice(dot + 1);
      this.#bytes.push(label.length, ...latin1(label.replaceAll(LABEL_DOT, '.')));
    }
    this.#bytes.push(0);
  }

  record(record: ResourceRecord): void {
    this.name(record.name);
    const ttl = record.ttl ?? 0;
    this.word(record.type, record.class ?? 1, ttl >>> 16, ttl & 0xffff, 0);
    const start = this.#bytes.length;
    for (const part of record.rdata) {
      if (Buffer.isBuffer(part)) for (const octet of part) this.#bytes.push(octet);
      else this.name(part.name);
    }
    const length = this.#bytes.length - start;
    this.#bytes[start - 2] = length >>> 8;
    this.#bytes[start - 1] = length & 0xff;
  }
}

function lowerCase(name: string): string {
  return name.replace(/[A-Z]+/g, (letters) => letters.toLowerCase());
}

export function latin1(text: string): Buffer {
  return Buffer.from(text, 'latin1');
}

/** Two octets each. */
export function words(...values: readonly number[]): Buffer {
  return Buffer.from(values.flatMap((value) => [(value >>> 8) & 0xff, value & 0xff]));
}

/** RDATA of a TXT record: character-strings, those of more than 255 octets cut into several. */
export function textRdata(strings: readonly string[]): Buffer {
  const pieces = strings.flatMap((text) => (text === '' ? [''] : (text.match(/[^]{1,255}/g) ?? [])));
  return Buffer.concat(pieces.map((piece) => Buffer.concat([Buffer.from([piece.length]), latin1(piece)])));
}

/** An OPT record (RFC 6891 §6.1.2). */
export function optRecord(size: number, upperRcode = 0): ResourceRecord {
  return { name: '', type: 41, class: size, ttl: upperRcode * 0x1000000, rdata: [] };
}

export interface Query {
  readonly id: number;
  readonly name: QueryName;
  readonly type: number;
  /** `TXT`, or `TYPE99` for what has no name here. */
  readonly typeName: string;
  /** The octets offered in an OPT record, or null without one. */
  readonly edns: number | null;
  /** The OPT record's options as they are; empty without one. */
  readonly options: Buffer;
  /** In octets, of the whole message. */
  readonly length: number;
  readonly transport: 'udp' | 'tcp' | 'tls';
  /** The client's. */
  readonly address: string;
  readonly port: number;
}

/** Reads a query as a well-behaved client writes it: one question, no compression, perhaps an OPT record. */
export function decodeQuery(bytes: Buffer, client: Pick<Query, 'transport' | 'address' | 'port'>): Query {
  const labels: string[] = [];
  let at = 12;
  for (let length = bytes.readUInt8(at); length !== 0; length = bytes.readUInt8(at)) {
    labels.push(bytes.toString('latin1', at + 1, at + 1 + length).replaceAll('.', LABEL_DOT));
    at += 1 + length;
  }
  const type = bytes.readUInt16BE(at + 1);
  const opt = at + 5;
  return {
    id: bytes.readUInt16BE(0),
    name: labels.join('.') as QueryName,
    type,
    typeName: Object.keys(TYPES).find((name) => TYPES[name] === type) ?? `TYPE${type}`,
    edns: bytes.readUInt16BE(10) === 1 ? bytes.readUInt16BE(opt + 3) : null,
    options: bytes.subarray(opt + 11),
    length: bytes.length,
    ...client,
  };
}
