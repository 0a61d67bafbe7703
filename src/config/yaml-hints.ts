/** What to write instead, for what the YAML parser refuses. */
import type { ErrorCode } from 'yaml';

type Hint = string | null;

const QUOTES = 'put the value in quotes';

/** For each code of the parser: what helps, from what it points at (to the end of the line) and the line
 *  around that. */
const HINTS: ReadonlyMap<ErrorCode, (rest: string, line: string) => Hint> = new Map([
  // @ ` %: reserved characters
  ['BAD_SCALAR_START', (rest: string): Hint => withoutAt(rest) ?? QUOTES],
  // `hostname: a: b`
  ['BLOCK_AS_IMPLICIT_KEY', (): Hint => 'a value with ": " in it, or a colon at its end, needs quotes'],
  ['TAB_AS_INDENT', (): Hint => 'indent with blanks'],
  ['BAD_INDENT', (): Hint => 'keys of one section begin in the same column, and brackets are closed'],
  ['MULTIPLE_DOCS', (): Hint => 'a file is one document; remove the line with "---"'],
  // `policy: [::1]:8895` is a list with something behind it
  ['UNEXPECTED_TOKEN', (_: string, line: string): Hint => (BRACKETS.test(line) ? BRACKETS_HINT : null)],
  // `subject_tag: [SPF:%{result}]` is a list with something in it that is none
  ['MISSING_CHAR', (_: string, line: string): Hint => (/\[[^\]]*%\{/.test(line) ? TEXT_HINT : null)],
]);

/** People who know other lists of domains write `@example.com`. */
function withoutAt(rest: string): Hint {
  const [, word] = /^@([\w.-]{0,60})/.exec(rest) ?? [];
  if (word === undefined) return null;
  return word === '' ? QUOTES : `write ${word}, without the @, or put the value in quotes`;
}

const BRACKETS = /\[[0-9a-f:.]{2,45}\]:\d/i;
const BRACKETS_HINT = 'put an address with brackets in quotes: "[::1]:8895"';
const TEXT_HINT = 'put a text that begins with a bracket in quotes: "[SPF:%{result}]"';

/** The parser's messages that are written for programmers, in other words. */
const MESSAGES: ReadonlyMap<ErrorCode, string> = new Map([
  ['BLOCK_AS_IMPLICIT_KEY', 'a second key on one line'],
  ['MULTIPLE_DOCS', 'a second document begins here'],
  ['RESOURCE_EXHAUSTION', 'nested too deeply'],
]);

/** What is wrong, as it stands in the middle of a line. */
export function syntaxMessage(code: ErrorCode, message: string): string {
  if (code === 'MISSING_CHAR' && message.includes('quote')) return 'a text in quotes has no end';
  return MESSAGES.get(code) ?? message.charAt(0).toLowerCase() + message.slice(1);
}

/** A hint for a syntax error at an offset of the text; null where the parser's own words say it all. */
export function syntaxHint(code: ErrorCode, text: string, offset: number): Hint {
  const rest = text.slice(offset, offset + 100).replace(/\n[^]*/, '');
  return HINTS.get(code)?.(rest, lineAt(text, offset)) ?? null;
}

/** Whether the parser knows what was meant in spite of the error, so that the rest can be read too. */
export function isLocal(code: ErrorCode): boolean {
  return code === 'BAD_SCALAR_START';
}

/** The line around an offset, as far as it is worth looking at. */
function lineAt(text: string, offset: number): string {
  const start = text.lastIndexOf('\n', Math.max(offset - 1, 0)) + 1;
  const end = text.indexOf('\n', offset);
  return text.slice(start, Math.min(end === -1 ? text.length : end, start + 200));
}
