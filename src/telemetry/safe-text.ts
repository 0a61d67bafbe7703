/**
 * The encoder of the log: whatever a client wrote becomes part of one line, and stays text there.
 * Nothing else may put a value that comes from outside into a line.
 */

/** Text that is safe between quotes in a log line. Only this file makes it. */
export type SafeText = string & { readonly __safeText: unique symbol };

/** Octets of one encoded value, its quotes not counted, where nothing else is said. */
export const MAX_VALUE_OCTETS = 1024;

const ELLIPSIS = '...';

/**
 * The value as a JSON string, quotes and all, cut to `maxOctets`. Besides what JSON escapes (quotes, backslashes,
 * C0) also DEL, C1 controls (`0x9B` is a terminal's CSI), line separators and bidi controls are escaped.
 */
export function quoted(value: string, maxOctets = MAX_VALUE_OCTETS): SafeText {
  return inQuotes(value, needOf(value, maxOctets), maxOctets);
}

/** The value bare where a reader of `key=value` cannot be misled by it, else as `quoted` gives it. */
export function bareOrQuoted(value: string, maxOctets = MAX_VALUE_OCTETS): SafeText {
  const need = needOf(value, maxOctets);
  return need === 'nothing' ? (value as SafeText) : inQuotes(value, need, maxOctets);
}

function inQuotes(value: string, need: Need, maxOctets: number): SafeText {
  return `"${need === 'escapes' ? escaped(value, maxOctets) : value}"` as SafeText;
}

/** What a value needs to be safe; one that is to be cut counts among those with escapes. */
type Need = 'nothing' | 'quotes' | 'escapes';

/** For the usual values the only pass over their characters. */
function needOf(value: string, maxOctets: number): Need {
  if (value.length > maxOctets) return 'escapes';
  let isBare = value !== '';
  for (let i = 0; i < value.length; i++) {
    const c = value.charCodeAt(i);
    if (isWord(c)) continue;
    if (!isPlain(c)) return 'escapes';
    isBare = false;
  }
  return isBare ? 'nothing' : 'quotes';
}

/** Printable ASCII without the two characters that quotes do not protect. */
function isPlain(c: number): boolean {
  return c >= 0x20 && c <= 0x7e && c !== QUOTE && c !== BACKSLASH;
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;

/** Letters, digits and `- . / : _`: names, addresses, paths. */
function isWord(c: number): boolean {
  const lower = c | 0x20;
  return (lower >= 0x61 && lower <= 0x7a) || (c >= 0x2d && c <= 0x3a) || c === 0x5f;
}

function escaped(value: string, maxOctets: number): string {
  let out = '';
  let octets = 0;
  for (const character of value) {
    const safe = UNSAFE.test(character) ? escape(character) : character;
    octets += utf8Length(safe);
    if (octets > maxOctets - ELLIPSIS.length) return out + ELLIPSIS;
    out += safe;
  }
  return out;
}

/** Lone surrogates are there too: they have no UTF-8. */
const UNSAFE = /["\\\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]/u;

function escape(character: string): string {
  const c = character.charCodeAt(0);
  if (c < 0x7f) return JSON.stringify(character).slice(1, -1);
  return `\\u${c.toString(16).padStart(4, '0')}`;
}

function utf8Length(text: string): number {
  let octets = 0;
  for (let i = 0; i < text.length; i++) {
    const c = text.charCodeAt(i);
    // Each half of a surrogate pair counts 2 of the pair's 4.
    if (c < 0x80) octets += 1;
    else if (c < 0x800 || (c >= 0xd800 && c <= 0xdfff)) octets += 2;
    else octets += 3;
  }
  return octets;
}
