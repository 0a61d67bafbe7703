/** The argument of MAIL FROM. */
import type { Octets } from '../util/index.js';

/** The argument of MAIL FROM: the null sender, or a mailbox. `domain` is as it was given: unchecked. */
export type ReversePath =
  | { readonly kind: 'null' }
  | { readonly kind: 'mailbox'; readonly localPart: Octets; readonly domain: Octets };

/**
 * Takes a sender in Postfix's internal form apart: no brackets, no source route, the local part without
 * its quotes. The domain follows the *last* `@` (RFC 5321 §4.1.2: only a quoted local part holds others;
 * who splits at the first can be told any domain). Without an `@` all of it is the domain.
 */
export function splitAddress(address: Octets): ReversePath {
  if (address === '' || address === '<>') return { kind: 'null' };
  const at = address.lastIndexOf('@');
  return {
    kind: 'mailbox',
    localPart: address.slice(0, Math.max(at, 0)) as Octets,
    domain: address.slice(at + 1) as Octets,
  };
}
