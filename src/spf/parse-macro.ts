/** Reads macro-strings and domain-specs (RFC 7208 §7.1). */
import type { ExpMacroLetter, MacroLetter, MacroPart, MacroString } from './record.js';
import { isAlphanumeric, isDigit, Refusal, type Scanner } from './scanner.js';

export type MacroProblem =
  /** An octet that may not stand here: a control, 0x7F, or anything that is not ASCII. */
  | 'bad-character'
  /** A `%` that begins no macro, or a macro with unknown letter, zero digits or bad delimiters. */
  | 'bad-macro'
  /** A domain-spec that does not end in a macro, or in a dot and a top label. */
  | 'bad-domain'
  /** An empty or overlong label, written out: wrong for everyone (§4.8). */
  | 'bad-label';

const PERCENT = 0x25;
const DOT = 0x2e;
/** As many labels as anybody could ask for: no value has more parts. */
const MAX_KEEP = 9999;

const LETTERS: ReadonlyMap<string, MacroLetter> = new Map(
  (['s', 'l', 'o', 'd', 'i', 'p', 'v', 'h'] as const).map((letter) => [letter, letter]),
);
const EXP_LETTERS: ReadonlyMap<string, ExpMacroLetter> = new Map(
  (['c', 'r', 't'] as const).map((letter) => [letter, letter]),
);

/** The text of an explanation (§6.2): a macro-string with blanks, and letters of its own (§7.2). */
export function readExplanation(scanner: Scanner): MacroString {
  return readParts(scanner, (code) => code >= 0x20, true);
}

/** A macro-string, up to the end. */
export function readMacroString(scanner: Scanner): MacroString {
  return readParts(scanner, (code) => code > 0x20, false);
}

/** A domain-spec, up to the end: a macro-string that ends in a macro, or in a dot and a top label. */
export function readDomainSpec(scanner: Scanner): MacroString {
  const start = scanner.position;
  const parts = readMacroString(scanner);
  const last = parts.at(-1);
  if (last === undefined) throw new Refusal<MacroProblem>('bad-domain', start);
  if (last.kind === 'literal' && !endsInTopLabel(last.text, parts.length > 1)) {
    throw new Refusal<MacroProblem>('bad-domain', start);
  }
  checkLabels(parts, start);
  return parts;
}

function readParts(
  scanner: Scanner,
  isLiteral: (code: number) => boolean,
  inExplanation: boolean,
): MacroString {
  const parts: MacroPart[] = [];
  while (!scanner.atEnd) {
    if (scanner.take(PERCENT)) {
      parts.push(readExpand(scanner, inExplanation));
      continue;
    }
    const text = scanner.takeWhile((code) => isLiteral(code) && code < 0x7f && code !== PERCENT);
    if (text === '') throw new Refusal<MacroProblem>('bad-character', scanner.position);
    parts.push({ kind: 'literal', text });
  }
  return parts;
}

/** What follows a `%`. */
function readExpand(scanner: Scanner, inExplanation: boolean): MacroPart {
  const start = scanner.position - 1;
  const next = scanner.text.charAt(scanner.position);
  if (!scanner.atEnd && (next === '%' || next === '_' || next === '-')) {
    scanner.position++;
    return { kind: 'escape', of: next };
  }
  if (!scanner.take(0x7b)) throw new Refusal<MacroProblem>('bad-macro', start);
  const written = scanner.atEnd ? '' : scanner.text.charAt(scanner.position++);
  const lower = written.toLowerCase();
  const letter = LETTERS.get(lower) ?? (inExplanation ? EXP_LETTERS.get(lower) : undefined);
  if (letter === undefined) throw new Refusal<MacroProblem>('bad-macro', start);
  const digits = scanner.takeWhile(isDigit);
  const keep = Math.min(Number(digits), MAX_KEEP);
  if (keep === 0 && digits !== '') throw new Refusal<MacroProblem>('bad-macro', start); // §7.1: MUST NOT be zero
  const reverse = scanner.take(0x72) || scanner.take(0x52);
  const delimiters = scanner.takeWhile(isDelimiter);
  if (!scanner.take(0x7d)) throw new Refusal<MacroProblem>('bad-macro', start);
  return {
    kind: 'macro',
    letter,
    escape: written !== lower,
    keep,
    reverse,
    delimiters: delimiters === '' ? '.' : delimiters,
  };
}

function isDelimiter(code: number): boolean {
  return '.-+,/_='.includes(String.fromCharCode(code));
}

/** domain-end: `"." toplabel [ "." ]`. A top label has a letter in it, or a hyphen inside, and is made of
 *  nothing else than letters, digits and hyphens. `before`: a macro stands in front of the text. */
function endsInTopLabel(text: string, before: boolean): boolean {
  const end = text.endsWith('.') ? text.length - 1 : text.length;
  const dot = text.lastIndexOf('.', end - 1);
  if (dot === -1 || (dot === 0 && !before)) return false;
  const label = text.slice(dot + 1, end);
  for (let i = 0; i < label.length; i++) {
    if (!isAlphanumeric(label.charCodeAt(i)) && label[i] !== '-') return false;
  }
  return label !== '' && !/^\d+$/.test(label) && !label.startsWith('-') && !label.endsWith('-');
}

/** Labels that stand between dots of one literal, or at the very beginning, are the same for everyone. */
function checkLabels(parts: MacroString, start: number): void {
  parts.forEach((part, index) => {
    if (part.kind !== 'literal') return;
    let labelStart = 0;
    for (let i = 0; i <= part.text.length; i++) {
      const isDot = i < part.text.length && part.text.charCodeAt(i) === DOT;
      if (!isDot && i < part.text.length) continue;
      const length = i - labelStart;
      const isWhole = isDot && (labelStart > 0 || index === 0);
      if (length > 63 || (length === 0 && isWhole)) throw new Refusal<MacroProblem>('bad-label', start);
      labelStart = i + 1;
    }
  });
}
