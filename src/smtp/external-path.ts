/** A path as it was typed after MAIL FROM: or RCPT TO:, and as a milter gets it (RFC 5321 §4.1.2). */
import type { Octets } from '../util/index.js';
import { splitOldForm, type ReversePath } from './reverse-path.js';

/** What is left of a path without its brackets, quotes, comments and source route. */
interface Mailbox {
  readonly text: string;
  /** Where those `@` are that were not quoted. */
  readonly ats: readonly number[];
}

/**
 * Takes a path in its external form apart as mail servers do, which is more than RFC 5321 allows: whatever they
 * make the address of a victim from, has to be that address here, or the victim's record is never asked.
 * Postfix and Sendmail accept, and deliver as from `user@example.com`, all of `user@example.com` without
 * brackets, `< user @ example.com >`, `<user@example.com(comment)>`, `<@a.example:user@example.com>`,
 * `<user@example.com;>`, `<Joe <user@example.com>>`, `<user%example.com>` and `<example.com!user>`; Postfix
 * `<user@"example.com">` and `<user@example\.com>`, too.
 *
 * The domain follows the last `@` that is not quoted. What follows the path is cut off: Sendmail 8.17.1 with
 * EAI leaves the parameters in the same string. Nothing, or nothing in the brackets, is the null sender.
 * Never refuses: a domain that is none is found when it is made a name.
 */
export function parsePath(argument: Octets): ReversePath {
  return PLAIN.test(argument) ? plainPath(argument) : anyPath(argument);
}

/** What nearly all paths are: `<user@example.com>`, with nothing in it that means anything. */
const PLAIN = /^<[^<>()[\]:;,@\\"\s]+@[^<>()[\]:;,@\\"\s]*[^<>()[\]:;,@\\"\s.]>/;

function plainPath(path: Octets): ReversePath {
  const at = path.indexOf('@');
  const end = path.indexOf('>', at);
  return {
    kind: 'mailbox',
    localPart: path.slice(1, at) as Octets,
    domain: path.slice(at + 1, end) as Octets,
  };
}

function anyPath(argument: Octets): ReversePath {
  const { text, ats } = withoutEnd(mailboxOf(argument));
  if (text === '') return { kind: 'null' };
  const at = ats.at(-1);
  const path = at === undefined ? splitOldForm(text) : splitAt(text, at);
  return path.kind === 'null' ? path : { ...path, domain: tidied(path.domain) };
}

function splitAt(text: string, at: number): ReversePath {
  return { kind: 'mailbox', localPart: text.slice(0, at) as Octets, domain: text.slice(at + 1) as Octets };
}

function tidied(domain: Octets): Octets {
  const name = domain.replaceAll(' ', '');
  let end = name.length;
  while (name.charAt(end - 1) === '.' && name.charAt(end - 2) === '.') end--; // Sendmail takes any number
  return name.slice(0, end) as Octets;
}

/** One pass over the path. Of many quotes that do not close only one looks for its end, as none behind it can
 *  close either; a comment that does not close is the end of the path. */
function mailboxOf(path: string): Mailbox {
  let text = '';
  let ats: number[] = [];
  let isRoute = false;
  let isBracketed = false;
  let isInLiteral = false;
  let isBlankDue = false;
  let canClose = true;
  const begin = (): void => {
    text = '';
    ats = [];
    isRoute = isBlankDue = isInLiteral = false;
  };
  const add = (piece: string): void => {
    text += isBlankDue ? ` ${piece}` : piece;
    isBlankDue = false;
  };
  for (let i = 0; i < path.length; i++) {
    const c = path.charAt(i);
    const quoteEnd = c === '"' && canClose ? endOfQuoted(path, i) : -1;
    if (quoteEnd > 0) {
      add(path.slice(i + 1, quoteEnd).replace(/\\([^])/g, '$1'));
      i = quoteEnd;
    } else if (c === '<') {
      begin();
      isBracketed = true;
    } else if (c === '>') break;
    else if (c === '(') i = endOfComment(path, i);
    else if (c === ' ' || c === '\t') {
      if (!isBracketed && text !== '') break;
      isBlankDue = text !== '' && ats.at(-1) !== text.length - 1; // not in front of the local part or the domain
    } else if (c === ':' && isRoute && !isInLiteral) begin();
    else {
      const plain = c === '\\' ? path.charAt(++i) : c;
      if (c === '"') canClose = false;
      if (plain === '@') {
        isBlankDue = false;
        isRoute ||= text === '';
        ats.push(text.length);
      } else if (c === '[' || c === ']') isInLiteral = c === '[';
      add(plain);
    }
  }
  return { text, ats };
}

/** Without the end of a group, the comma of a list, an `@` with nothing behind it. */
function withoutEnd({ text, ats }: Mailbox): Mailbox {
  let end = text.length;
  let left = ats.length;
  for (; end > 0; end--) {
    if (ats[left - 1] === end - 1) left--;
    else if (!/[;,]/.test(text.charAt(end - 1))) break;
  }
  return { text: text.slice(0, end), ats: ats.slice(0, left) };
}

/** Where the quoted string that begins at `start` ends; -1 if it never does, because then the quote is a
 *  character like any other. */
function endOfQuoted(text: string, start: number): number {
  for (let i = start + 1; i < text.length; i++) {
    const c = text.charAt(i);
    if (c === '\\') i++;
    else if (c === '"') return i;
  }
  return -1;
}

/** Where the comment that begins at `start` ends, with those in it (RFC 5322 §3.2.2). */
function endOfComment(text: string, start: number): number {
  let depth = 0;
  let i = start;
  for (; i < text.length; i++) {
    const c = text.charAt(i);
    if (c === '\\') i++;
    else if (c === '(') depth++;
    else if (c === ')' && --depth === 0) break;
  }
  return i;
}
