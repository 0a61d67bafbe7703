/** Reads structured header fields piece by piece (RFC 5322 §3.2), for one parser each of their grammars. */
import { err, ok, type Result } from '../util/index.js';

export type ScanProblemCode = 'too-long' | 'open-comment' | 'open-quote' | 'bad-character';

export interface FieldProblem<Code> {
  readonly code: Code | ScanProblemCode;
  /** Where in the text, in characters from its start. */
  readonly offset: number;
}

/** Mail servers read headers whole, and theirs is the bound; eight times the longest of ours is plenty. */
const MAX_TEXT = 8192;

/** What `rule` makes of the text, or the problem with which it ended the scan. Time is proportional to the
 *  length as long as the rule goes forward only. */
export function scan<T, Code extends string>(
  text: string,
  rule: (scanner: FieldScanner<Code>) => T,
): Result<T, FieldProblem<Code>> {
  if (text.length > MAX_TEXT) return err({ code: 'too-long', offset: MAX_TEXT });
  const scanner = new FieldScanner<Code>(text);
  try {
    return ok(rule(scanner));
  } catch (e) {
    // `refuse` throws it; it stops here
    if (e instanceof Refusal && scanner.problem !== null) return err(scanner.problem);
    throw e;
  }
}

class Refusal extends Error {}

const FWS = /(?:[ \t]|\r?\n[ \t])*/y; // each alternative begins with another character
const VISIBLE = /[\x20-\x7e\t]/;

export class FieldScanner<Code extends string> {
  /** What it was refused for; null as long as it was not. */
  problem: FieldProblem<Code> | null = null;
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  /** Where it is, in characters from the start of the text. */
  get offset(): number {
    return this.#at;
  }

  /** The next character; empty at the end. */
  peek(): string {
    return this.#text.charAt(this.#at);
  }

  /** Takes the next character if it is this one. */
  takeCharacter(c: string): boolean {
    if (this.peek() !== c) return false;
    this.#at++;
    return true;
  }

  /** What the (sticky) pattern matches here; empty for nothing. */
  take(pattern: RegExp): string {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.#text)?.[0] ?? '';
    this.#at += found.length;
    return found;
  }

  /** Folding white space; whether there was any. */
  blanks(): boolean {
    return this.take(FWS) !== '';
  }

  /** White space and comments, the text of these added to `comments`; whether there was any. */
  commentsAndBlanks(comments: string[] = []): boolean {
    const start = this.#at;
    this.take(FWS);
    while (this.peek() === '(') {
      comments.push(this.comment());
      this.take(FWS);
    }
    return this.#at > start;
  }

  /** The text of the comment that begins here, backslashes of quoted-pairs removed. It may hold others; their
   *  parentheses are part of the text. */
  comment(): string {
    let text = '';
    let depth = 1;
    for (this.#at++; ;) {
      const next = this.peek();
      if (next === '(') depth++;
      if (next === ')') depth--;
      if (depth === 0) break;
      text += this.#character('open-comment');
    }
    this.#at++;
    return text;
  }

  /** The text of the quoted-string that begins here, backslashes of quoted-pairs removed. */
  quotedString(): string {
    let value = '';
    for (this.#at++; this.peek() !== '"';) value += this.#character('open-quote');
    this.#at++;
    return value;
  }

  /** Whether only white space or the line end is left. */
  done(): boolean {
    const rest = this.#at;
    this.take(FWS);
    const end = this.#text.slice(this.#at, this.#at + 3);
    const done = end === '' || end === '\r\n' || end === '\n';
    if (!done) this.#at = rest;
    return done;
  }

  /** Ends the scan. */
  refuse(code: Code | ScanProblemCode, offset = this.#at): never {
    this.problem = { code, offset };
    throw new Refusal(code);
  }

  /** One character of a comment or a quoted-string: a quoted-pair gives its second, folding gives nothing. */
  #character(unended: ScanProblemCode): string {
    let c = this.peek();
    if (c === '\r' || c === '\n') {
      const blanks = this.take(FWS);
      if (blanks === '') this.refuse('bad-character');
      return blanks.replace(/[\r\n]/g, '');
    }
    if (c === '\\') {
      this.#at++;
      c = this.peek();
    }
    if (c === '') this.refuse(unended);
    if (!VISIBLE.test(c)) this.refuse('bad-character');
    this.#at++;
    return c;
  }
}
