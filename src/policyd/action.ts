/** What a policy server may answer (access(5)), and its octets. */
import type { ReplyText, SmtpReply } from '../smtp/index.js';
import { assertNever } from '../util/index.js';

/** A whole header field for PREPEND. Only `prependField` makes it. */
export type PrependField = string & { readonly __prependField: unique symbol };

export type Action =
  /** No opinion: the next restriction decides. Never OK, which would skip the rest of the list. */
  | { readonly do: 'dunno' }
  /** Puts a header field above Postfix's own Received, and goes on. */
  | { readonly do: 'prepend'; readonly field: PrependField }
  /** Takes the message and keeps it in the hold queue. */
  | { readonly do: 'hold'; readonly text: ReplyText }
  /** Another action or a restriction class, in the words of the administrator. */
  | { readonly do: 'restrict'; readonly postfix: string }
  /** `defer` refuses for now unless a later restriction refuses for good (DEFER_IF_PERMIT); the code that
   *  goes with it is Postfix's own (450). */
  | { readonly do: 'reject' | 'defer'; readonly reply: SmtpReply };

/** RFC 5322 §2.1.1. PREPEND cannot fold, and Postfix breaks what is longer on the way out, anywhere. */
const MAX_FIELD_OCTETS = 998;

/** Code, status and text, so that with what Postfix adds a reply line stays below 512 (RFC 5321 §4.5.3.1.5). */
const MAX_REPLY_OCTETS = 450;

/** A refusal must have a text: Postfix 3.7 sends leftovers of an earlier reply where there is none, and takes
 *  a code alone for a permission. */
const DEFAULT_TEXT = 'Refused by SPF';

const UNSAFE = /[^\x20-\x7e]/;
const EVERY_UNSAFE = /[^\x20-\x7e]/g;
const STATUS = /^[45]\.\d{1,3}\.\d{1,3}$/;

/** Says that a text is a whole field, name and value. What does not fit is cut off and replaced when the reply
 *  is made; whoever prints the field sees to it that there is no need. */
export function prependField(field: string): PrependField {
  return field as PrependField;
}

/** A whole reply as it goes out: one `action=` line and an empty one. Only `policyReply` makes one. */
export type PolicyReply = Uint8Array & { readonly __policyReply: unique symbol };

export const DUNNO: PolicyReply = encoded('DUNNO');

/**
 * The last word on what goes out: whatever an action carries, it is one line, ended by LF only (a CR makes
 * Postfix wait until its time is up).
 */
export function policyReply(action: Action): PolicyReply {
  switch (action.do) {
    case 'dunno':
      return DUNNO;
    case 'prepend':
      return encoded(`PREPEND ${bounded(action.field, MAX_FIELD_OCTETS)}`);
    case 'hold':
      return encoded(`HOLD ${bounded(action.text, MAX_REPLY_OCTETS)}`.trim());
    case 'restrict':
      return encoded(bounded(action.postfix, MAX_REPLY_OCTETS) || 'DUNNO');
    case 'reject':
      return encoded(refusal(String(action.reply.code), action.reply));
    case 'defer':
      return encoded(refusal('DEFER_IF_PERMIT', action.reply));
    default:
      return assertNever(action);
  }
}

/** `550 5.7.23 text`, or `550 text` where the administrator leaves the status to Postfix. A code or status
 *  that no refusal can have is a bug: with a 2 in front or a word in its place Postfix answers "Server
 *  configuration error", and digits alone let the mail pass. */
function refusal(keyword: string, { code, status, text }: SmtpReply): string {
  if (!Number.isInteger(code) || code < 400 || code > 599) throw new Error(`not a refusal: ${code}`);
  if (status !== null && (!STATUS.test(status) || Number(status[0]) !== Math.floor(code / 100))) {
    throw new Error(`${status} does not belong to ${code}`);
  }
  const given = status === null ? '' : `${status} `;
  const clean = bounded(text, MAX_REPLY_OCTETS - `${code} ${given}`.length);
  return `${keyword} ${given}${clean === '' ? DEFAULT_TEXT : clean}`;
}

function bounded(text: string, maxOctets: number): string {
  const cut = text.length > maxOctets ? text.slice(0, maxOctets) : text;
  return (UNSAFE.test(cut) ? cut.replace(EVERY_UNSAFE, '?') : cut).trim();
}

function encoded(action: string): PolicyReply {
  return Buffer.from(`action=${action}\n\n`, 'latin1') as Uint8Array as PolicyReply;
}
