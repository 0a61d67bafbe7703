/** Addresses as bits. */
import ipaddr from 'ipaddr.js';

/**
 * An IP address as its bits. A mapped IPv4 address (`::ffff:192.0.2.1`) is folded to IPv4 when it is made
 * and nowhere else, so nothing behind this edge ever sees one (RFC 7208 §5).
 */
export class IpAddress {
  readonly family: 4 | 6;
  /** The first 32 bits: all there are of an IPv4 address. */
  readonly head: number;
  /** The other 96 bits of an IPv6 address, as three words. */
  readonly tail: readonly number[];
  #text: string | undefined;

  private constructor(family: 4 | 6, head: number, tail: readonly number[]) {
    this.family = family;
    this.head = head;
    this.tail = tail;
  }

  /** Reads the usual notations: dotted quad, any RFC 4291 form. Null for anything else, zone ids and
   *  short forms of IPv4 (`127.1`, `0x7f.1`) included. */
  static parse(text: string): IpAddress | null {
    if (text.length > 45) return null; // the longest: eight groups, the last two as a dotted quad
    const quad = parseDottedQuad(text, 0);
    if (quad !== null) return new IpAddress(4, quad, []);
    const groups = text.includes('.') ? withoutDottedQuad(text) : text;
    if (groups === null || !groups.includes(':') || groups.includes('%')) return null;
    return ipaddr.IPv6.isValid(groups) ? IpAddress.of(ipaddr.IPv6.parse(groups).toByteArray()) : null;
  }

  /** From 4 or 16 octets in network order. */
  static of(bytes: ArrayLike<number>, offset = 0, length = bytes.length - offset): IpAddress {
    if (length === 4) return new IpAddress(4, word(bytes, offset), []);
    if (length !== 16) throw new Error(`an address has 4 or 16 octets, not ${length}`);
    const head = word(bytes, offset);
    const tail = [4, 8, 12].map((at) => word(bytes, offset + at));
    const [second, third, last = 0] = tail;
    const mapped = head === 0 && second === 0 && third === 0xffff;
    return mapped ? new IpAddress(4, last, []) : new IpAddress(6, head, tail);
  }

  /** Whether both have the same family and the same first `prefix` bits. */
  matches(other: IpAddress, prefix: number): boolean {
    if (this.family !== other.family) return false;
    if (!agree(this.head, other.head, prefix)) return false;
    for (let i = 0, bits = prefix - 32; bits > 0; i++, bits -= 32) {
      if (!agree(this.tail[i] ?? 0, other.tail[i] ?? 0, bits)) return false;
    }
    return true;
  }

  equals(other: IpAddress): boolean {
    return this.matches(other, this.family === 4 ? 32 : 128);
  }

  /** The octets in network order. */
  bytes(): number[] {
    return [this.head, ...this.tail].flatMap((w) => [
      w >>> 24,
      (w >>> 16) & 0xff,
      (w >>> 8) & 0xff,
      w & 0xff,
    ]);
  }

  /** Dotted quad, or the canonical IPv6 form (RFC 5952). */
  toString(): string {
    return (this.#text ??=
      this.family === 4 ? dottedQuad(this.head) : ipaddr.fromByteArray(this.bytes()).toString());
  }
}

function dottedQuad(word: number): string {
  return `${word >>> 24}.${(word >>> 16) & 0xff}.${(word >>> 8) & 0xff}.${word & 0xff}`;
}

/** Whether the first `bits` bits of two words are the same; more than 32 are all of them. */
function agree(a: number, b: number, bits: number): boolean {
  return bits <= 0 || (a ^ b) >>> (bits >= 32 ? 0 : 32 - bits) === 0;
}

function word(bytes: ArrayLike<number>, at: number): number {
  const [a = 0, b = 0, c = 0, d = 0] = [bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]];
  return ((a << 24) | (b << 16) | (c << 8) | d) >>> 0;
}

/** The word that a dotted quad from `start` to the end stands for; null for anything else. One pass and no
 *  regular expression, because every message begins with it. */
function parseDottedQuad(text: string, start: number): number | null {
  let value = 0;
  let octet = -1;
  let dots = 0;
  for (let i = start; i < text.length; i++) {
    const c = text.charCodeAt(i);
    if (c === 0x2e) {
      if (octet < 0 || ++dots > 3) return null;
      value = (value << 8) | octet;
      octet = -1;
    } else if (c >= 0x30 && c <= 0x39 && octet !== 0) {
      octet = (octet < 0 ? 0 : octet * 10) + c - 0x30;
      if (octet > 255) return null;
    } else return null; // a leading zero, too: to some programs it means octal
  }
  return dots === 3 && octet >= 0 ? ((value << 8) | octet) >>> 0 : null;
}

/** Writes the dotted quad at the end of an IPv6 address as two groups: ipaddr.js takes `::192.0.2.1` for a
 *  mapped address, and leading zeros for octal. */
function withoutDottedQuad(text: string): string | null {
  const start = text.lastIndexOf(':') + 1;
  const quad = parseDottedQuad(text, start);
  if (quad === null) return null;
  return `${text.slice(0, start)}${(quad >>> 16).toString(16)}:${(quad & 0xffff).toString(16)}`;
}
