/** Reads the Received-SPF field, anybody's, by the grammar of RFC 7208 §9.1 with erratum 5436. */
import { SPF_RESULTS, type SpfResult } from '../smtp/index.js';
import type { Result } from '../util/index.js';
import { scan, type FieldProblem, type FieldScanner, type ScanProblemCode } from './field-scanner.js';

export interface ParsedReceivedSpf {
  readonly result: SpfResult;
  /** What stands between the parentheses, backslashes of quoted-pairs removed. */
  readonly comment: string | null;
  /** Keys in lower case, values without quotes and backslashes. */
  readonly pairs: ReadonlyMap<string, string>;
}

type OwnCode =
  | 'not-received-spf'
  | 'bad-result'
  | 'blank-missing'
  | 'bad-key'
  | 'bad-value'
  | 'repeated-key'
  | 'rubbish-behind';

export type ReceivedSpfProblemCode = OwnCode | ScanProblemCode;
export type ReceivedSpfProblem = FieldProblem<OwnCode>;

type Scanner = FieldScanner<OwnCode>;

/**
 * Parses one field, its name included, folded or not (line ends CRLF or, as milters see them, LF).
 *
 * `header-field = "Received-SPF:" [CFWS] result [FWS comment] [FWS key-value-list]`, in which (erratum
 * 5436) comment and list may each be missing. White space at the very end is let pass. A key that comes
 * twice is a problem, since nobody can tell which of them counts. Time is proportional to the length.
 */
export function parseReceivedSpf(text: string): Result<ParsedReceivedSpf, ReceivedSpfProblem> {
  return scan(text, headerField);
}

const NAME = /received-spf:/iy;
const WORD = /[A-Za-z]*/y;
const KEY = /[A-Za-z][A-Za-z0-9_.-]*/y;
const DOT_ATOM = /[A-Za-z0-9!#$%&'*+\-/=?^_`{|}~]+(?:\.[A-Za-z0-9!#$%&'*+\-/=?^_`{|}~]+)*/y;

function headerField(s: Scanner): ParsedReceivedSpf {
  if (s.take(NAME) === '') s.refuse('not-received-spf');
  s.commentsAndBlanks();
  const result = resultWord(s);
  let blank = s.blanks();
  let comment: string | null = null;
  if (s.peek() === '(') {
    if (!blank) s.refuse('blank-missing');
    comment = s.comment();
    blank = s.blanks();
  }
  const pairs = new Map<string, string>();
  if (!s.done()) {
    if (!blank) s.refuse('blank-missing');
    keyValueList(s, pairs);
  }
  return { result, comment, pairs };
}

function resultWord(s: Scanner): SpfResult {
  const start = s.offset;
  const word = s.take(WORD).toLowerCase();
  const result = SPF_RESULTS.find((known) => known === word);
  return result ?? s.refuse('bad-result', start);
}

/** `key-value-pair *( ";" [CFWS] key-value-pair ) [";"]` */
function keyValueList(s: Scanner, pairs: Map<string, string>): void {
  do {
    const start = s.offset;
    const key = s.take(KEY).toLowerCase();
    if (key === '') s.refuse('bad-key');
    if (pairs.has(key)) s.refuse('repeated-key', start);
    s.commentsAndBlanks();
    if (!s.takeCharacter('=')) s.refuse('bad-key');
    pairs.set(key, value(s));
    if (!s.takeCharacter(';')) break;
    s.commentsAndBlanks();
  } while (!s.done());
  if (!s.done()) s.refuse('rubbish-behind');
}

/** A dot-atom or a quoted-string, each with CFWS around it (RFC 5322 §3.2.3, §3.2.4). */
function value(s: Scanner): string {
  s.commentsAndBlanks();
  const text = s.peek() === '"' ? s.quotedString() : s.take(DOT_ATOM) || s.refuse('bad-value');
  s.commentsAndBlanks();
  return text;
}
