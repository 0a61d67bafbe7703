/** The texts of replies, as an administrator writes them: with the macros of an explanation (RFC 7208 §7), and
 *  with tokens of our own for what was found. */
import { parseExplanation, type MacroString } from '../spf/index.js';
import { err, octetsOfText, ok, type Result } from '../util/index.js';

/** `%{exp}`: the domain's own explanation; `%{reason}`: what went wrong; `%{mechanism}`: what matched;
 *  `%{record}`: the record; `%{result}`; `%{domain}`: what was checked, in words. */
export type ReplyToken = 'exp' | 'reason' | 'mechanism' | 'record' | 'result' | 'domain';

const TOKENS: readonly ReplyToken[] = ['exp', 'reason', 'mechanism', 'record', 'result', 'domain'];

/** A text that `parseReplyTemplate` has read. */
export interface ReplyTemplate {
  readonly parts: readonly Part[];
}

type Part =
  | { readonly kind: 'literal'; readonly text: string }
  | { readonly kind: 'macros'; readonly macros: MacroString }
  | { readonly kind: 'value'; readonly of: ReplyValue };

/** What values are asked for: the tokens, and the client, whose macro `%{c}` is in most texts and needs nothing of
 *  what the other macros need. */
export type ReplyValue = ReplyToken | 'c';

const VALUES: readonly ReplyValue[] = [...TOKENS, 'c'];

/** Nothing of more than that comes through, and a file may hold anything. */
const MAX_TEMPLATE = 1000;

/** Reads a text that may have these tokens, `exp` only once. The problem is a sentence for people. */
export function parseReplyTemplate(
  text: string,
  allowed: readonly ReplyToken[],
): Result<ReplyTemplate, string> {
  if (text.trim() === '') return err('a reply needs a text');
  if (text.length > MAX_TEMPLATE) return err(`a reply has at most ${MAX_TEMPLATE} characters`);
  if (/[^\x20-\x7e]/.test(text)) return err('a reply holds printable ASCII only');
  const parts: Part[] = [];
  let macros = ''; // up to the next value
  for (const [piece = ''] of text.matchAll(PIECE)) {
    const of = VALUES.find((each) => piece === `%{${each}}`);
    if (of === undefined) {
      if (piece.startsWith('%') && parseExplanation(octetsOfText(piece)) === null) {
        return err(`"${piece}" is no macro`);
      }
      macros += piece;
      continue;
    }
    if (of !== 'c' && !allowed.includes(of)) return err(`"${piece}" has no value in this text`);
    if (of === 'exp' && parts.some((part) => part.kind === 'value' && part.of === 'exp')) {
      return err('"%{exp}" may stand in a text only once');
    }
    parts.push(...partsOf(macros), { kind: 'value', of });
    macros = '';
  }
  return ok({ parts: [...parts, ...partsOf(macros)] });
}

/** One macro, escape or token, whole or not; or what is between two of them. */
const PIECE = /%(?:\{[^{}%]*\}?|[^{])?|[^%]+/g;

function partsOf(text: string): readonly Part[] {
  if (text === '') return [];
  if (!text.includes('%')) return [{ kind: 'literal', text }];
  const macros = parseExplanation(octetsOfText(text));
  if (macros === null) throw new Error(`pieces that can be read make a text that cannot: ${text}`);
  return [{ kind: 'macros', macros }];
}

/**
 * Puts in values. What `values` gives is taken as it is: a `%` in it begins no macro. As a promise only where
 * `expand` gives one.
 */
export function fillTemplate(
  { parts }: ReplyTemplate,
  values: (of: ReplyValue) => string,
  expand: (macros: MacroString) => string | Promise<string>,
): string | Promise<string> {
  let text: string | Promise<string> = '';
  for (const part of parts) {
    const piece =
      part.kind === 'literal' ? part.text : part.kind === 'value' ? values(part.of) : expand(part.macros);
    text = joined(text, piece);
  }
  return text;
}

function joined(before: string | Promise<string>, piece: string | Promise<string>): string | Promise<string> {
  if (typeof before === 'string' && typeof piece === 'string') return before + piece;
  return Promise.all([before, piece]).then(([first, second]) => first + second);
}
