/**
 * Text from outside, octet for octet: each UTF-16 unit of the string is one octet (0-255), as latin1
 * decodes it. Nothing is lost and nothing is misread before somebody decides that it is UTF-8, and the
 * strings stay one byte a character in memory. A branded type, because shown as it is it would be mojibake.
 */
export type Octets = string & { readonly __octets: unique symbol };

/** The octets of a chunk. */
export function octets(bytes: Uint8Array, start = 0, end = bytes.length): Octets {
  const buffer =
    bytes instanceof Buffer ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return buffer.toString('latin1', start, end) as Octets;
}

/** Unicode text (an argument of the command line, a value of a file) as its UTF-8 octets. */
export function octetsOfText(text: string): Octets {
  return isAscii(text) ? (text as Octets) : (Buffer.from(text, 'utf8').toString('latin1') as Octets);
}

/** Octets as Unicode text for people; what is not UTF-8 becomes U+FFFD. */
export function textOf(value: Octets): string {
  return isAscii(value) ? value : Buffer.from(value, 'latin1').toString('utf8');
}

function isAscii(text: string): boolean {
  for (let i = 0; i < text.length; i++) if (text.charCodeAt(i) > 0x7f) return false;
  return true;
}
