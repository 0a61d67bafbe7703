/** Reads the Received-SPF field, anybody's, by the grammar of RFC 7208 §9.1 with erratum 5436. */
import { SPF_RESULTS, type SpfResult } from '../smtp/index.js';
import { err, ok, type Result } from '../util/index.js';

export interface ParsedReceivedSpf {
  readonly result: SpfResult;
  /** What stands between the parentheses, backslashes of quoted-pairs removed. */
  readonly comment: string | null;
  /** Keys in lower case, values without quotes and backslashes. */
  readonly pairs: ReadonlyMap<string, string>;
}

export type ReceivedSpfProblemCode =
  | 'too-long'
  | 'not-received-spf'
  | 'bad-result'
  | 'blank-missing'
  | 'open-comment'
  | 'bad-key'
  | 'bad-value'
  | 'open-quote'
  | 'bad-character'
  | 'repeated-key'
  | 'rubbish-behind';

export interface ReceivedSpfProblem {
  readonly code: ReceivedSpfProblemCode;
  /** Where in the text, in characters from its start. */
  readonly offset: number;
}

/** Headers are read whole by mail servers, and theirs is the bound; eight times the longest of ours is plenty. */
const MAX_TEXT = 8192;

/**
 * Parses one field, its name included, folded or not (line ends CRLF or, as milters see them, LF).
 *
 * `header-field = "Received-SPF:" [CFWS] result [FWS comment] [FWS key-value-list]`, in which (erratum
 * 5436) comment and list may each be missing. White space at the very end is let pass. A key that comes
 * twice is a problem, since nobody can tell which of them counts. Time is proportional to the length.
 */
export function parseReceivedSpf(text: string): Result<ParsedReceivedSpf, ReceivedSpfProblem> {
  if (text.length > MAX_TEXT) return err({ code: 'too-long', offset: MAX_TEXT });
  try {
    return ok(new Reader(text).field());
  } catch (e) {
    if (e instanceof Refusal) return err(e.problem); // the rules below throw it; it stops here
    throw e;
  }
}

class Refusal extends Error {
  readonly problem: ReceivedSpfProblem;

  constructor(problem: ReceivedSpfProblem) {
    super(problem.code);
    this.problem = problem;
  }
}

const NAME = /received-spf:/iy;
const WORD = /[A-Za-z]*/y;
const FWS = /(?:[ \t]|\r?\n[ \t])*/y; // each alternative begins with another character
const KEY = /[A-Za-z][A-Za-z0-9_.-]*/y;
const DOT_ATOM = /[A-Za-z0-9!#$%&'*+\-/=?^_`{|}~]+(?:\.[A-Za-z0-9!#$%&'*+\-/=?^_`{|}~]+)*/y;
const VISIBLE = /[\x20-\x7e\t]/;

class Reader {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  field(): ParsedReceivedSpf {
    if (this.#take(NAME) === '') this.#refuse('not-received-spf');
    this.#commentsAndBlanks();
    const result = this.#result();
    let blank = this.#take(FWS) !== '';
    let comment: string | null = null;
    if (this.#peek() === '(') {
      if (!blank) this.#refuse('blank-missing');
      comment = this.#comment();
      blank = this.#take(FWS) !== '';
    }
    const pairs = new Map<string, string>();
    if (!this.#done()) {
      if (!blank) this.#refuse('blank-missing');
      this.#list(pairs);
    }
    return { result, comment, pairs };
  }

  #result(): SpfResult {
    const start = this.#at;
    const word = this.#take(WORD).toLowerCase();
    const result = SPF_RESULTS.find((known) => known === word);
    return result ?? this.#refuse('bad-result', start);
  }

  /** `key-value-pair *( ";" [CFWS] key-value-pair ) [";"]` */
  #list(pairs: Map<string, string>): void {
    do {
      const start = this.#at;
      const key = this.#take(KEY).toLowerCase();
      if (key === '') this.#refuse('bad-key');
      if (pairs.has(key)) this.#refuse('repeated-key', start);
      this.#commentsAndBlanks();
      if (this.#peek() !== '=') this.#refuse('bad-key');
      this.#at++;
      pairs.set(key, this.#value());
      if (this.#peek() !== ';') break;
      this.#at++;
      this.#commentsAndBlanks();
    } while (!this.#done());
    if (!this.#done()) this.#refuse('rubbish-behind');
  }

  /** A dot-atom or a quoted-string, each with CFWS around it (RFC 5322 §3.2.3, §3.2.4). */
  #value(): string {
    this.#commentsAndBlanks();
    const value = this.#peek() === '"' ? this.#quotedString() : this.#dotAtom();
    this.#commentsAndBlanks();
    return value;
  }

  #dotAtom(): string {
    const atom = this.#take(DOT_ATOM);
    return atom === '' ? this.#refuse('bad-value') : atom;
  }

  #quotedString(): string {
    let value = '';
    for (this.#at++; this.#peek() !== '"';) value += this.#character('open-quote');
    this.#at++;
    return value;
  }

  /** A comment may hold others; their parentheses are part of the text. */
  #comment(): string {
    let text = '';
    let depth = 1;
    for (this.#at++; ;) {
      const next = this.#peek();
      if (next === '(') depth++;
      if (next === ')') depth--;
      if (depth === 0) break;
      text += this.#character('open-comment');
    }
    this.#at++;
    return text;
  }

  /** One character of a comment or a quoted-string: a quoted-pair gives its second, folding gives nothing. */
  #character(unended: ReceivedSpfProblemCode): string {
    let c = this.#peek();
    if (c === '\r' || c === '\n') {
      const blanks = this.#take(FWS);
      if (blanks === '') this.#refuse('bad-character');
      return blanks.replace(/[\r\n]/g, '');
    }
    if (c === '\\') {
      this.#at++;
      c = this.#peek();
    }
    if (c === '') this.#refuse(unended);
    if (!VISIBLE.test(c)) this.#refuse('bad-character');
    this.#at++;
    return c;
  }

  #commentsAndBlanks(): void {
    this.#take(FWS);
    while (this.#peek() === '(') {
      this.#comment();
      this.#take(FWS);
    }
  }

  /** Whether only white space or the line end is left. */
  #done(): boolean {
    const rest = this.#at;
    this.#take(FWS);
    const end = this.#text.slice(this.#at, this.#at + 3);
    const done = end === '' || end === '\r\n' || end === '\n';
    if (!done) this.#at = rest;
    return done;
  }

  #peek(): string {
    return this.#text.charAt(this.#at);
  }

  /** What the (sticky) pattern matches here; empty for nothing. */
  #take(pattern: RegExp): string {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.#text)?.[0] ?? '';
    this.#at += found.length;
    return found;
  }

  #refuse(code: ReceivedSpfProblemCode, offset = this.#at): never {
    throw new Refusal({ code, offset });
  }
}
