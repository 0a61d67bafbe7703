/** Writes questions in DNS wire format. */
import type { QueryName, RecordType } from '../dns/index.js';
import { CLASS_IN, HEADER_LENGTH, RD, TYPE } from './wire.js';

const DOT = 0x2e;
/** An OPT record without options: root, type, size, extended code and flags, length (RFC 6891 §6.1.2). */
const OPT_LENGTH = 11;
/** Code and length of an option. */
const OPTION_HEAD_LENGTH = 4;
/** RFC 7830 §3. */
const PADDING = 12;

/**
 * Writes a query for one name: recursion desired, class IN, and with `edns` not 0 an OPT record which
 * offers that many octets for the answer. The name must be one that `isQueryable`.
 *
 * The buffer has the exact size and belongs to the caller, as a socket may keep it until it is sent.
 */
export function encodeQuery(id: number, name: QueryName, type: RecordType, edns: number): Buffer {
  const bytes = Buffer.allocUnsafe(queryLength(name, edns));
  writeQuery(bytes, 0, id, name, type, edns);
  return bytes;
}

/**
 * Writes the same for a stream, its length before it (RFC 1035 §4.2.2), and with `block` not 0 padded to a
 * multiple of so many octets (RFC 7830): who can only see the length of what is encrypted should not be
 * able to tell from it which name is asked for. Without EDNS there is no padding.
 */
export function encodeStreamQuery(
  id: number,
  name: QueryName,
  type: RecordType,
  edns: number,
  block: number,
): Buffer {
  let length = queryLength(name, edns);
  const plain = length;
  if (block !== 0 && edns !== 0) length = Math.ceil((length + OPTION_HEAD_LENGTH) / block) * block;
  const bytes = Buffer.allocUnsafe(2 + length);
  writeWord(bytes, 0, length);
  const end = writeQuery(bytes, 2, id, name, type, edns);
  if (length === plain) return bytes;
  writeWord(bytes, end - 2, length - plain); // RDLENGTH of the OPT record
  writeWord(bytes, end, PADDING);
  writeWord(bytes, end + 2, length - plain - OPTION_HEAD_LENGTH);
  bytes.fill(0, end + OPTION_HEAD_LENGTH);
  return bytes;
}

function queryLength(name: QueryName, edns: number): number {
  return HEADER_LENGTH + name.length + 2 + 4 + (edns === 0 ? 0 : OPT_LENGTH);
}

function writeQuery(
  bytes: Buffer,
  start: number,
  id: number,
  name: QueryName,
  type: RecordType,
  edns: number,
): number {
  let at = writeWord(bytes, start, id);
  at = writeWord(bytes, at, RD);
  at = writeWord(bytes, at, 1); // QDCOUNT
  at = writeWord(bytes, at, 0);
  at = writeWord(bytes, at, 0);
  at = writeWord(bytes, at, edns === 0 ? 0 : 1); // ARCOUNT
  at = encodeName(bytes, at, name);
  at = writeWord(bytes, at, TYPE[type]);
  at = writeWord(bytes, at, CLASS_IN);
  if (edns !== 0) {
    bytes[at++] = 0;
    at = writeWord(bytes, at, TYPE.OPT);
    at = writeWord(bytes, at, edns);
    bytes.fill(0, at, at + 6);
    at += 6;
  }
  return at;
}

/** Writes a name, its final zero included, and returns where the next octet goes. A name that does not
 *  fit the wire is a bug: whoever makes names of outside text asks `isQueryable` first. */
export function encodeName(bytes: Uint8Array, start: number, name: QueryName): number {
  if (name.length > 253) throw new Error(`a name of ${name.length} octets`);
  let label = start; // where the length of the label goes
  let at = start + 1;
  for (let i = 0; i < name.length; i++) {
    const c = name.charCodeAt(i);
    if (c === DOT) {
      writeLabelLength(bytes, label, at - label - 1);
      label = at++;
    } else {
      bytes[at++] = c; // the low eight bits, so that LABEL_DOT becomes a dot
    }
  }
  if (name.length === 0) {
    bytes[start] = 0; // the root
    return at;
  }
  writeLabelLength(bytes, label, at - label - 1);
  bytes[at] = 0;
  return at + 1;
}

function writeLabelLength(bytes: Uint8Array, at: number, length: number): void {
  if (length < 1 || length > 63) throw new Error(`a label of ${length} octets`);
  bytes[at] = length;
}

function writeWord(bytes: Uint8Array, at: number, word: number): number {
  bytes[at] = word >>> 8;
  bytes[at + 1] = word;
  return at + 2;
}
