/** A cursor over the text of a record or of a macro-string. */

/** The reading rules throw it where the text is wrong; the reader's entry catches it. It never leaves
 *  this folder. */
export class Refusal<Code extends string> extends Error {
  readonly code: Code;
  /** Index of the first character that is wrong. */
  readonly offset: number;

  constructor(code: Code, offset: number) {
    super(code);
    this.code = code;
    this.offset = offset;
  }
}

export class Scanner {
  readonly text: string;
  /** Where reading ends: the end of a term, not of the text. */
  readonly end: number;
  position: number;

  constructor(text: string, position = 0, end = text.length) {
    this.text = text;
    this.position = position;
    this.end = end;
  }

  get atEnd(): boolean {
    return this.position >= this.end;
  }

  /** The code of the next character, or -1 at the end. */
  peek(): number {
    return this.position < this.end ? this.text.charCodeAt(this.position) : -1;
  }

  /** Takes the next character if it is the given one. */
  take(code: number): boolean {
    if (this.peek() !== code) return false;
    this.position++;
    return true;
  }

  /** Takes characters as long as the test holds. */
  takeWhile(test: (code: number) => boolean): string {
    const start = this.position;
    while (this.position < this.end && test(this.text.charCodeAt(this.position))) this.position++;
    return this.text.slice(start, this.position);
  }
}

export function isDigit(code: number): boolean {
  return code >= 0x30 && code <= 0x39;
}

export function isAlpha(code: number): boolean {
  const lower = code | 0x20;
  return lower >= 0x61 && lower <= 0x7a && code < 0x80;
}

export function isAlphanumeric(code: number): boolean {
  return isAlpha(code) || isDigit(code);
}
