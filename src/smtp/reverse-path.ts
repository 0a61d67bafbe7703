/** The argument of MAIL FROM. */
import type { Octets } from '../util/index.js';

/** The argument of MAIL FROM: the null sender, or a mailbox. `domain` is as it was given: unchecked. */
export type ReversePath =
  | { readonly kind: 'null' }
  | { readonly kind: 'mailbox'; readonly localPart: Octets; readonly domain: Octets };

/**
 * Takes a sender in Postfix's internal form apart: no brackets, no source route, the local part without
 * its quotes. The domain follows the *last* `@` (RFC 5321 §4.1.2: only a quoted local part holds others;
 * who splits at the first can be told any domain); one with nothing behind it does not count, as Postfix
 * takes it away.
 */
export function splitAddress(address: Octets): ReversePath {
  if (address === '' || address === '<>') return { kind: 'null' };
  let end = address.length;
  while (end > 1 && address.charCodeAt(end - 1) === AT) end--;
  const at = address.lastIndexOf('@', end - 1);
  if (at < 0) return splitOldForm(address.slice(0, end));
  return mailbox(address.slice(0, at), address.slice(at + 1, end));
}

const AT = 0x40;

/**
 * Takes an address without an `@` apart: `example.com!user` and `user%example.com` go on as from
 * `user@example.com`, so it is the record of that domain that has to be asked. Of anything else all is the
 * domain.
 */
export function splitOldForm(address: string): ReversePath {
  const bang = address.indexOf('!');
  if (bang > 0) return mailbox(address.slice(bang + 1), address.slice(0, bang));
  const percent = address.lastIndexOf('%');
  return mailbox(address.slice(0, Math.max(percent, 0)), address.slice(percent + 1));
}

function mailbox(localPart: string, domain: string): ReversePath {
  return { kind: 'mailbox', localPart: localPart as Octets, domain: domain as Octets };
}
