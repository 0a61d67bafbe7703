import ipaddr from 'ipaddr.js';

/**
 * An IP address as its bits. A mapped IPv4 address (`::ffff:192.0.2.1`) is folded to IPv4 when it is made
 * and nowhere else, so nothing behind this edge ever sees one (RFC 7208 §5).
 */
export class IpAddress {
  readonly family: 4 | 6;
  /** One 32-bit word for IPv4, four for IPv6, most significant first: what a prefix is compared with. */
  readonly words: readonly number[];
  #text: string | undefined;

  private constructor(family: 4 | 6, words: readonly number[]) {
    this.family = family;
    this.words = words;
  }

  /** Reads the usual notations: dotted quad, any RFC 4291 form. Null for anything else, zone ids and
   *  short forms of IPv4 (`127.1`, `0x7f.1`) included. */
  static parse(text: string): IpAddress | null {
    if (text.length > 45) return null; // the longest: eight groups, the last two as a dotted quad
    if (ipaddr.IPv4.isValidFourPartDecimal(text)) return IpAddress.of(ipaddr.IPv4.parse(text).toByteArray());
    if (!text.includes(':') || text.includes('%') || !ipaddr.IPv6.isValid(text)) return null;
    return IpAddress.of(ipaddr.IPv6.parse(text).toByteArray());
  }

  /** From 4 or 16 octets in network order. */
  static of(bytes: ArrayLike<number>, offset = 0, length = bytes.length): IpAddress {
    if (length === 4) return new IpAddress(4, [word(bytes, offset)]);
    if (length !== 16) throw new Error(`an address has 4 or 16 octets, not ${length}`);
    const words = [0, 4, 8, 12].map((at) => word(bytes, offset + at));
    const [first, second, third, last] = words as [number, number, number, number];
    if (first === 0 && second === 0 && third === 0xffff) return new IpAddress(4, [last]);
    return new IpAddress(6, words);
  }

  /** Whether both have the same family and the same first `prefix` bits. */
  matches(other: IpAddress, prefix: number): boolean {
    if (this.family !== other.family) return false;
    for (let i = 0, bits = prefix; bits > 0; i++, bits -= 32) {
      const mask = bits >= 32 ? -1 : -1 << (32 - bits);
      if ((((this.words[i] ?? 0) ^ (other.words[i] ?? 0)) & mask) !== 0) return false;
    }
    return true;
  }

  equals(other: IpAddress): boolean {
    return this.matches(other, this.family === 4 ? 32 : 128);
  }

  /** The octets in network order. */
  bytes(): number[] {
    return this.words.flatMap((w) => [w >>> 24, (w >>> 16) & 0xff, (w >>> 8) & 0xff, w & 0xff]);
  }

  /** Dotted quad, or the canonical IPv6 form (RFC 5952). */
  toString(): string {
    return (this.#text ??= ipaddr.fromByteArray(this.bytes()).toString());
  }
}

function word(bytes: ArrayLike<number>, at: number): number {
  const [a = 0, b = 0, c = 0, d = 0] = [bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]];
  return ((a << 24) | (b << 16) | (c << 8) | d) >>> 0;
}
