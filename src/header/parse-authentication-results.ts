/** Reads the Authentication-Results field, anybody's, by the grammar of RFC 8601 §2.2, in ASCII. */
import type { Result } from '../util/index.js';
import { scan, type FieldProblem, type FieldScanner, type ScanProblemCode } from './field-scanner.js';

export interface ParsedAuthenticationResults {
  /** Without quotes and backslashes. */
  readonly authservId: string;
  readonly version: number | null;
  /** In their order; none where the field says `none`. */
  readonly results: readonly ParsedMethodResult[];
  /** The comments that belong to no result, backslashes of quoted-pairs removed. */
  readonly comments: readonly string[];
}

export interface ParsedMethodResult {
  /** Lower case. */
  readonly method: string;
  readonly version: number | null;
  /** Lower case. */
  readonly result: string;
  readonly reason: string | null;
  readonly properties: readonly ParsedProperty[];
  readonly comments: readonly string[];
}

export interface ParsedProperty {
  /** Lower case: `smtp`. */
  readonly type: string;
  /** Lower case: `mailfrom`. */
  readonly name: string;
  /** Without quotes and backslashes. Where it is an address, its domain follows the last `@`. */
  readonly value: string;
}

type OwnCode =
  | 'not-authentication-results'
  | 'bad-value'
  | 'bad-method'
  | 'bad-result'
  | 'bad-property'
  | 'blank-missing'
  | 'no-result'
  | 'rubbish-behind';

export type AuthenticationResultsProblemCode = OwnCode | ScanProblemCode;
export type AuthenticationResultsProblem = FieldProblem<OwnCode>;

type Scanner = FieldScanner<OwnCode>;

/**
 * Parses one field, its name included, folded or not (line ends CRLF or LF). White space at the very end is
 * let pass. Time is proportional to the length.
 *
 * This is the strict reader: whose field it is must be found out by `authservIdOf`, which understands what
 * lenient readers do.
 */
export function parseAuthenticationResults(
  text: string,
): Result<ParsedAuthenticationResults, AuthenticationResultsProblem> {
  return scan(text, headerField);
}

const FIELD_NAME = /authentication-results:/iy;
const DIGITS = /[0-9]{1,9}/y;
/** RFC 5321 §4.1.2: Ldh-str. */
const KEYWORD = /[A-Za-z0-9](?:-*[A-Za-z0-9])*/y;
const NONE = /none(?![A-Za-z0-9-])/iy;
/** RFC 2045 §5.1: what is neither blank, control nor one of the tspecials. */
const TOKEN = /[A-Za-z0-9!#$%&'*+\-.^_`{|}~]+/y;
const WHOLE_TOKEN = /^[A-Za-z0-9!#$%&'*+\-.^_`{|}~]+$/;
/** Atoms and dots: what a token, a domain and a bare local part can all be made of. */
const ATOMS = /[A-Za-z0-9!#$%&'*+\-./=?^_`{|}~]*/y;
const WHOLE_DOT_ATOM = /^[A-Za-z0-9!#$%&'*+\-/=?^_`{|}~]+(?:\.[A-Za-z0-9!#$%&'*+\-/=?^_`{|}~]+)*$/;
/** RFC 6376 §3.5: `sub-domain 1*("." sub-domain)`. */
const DOMAIN = /[A-Za-z0-9](?:-*[A-Za-z0-9])*(?:\.[A-Za-z0-9](?:-*[A-Za-z0-9])*)+/y;

/** `[CFWS] authserv-id [ CFWS authres-version ] ( no-result / 1*resinfo ) [CFWS]` */
function headerField(s: Scanner): ParsedAuthenticationResults {
  if (s.take(FIELD_NAME) === '') s.refuse('not-authentication-results');
  const comments: string[] = [];
  s.commentsAndBlanks(comments);
  const authservId = value(s);
  let version: number | null = null;
  const blank = s.commentsAndBlanks(comments);
  if (s.peek() !== ';' && blank) {
    version = number(s.take(DIGITS));
    s.commentsAndBlanks(comments);
  }
  if (!s.takeCharacter(';')) s.refuse(s.done() ? 'no-result' : 'rubbish-behind');
  const leading: string[] = [];
  s.commentsAndBlanks(leading);
  const results: ParsedMethodResult[] = [];
  if (s.take(NONE) === '') {
    results.push(methodResult(s, leading));
    while (s.takeCharacter(';')) {
      const before: string[] = [];
      s.commentsAndBlanks(before);
      results.push(methodResult(s, before));
    }
  } else {
    comments.push(...leading);
    s.commentsAndBlanks(comments);
  }
  if (!s.done()) s.refuse('rubbish-behind');
  return { authservId, version, results, comments };
}

/** `methodspec [ CFWS reasonspec ] [ CFWS 1*propspec ]`, after the comments in front of it. */
function methodResult(s: Scanner, comments: string[]): ParsedMethodResult {
  const method = s.take(KEYWORD).toLowerCase() || s.refuse('bad-method');
  s.commentsAndBlanks(comments);
  let version: number | null = null;
  if (s.takeCharacter('/')) {
    s.commentsAndBlanks(comments);
    version = number(s.take(DIGITS)) ?? s.refuse('bad-method');
    s.commentsAndBlanks(comments);
  }
  if (!s.takeCharacter('=')) s.refuse('bad-method');
  s.commentsAndBlanks(comments);
  const result = s.take(KEYWORD).toLowerCase() || s.refuse('bad-result');

  let reason: string | null = null;
  const properties: ParsedProperty[] = [];
  let blank = s.commentsAndBlanks(comments);
  while (s.peek() !== ';' && !s.done()) {
    if (!blank) s.refuse('blank-missing');
    const start = s.offset;
    const word = s.take(KEYWORD).toLowerCase();
    if (word === '') s.refuse('bad-property');
    s.commentsAndBlanks(comments);
    if (word === 'reason' && s.takeCharacter('=')) {
      if (reason !== null || properties.length > 0) s.refuse('bad-property', start);
      s.commentsAndBlanks(comments);
      reason = value(s);
      blank = s.commentsAndBlanks(comments);
    } else {
      properties.push(property(s, word, comments));
      blank = true; // §2.2 wants none between two properties
    }
  }
  return { method, version, result, reason, properties, comments };
}

/** `ptype [CFWS] "." [CFWS] property [CFWS] "=" pvalue`, after its type. */
function property(s: Scanner, type: string, comments: string[]): ParsedProperty {
  if (!s.takeCharacter('.')) s.refuse('bad-property');
  s.commentsAndBlanks(comments);
  const name = s.take(KEYWORD).toLowerCase() || s.refuse('bad-property');
  s.commentsAndBlanks(comments);
  if (!s.takeCharacter('=')) s.refuse('bad-property');
  s.commentsAndBlanks(comments);
  const text = propertyValue(s);
  s.commentsAndBlanks(comments);
  return { type, name, value: text };
}

/** `value / [ [ local-part ] "@" ] domain-name` */
function propertyValue(s: Scanner): string {
  const start = s.offset;
  const quoted = s.peek() === '"';
  const text = quoted ? s.quotedString() : s.take(ATOMS);
  if (!s.takeCharacter('@')) {
    if (!quoted && !WHOLE_TOKEN.test(text)) s.refuse('bad-value', start);
    return text;
  }
  if (!quoted && text !== '' && !WHOLE_DOT_ATOM.test(text)) s.refuse('bad-value', start);
  const domain = s.take(DOMAIN) || s.refuse('bad-value');
  return `${text}@${domain}`;
}

/** RFC 2045 §5.1: a token or a quoted-string. */
function value(s: Scanner): string {
  return s.peek() === '"' ? s.quotedString() : s.take(TOKEN) || s.refuse('bad-value');
}

function number(digits: string): number | null {
  return digits === '' ? null : Number(digits);
}
