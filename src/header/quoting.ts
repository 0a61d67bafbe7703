/**
 * How text from outside is written into a structured header field (RFC 5322 §3.2): bare where it is plain,
 * else as a quoted-string of printable ASCII, bounded.
 *
 * RFC 5322 wants a backslash only before `"` and `\`, and allows it before any character. Here `=`, `;`,
 * `(` and `)` get one as well, because widespread readers look for these inside of quotes too: OpenDMARC
 * 1.4.2 loses the domain of `envelope-from="long.name=x@example.com"`, and takes
 * `helo="x;identity=mailfrom"` for two pairs; both are read rightly with the backslash.
 */

/** Letters, digits, `-` and `_`: what stands bare, together with dots between. */
const PLAIN = 1;
/** What an atom may hold (RFC 5322 §3.2.3). */
const ATEXT = 2;
/** What gets a backslash inside of quotes. */
const PAIRED = 4;
/** `"` and `\`: what has to have one, by the RFC. */
const BARRED = 8;
/** Everything from blank to tilde. */
const PRINTABLE = 16;

const CLASSES = classes();

function classes(): Uint8Array {
  const table = new Uint8Array(256);
  const add = (characters: string, bit: number): void => {
    for (const c of characters) table[c.charCodeAt(0)] = (table[c.charCodeAt(0)] ?? 0) | bit;
  };
  const alphanumeric = '0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ';
  add(`${alphanumeric}-_`, PLAIN);
  add(`${alphanumeric}!#$%&'*+-/=?^_\`{|}~`, ATEXT);
  add('"\\=;()', PAIRED);
  add('"\\', BARRED);
  for (let c = 0x20; c <= 0x7e; c++) table[c] = (table[c] ?? 0) | PRINTABLE;
  return table;
}

const DOT = 0x2e;

/** Whether the text is a dot-atom that no reader takes for anything else: a host name and the like. */
export function isPlain(text: string): boolean {
  return isDotted(text, PLAIN);
}

/** Whether the text is a dot-atom (RFC 5322 §3.2.3) of these characters. */
function isDotted(text: string, bit: number): boolean {
  let afterDot = true;
  for (let i = 0; i < text.length; i++) {
    const c = text.charCodeAt(i);
    if (c === DOT) {
      if (afterDot) return false;
      afterDot = true;
    } else {
      if (((CLASSES[c] ?? 0) & bit) === 0) return false;
      afterDot = false;
    }
  }
  return !afterDot;
}

/** A value of at most `room` characters, and its quotes if it needs any. */
export function value(text: string, room: number): string {
  return text.length <= room && isPlain(text) ? text : `"${quotable(text, room)}"`;
}

/** What stands for the text between two quotes: at most `room` characters, the end cut off and `...`
 *  written for it where it is too long. Whatever is not printable ASCII is `?`. */
export function quotable(text: string, room: number): string {
  return escaped(text, room, false);
}

/** The local part of an address that stands in a quoted-string: quoted once more where it is no dot-atom,
 *  its quotes and backslashes then being escaped for both. At most `room` characters. */
export function quotableLocalPart(localPart: string, room: number): string {
  if (localPart.length <= room && isDotted(localPart, ATEXT)) {
    const text = isPlain(localPart) ? localPart : quotable(localPart, 2 * room);
    if (text.length <= room) return text;
  }
  return `\\"${escaped(localPart, room - 4, true)}\\"`;
}

/** Whether the text may stand bare in front of an `@`: a dot-atom (RFC 5322 §3.4.1) without `=`, so that no
 *  `dkim=pass@example.com` is seen by those who search a field for words. */
export function isBareLocalPart(text: string): boolean {
  return isDotted(text, ATEXT) && !text.includes('=');
}

/** Whether all of it is printable ASCII. */
export function isPrintable(text: string): boolean {
  for (let i = 0; i < text.length; i++) if (!has(text.charCodeAt(i), PRINTABLE)) return false;
  return true;
}

function has(c: number, bit: number): boolean {
  return ((CLASSES[c] ?? 0) & bit) !== 0;
}

const CUT = '...';

function escaped(text: string, room: number, twice: boolean): string {
  if (text.length <= room && isHarmless(text)) return text;
  let length = 0;
  let fitting = 0; // how much of the text leaves room for the dots
  for (let i = 0; i < text.length; i++) {
    length += isHarmlessAt(text, i) ? 1 : escapedCharacter(text.charAt(i), twice).length;
    if (length > room) return escapedWhole(text.slice(0, fitting), twice) + CUT;
    if (length <= room - CUT.length) fitting = i + 1;
  }
  return escapedWhole(text, twice);
}

function escapedWhole(text: string, twice: boolean): string {
  let out = '';
  let start = 0; // of what is not in it yet
  for (let i = 0; i < text.length; i++) {
    if (isHarmlessAt(text, i)) continue;
    out += text.slice(start, i) + escapedCharacter(text.charAt(i), twice);
    start = i + 1;
  }
  return out + text.slice(start);
}

function isHarmless(text: string): boolean {
  for (let i = 0; i < text.length; i++) if (!isHarmlessAt(text, i)) return false;
  return true;
}

function isHarmlessAt(text: string, i: number): boolean {
  return ((CLASSES[text.charCodeAt(i)] ?? 0) & (PRINTABLE | PAIRED)) === PRINTABLE;
}

function escapedCharacter(c: string, twice: boolean): string {
  const flags = CLASSES[c.charCodeAt(0)] ?? 0;
  if ((flags & PRINTABLE) === 0) return '?';
  if ((flags & PAIRED) === 0) return c;
  return twice && (flags & BARRED) !== 0 ? `\\\\\\${c}` : `\\${c}`;
}

/** Text that may stand in a comment without quoting: characters of host names and addresses, everything
 *  else `?`, so that no parenthesis, backslash or pair of ours is ever seen there. At most `room` long. */
export function commentWord(text: string, room: number): string {
  if (text.length <= room && isPlain(text)) return text;
  return text.slice(0, room).replace(/[^A-Za-z0-9._:[\]-]/g, '?');
}

/** Words in a comment, of an administrator or about what went wrong, at most `room` characters, `...` for what
 *  is cut off. Parentheses are brackets, double quotes single ones, `=`, `;`, `\` and what is not printable
 *  ASCII `?`, and white space is one blank, so that the comment ends where we end it and no reader, however
 *  simple, sees a result or a pair in it. */
export function commentText(text: string, room: number): string {
  const words = text
    .slice(0, MAX_SCANNED)
    .trim()
    .replace(/\s+/g, ' ')
    .replace(/[^\x20-\x7e]|[()"\\=;]/g, (c) => STAND_INS[c] ?? '?');
  return words.length <= room ? words : words.slice(0, room - CUT.length) + CUT;
}

/** More than enough for any room: nobody's text is worked on in full. */
const MAX_SCANNED = 1000;

const STAND_INS: Readonly<Record<string, string>> = { '(': '[', ')': ']', '"': "'" };
