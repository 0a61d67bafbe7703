/** The reply text of policyd-spf and pyspf-milter: Python's format syntax becomes SPF macros. */
import { parseReplyTemplate } from '../verdict/index.js';
import { REPLY_RESULTS, type ReplyResult } from './keys.js';
import { shown } from './shown.js';

export const DEFAULT_REASON = 'Message {rejectdefer} due to: {spf}. Please see {url}';
export const DEFAULT_URL = 'http://www.openspf.net/Why?s={0};id={1};ip={2};r={3}';

/** The words for a result, in place of `{spf}`. */
const REASONS: Readonly<Record<ReplyResult, string>> = {
  fail: 'SPF fail - not authorized',
  softfail: 'domain owner discourages use of this host',
  neutral: 'access neither permitted nor denied',
  permerror: 'SPF Permanent Error: %{reason}',
  temperror: 'SPF Temporary Error: %{reason}',
};

/** A reply is at most some 450 octets long, macros expanded. */
const MAX_TEXT = 400;

export interface ReasonTexts {
  readonly texts: Readonly<Record<ReplyResult, string>>;
  /** For a fail that the domain explains: the explanation took the place of the reason. */
  readonly failExplained: string;
  readonly problems: readonly string[];
}

/** `message` and `url` as the old file has them. */
export function reasonTexts(message: string, url: string): ReasonTexts {
  const problems = new Set<string>();
  const link = format(url, URL_FIELDS, problems);
  const textFor = (result: ReplyResult, spf: string): string => {
    const rejectdefer = result === 'temperror' ? 'deferred' : 'rejected';
    const fields = new Map([...Object.entries({ rejectdefer, spf, url: link })]);
    const text = format(message, fields, problems);
    if (text.trim() !== '' && text.length <= MAX_TEXT) return text;
    problems.add(
      text.length > MAX_TEXT
        ? 'the text is longer than a reply may be, and is left out'
        : 'a reply needs a text: there is one now',
    );
    return `Message ${rejectdefer} due to: ${spf}`;
  };
  const texts = REPLY_RESULTS.map((result) => [result, textFor(result, REASONS[result])] as const);
  const failExplained = textFor('fail', '%{exp}');
  return {
    texts: Object.fromEntries(texts) as Record<ReplyResult, string>,
    failExplained,
    problems: [...problems],
  };
}

const URL_FIELDS: ReadonlyMap<string, string> = new Map([
  ['0', 'mfrom'],
  ['1', '%{S}'],
  ['2', '%{C}'],
  ['3', '%{R}'],
]);

/** One `{field}`, a doubled or a lone brace, or text. */
const PIECE = /\{\{|\}\}|\{([^{}]*)\}|[{}]|[^{}]+/g;

function format(text: string, fields: ReadonlyMap<string, string>, problems: Set<string>): string {
  return text.replace(PIECE, (piece: string, field: string | undefined) => {
    if (piece === '{{' || piece === '}}') return piece.slice(1);
    if (field !== undefined) {
      const value = fields.get(field.split(/[!:]/, 1)[0] ?? '');
      if (value !== undefined && !/[!:]/.test(field)) return value;
      problems.add(
        value === undefined
          ? `there is no field ${shown(piece)}: the old program died when it came to use it; left out`
          : `how ${shown(piece)} is to be formatted is left out`,
      );
      return value ?? '';
    }
    if (piece === '{' || piece === '}') {
      problems.add('a lone brace: the old program died when it came to use it');
      return piece;
    }
    if (/[^\x20-\x7e]/.test(piece))
      problems.add('a reply can hold printable ASCII only; the rest becomes "?"');
    return literal(piece);
  });
}

/** Text that stands for itself in a macro string. */
export function literal(text: string): string {
  return printable(text).replace(/%/g, '%%');
}

/** What is wrong with a text of SPF macros as the text of a reply; null for nothing. */
export function replyProblem(text: string, tokens: readonly ('exp' | 'reason')[]): string | null {
  if (text.length > MAX_TEXT) return `it has more than ${MAX_TEXT} characters`;
  const template = parseReplyTemplate(text, tokens);
  return template.ok ? null : template.error;
}

/** Text with `?` for what a reply cannot hold. */
export function printable(text: string): string {
  return text.replace(/[^\x20-\x7e]/g, '?');
}
