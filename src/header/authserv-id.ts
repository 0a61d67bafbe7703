/** Names under which hosts speak in Authentication-Results (RFC 8601 §2.5): ours, and what others claim. */
import { domainName } from '../net/index.js';
import { err, octetsOfText, ok, type Octets, type Result } from '../util/index.js';

/** An authserv-id that stands bare in the field: a token (RFC 2045 §5.1) without empty labels, at most 255
 *  characters, U-labels as A-labels, no final dot. */
export type AuthservId = string & { readonly __authservId: unique symbol };

export type AuthservIdProblem =
  | 'empty'
  | 'too-long'
  /** One that a token cannot have. */
  | 'character'
  /** Two dots together, or one at the start: several readers take nothing but dot-atoms. */
  | 'empty-label'
  /** Neither ASCII nor an international domain name. */
  | 'idna';

const MAX_ID = 255;
const TOKEN = /^[A-Za-z0-9!#$%&'*+\-.^_`{|}~]+$/;

/** Checks a name that an administrator chose: a host name, as a rule, but any token will do. */
export function authservId(text: string): Result<AuthservId, AuthservIdProblem> {
  if (text === '') return err('empty');
  if (text.length > MAX_ID) return err('too-long');
  const given = octetsOfText(text);
  const ascii = asciiOf(given);
  if (ascii === null) return err('idna');
  if (!TOKEN.test(ascii)) return err('character');
  if (ascii.startsWith('.') || ascii.endsWith('.') || ascii.includes('..')) return err('empty-label');
  return ok(ascii as AuthservId);
}

/**
 * Whether an Authentication-Results field that came with a message claims to be from here, and so has to go
 * (RFC 8601 §5). `value` is what follows the colon, folded or not; anything may stand in it.
 *
 * Ids are compared after comments, quotes, backslashes, folding, letter case, a final dot and IDNA are undone.
 */
export function isForged(value: Octets, ours: AuthservId): boolean {
  const claimed = authservIdOf(value);
  return claimed !== null && asciiOf(claimed)?.toLowerCase() === ours.toLowerCase();
}

/** The id without its final dot, U-labels as A-labels; null for what is not ASCII and no domain name. */
function asciiOf(id: Octets): string | null {
  if (/[\x80-\xff]/.test(id)) {
    const name = domainName(id);
    return name.ok ? name.value : null;
  }
  return id.endsWith('.') ? id.slice(0, -1) : id;
}

/**
 * The authserv-id of a field by anybody, quotes and backslashes undone, or null where the text has none.
 * `value` is what follows the colon, folded or not. Time is proportional to its length, comments are of any
 * depth.
 *
 * RFC 8601 §2.2 has a token or a quoted-string, comments and white space around it, then `;` or a version;
 * what is behind the id is not looked at. The rest is for OpenDMARC 1.4.2, since a forger writes for the most
 * lenient reader: it takes a backslash and quotes anywhere, joins what stands before and behind a dot though
 * comments and blanks are between, does not see a `)` that closes nothing, and takes a word for a comment that
 * begins with a quoted `(`.
 */
export function authservIdOf(value: Octets): Octets | null {
  let id = '';
  let at = behindComments(value, 0);
  while (at !== null && at < value.length && value.charCodeAt(at) !== SEMICOLON) {
    if (value.charCodeAt(at) === DOT) {
      id += '.';
      at++;
    } else {
      const complete = id !== '' && !id.endsWith('.');
      const word = wordAt(value, at);
      if (word === null) return complete ? (id as Octets) : null;
      if (!word.text.startsWith('(')) {
        if (complete) break;
        id += word.text;
      }
      at = word.end;
    }
    at = behindComments(value, at);
  }
  return id === '' ? null : (id as Octets);
}

const OPEN = 0x28;
const CLOSE = 0x29;
const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const SEMICOLON = 0x3b;
const DOT = 0x2e;

/** Characters of tokens but the dot, and UTF-8 (RFC 8601 §2.2 allows it, RFC 6532). */
const PLAIN = /[A-Za-z0-9!#$%&'*+\-^_`{|}~\x80-\xff]+/y;

/** What stands up to the next dot, blank, comment or semicolon, and where that is; null for what is no word. */
function wordAt(value: Octets, at: number): { readonly text: string; readonly end: number } | null {
  let text = '';
  while (at < value.length) {
    const c = value.charCodeAt(at);
    if (c === DOT || c === SEMICOLON || c === OPEN || isBlank(c)) break;
    if (c === QUOTE) {
      const end = endOfQuotedString(value, at);
      if (end === null) return null;
      text += unquoted(value.slice(at + 1, end - 1));
      at = end;
    } else if (c === BACKSLASH) {
      text += value.charAt(at + 1);
      at += 2;
    } else if (c === CLOSE) {
      at++;
    } else {
      PLAIN.lastIndex = at;
      const plain = PLAIN.exec(value)?.[0];
      if (plain === undefined) return null;
      text += plain;
      at += plain.length;
    }
  }
  return { text, end: at };
}

/** Blank, tab, and whatever a line can end with. */
function isBlank(c: number): boolean {
  return c === 0x20 || (c >= 0x09 && c <= 0x0d);
}

/** Where the comments and blanks that begin at `at` end; null where a comment does not. */
function behindComments(text: Octets, at: number): number | null {
  let depth = 0;
  for (; at < text.length; at++) {
    const c = text.charCodeAt(at);
    if (c === OPEN) depth++;
    else if (c === CLOSE) depth = Math.max(0, depth - 1);
    else if (c === BACKSLASH && depth > 0) at++;
    else if (depth === 0 && !isBlank(c)) break;
  }
  return depth === 0 ? at : null;
}

/** The offset behind the closing quote; null where there is none. */
function endOfQuotedString(text: Octets, at: number): number | null {
  for (at++; at < text.length; at++) {
    const c = text.charCodeAt(at);
    if (c === QUOTE) return at + 1;
    if (c === BACKSLASH) at++;
  }
  return null;
}

/** Quoted-pairs give their second character; of folding the blanks are left (RFC 5322 §3.2.4). */
function unquoted(text: string): string {
  return text.replace(/\\([^])|[\r\n]/g, '$1');
}
