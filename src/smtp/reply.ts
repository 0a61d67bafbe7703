/** An SMTP reply that is safe on the wire. */

/** Text of one reply line: printable ASCII, bounded. Only `replyText` makes it. */
export type ReplyText = string & { readonly __replyText: unique symbol };

/** RFC 3463, as far as we give any: `5.7.23` and the like. */
export type EnhancedStatus = `${4 | 5}.${number}.${number}`;

/** `status` has the class digit of `code`: MTAs "mend" or drop a reply where they differ. Null leaves it to the
 *  mail server. */
export interface SmtpReply {
  readonly code: number;
  readonly status: EnhancedStatus | null;
  readonly text: ReplyText;
}

/** Room for the text: RFC 5321 §4.5.3.1.5 allows 512 octets a line, Postfix puts up to 60 and a recipient
 *  in front, and whole replies of at most 450 octets have come through every MTA unharmed. */
const MAX_REPLY_TEXT = 430;

/**
 * Makes text fit for a reply: everything but printable ASCII (line breaks of an explanation above all)
 * becomes `?`, runs of blanks one blank, and what is too long is cut.
 */
export function replyText(text: string): ReplyText {
  const bounded = text.length > 4 * MAX_REPLY_TEXT ? text.slice(0, 4 * MAX_REPLY_TEXT) : text;
  const clean = bounded
    .replace(/[^\x20-\x7e]/g, '?')
    .replace(/ {2,}/g, ' ')
    .trim();
  return (clean.length > MAX_REPLY_TEXT ? `${clean.slice(0, MAX_REPLY_TEXT - 3)}...` : clean) as ReplyText;
}
