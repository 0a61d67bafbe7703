/** Kinds of what refused senders are told: code, enhanced status, text. */
import type { EnhancedStatus } from '../smtp/index.js';
import { ok } from '../util/index.js';
import { parseReplyTemplate, type ReplyTemplate, type ReplyToken } from '../verdict/index.js';
import { notScalar, refused, type Kind } from './kind.js';
import { shown } from './problem.js';
import { nearest } from './suggest.js';

/** A code that refuses (RFC 5321 §4.2: the second digit is one of 0 to 5). */
export const replyCode: Kind<number> = {
  takes: 'a reply code, 400 to 559',
  schema: { type: 'integer', minimum: 400, maximum: 559 },
  read(node) {
    if (node.kind !== 'scalar') return notScalar(node, 'a reply code');
    if (/^[45][0-5]\d$/.test(node.text)) return ok(Number(node.text));
    const hint = '4xx refuses for now, 5xx for good; example: 550';
    return refused(node.place, 'value', `${shown(node.text)} is not the code of a refusal`, hint);
  },
};

/** RFC 3463 §2, as far as it refuses. */
export const enhancedStatus: Kind<EnhancedStatus> = {
  takes: 'an enhanced status code, 4.x.x or 5.x.x',
  schema: { type: 'string', pattern: '^[45](\\.(0|[1-9]\\d{0,2})){2}$' },
  read(node) {
    if (node.kind !== 'scalar') return notScalar(node, 'an enhanced status code');
    if (isStatus(node.text)) return ok(node.text);
    return refused(
      node.place,
      'value',
      `${shown(node.text)} is not an enhanced status code`,
      'example: 5.7.23',
    );
  },
};

function isStatus(text: string): text is EnhancedStatus {
  return /^[45](?:\.(?:0|[1-9]\d{0,2})){2}$/.test(text);
}

const MAX_TEXT = 400;

/** A text that can have these tokens besides the macros of RFC 7208 §7. */
export function replyText(tokens: readonly ReplyToken[]): Kind<ReplyTemplate> {
  return {
    takes: `a text of at most ${MAX_TEXT} characters of ASCII, with macros`,
    schema: { type: 'string', minLength: 1, maxLength: MAX_TEXT },
    read(node) {
      if (node.kind !== 'scalar') return notScalar(node, 'a text');
      const { place, text } = node;
      if (text.length > MAX_TEXT) {
        const message = `the text has ${text.length} characters, and a reply at most ${MAX_TEXT}`;
        return refused(place, 'range', message, null);
      }
      const template = parseReplyTemplate(text, tokens);
      if (template.ok) return ok(template.value);
      return refused(place, 'value', template.error, hintFor(text, tokens));
    },
  };
}

/** Of the words in braces the first that means nothing here, or a percent sign that begins nothing. */
function hintFor(text: string, tokens: readonly ReplyToken[]): string | null {
  for (const [, word = ''] of text.matchAll(/%\{([a-z_]{3,20})\}/g)) {
    if (word === 'ref' || word === 'why_url') return 'this version gives no references; leave it out';
    if (tokens.some((token) => token === word)) continue;
    const near = nearest(word, tokens);
    if (near !== null) return `did you mean "%{${near}}"?`;
    return `besides the macros of RFC 7208 there are ${tokens.map((token) => `%{${token}}`).join(' ')}`;
  }
  return /%(?![{%_-])/.test(text) ? 'a percent sign is written as two of them' : null;
}
