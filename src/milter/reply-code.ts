/** A refusal in the filter's own words (SMFIR_REPLYCODE), and its text. */
import { replyText, type EnhancedStatus, type ReplyText } from '../smtp/index.js';
import type { Octets } from '../util/index.js';

export interface ReplyCode {
  readonly kind: 'replycode';
  /** 400 to 599. */
  readonly code: number;
  /** Null: none, and what the mail server then puts in its place is its own. */
  readonly status: EnhancedStatus | null;
  /** One to three. */
  readonly lines: readonly ReplyText[];
}

const MAX_LINES = 3;
const STATUS = /^[45]\.\d{1,3}\.\d{1,3}$/;

/**
 * The text of SMFIR_REPLYCODE, without its NUL: `550-5.7.23 one` CRLF `550 5.7.23 two`, with the same code and
 * status on each line. A percent sign is doubled, because mail servers take the text for a format: Sendmail
 * throws all of it away at a single one. Where code and status are of different classes Postfix fails the
 * rest of the session, and it takes any digit for the beginning of a status. Throws for what is no refusal,
 * which is a bug.
 */
export function replyCodeText({ code, status, lines }: ReplyCode): string {
  if (!Number.isInteger(code) || code < 400 || code > 599) throw new Error(`not a refusal: ${code}`);
  const digit = Math.floor(code / 100);
  if (status !== null && (!STATUS.test(status) || Number(status[0]) !== digit)) {
    throw new Error(`${status} does not belong to ${code}`);
  }
  if (lines.length < 1 || lines.length > MAX_LINES) throw new Error(`${lines.length} lines in a reply`);
  const last = lines.length - 1;
  const texts = lines.map((line) => replyText(line).replaceAll('%', '%%'));
  const isStatusNeeded = texts.some((text) => /^\d/.test(text));
  const given = status ?? (isStatusNeeded ? `${digit}.0.0` : null);
  const start = given === null ? '' : `${given} `;
  return texts.map((text, i) => `${code}${i < last ? '-' : ' '}${start}${text}`).join('\r\n');
}

/** Reads the data of SMFIR_REPLYCODE. Null for what a mail server would not take: lines that differ in code or
 *  status, single percent signs, anything but one NUL at the end. */
export function readReplyCode(data: Octets): ReplyCode | null {
  if (data.indexOf('\0') !== data.length - 1) return null;
  const parts = data
    .slice(0, -1)
    .split('\r\n')
    .map((line) => /^([45]\d\d)([ -])(?:([45])\.(\d{1,3})\.(\d{1,3}) )?(.*)$/s.exec(line));
  const lines: ReplyText[] = [];
  let reply: ReplyCode | null = null;
  for (const [i, part] of parts.entries()) {
    if (part === null) return null;
    const [, code = '', separator, digit, subject, detail, text = ''] = part;
    if (!code.startsWith(digit ?? '') || (separator === ' ') !== (i === parts.length - 1)) return null;
    if (text.replaceAll('%%', '').includes('%') || (digit === undefined && /^\d/.test(text))) return null;
    lines.push(replyText(text.replaceAll('%%', '%')));
    const status: EnhancedStatus | null =
      digit === undefined ? null : `${digit === '4' ? 4 : 5}.${Number(subject)}.${Number(detail)}`;
    const one: ReplyCode = { kind: 'replycode', code: Number(code), status, lines };
    if (reply !== null && (reply.code !== one.code || reply.status !== status)) return null;
    reply = one;
  }
  return reply;
}
