/** Which of the administrator's rules applies. */
import type { IpAddress } from '../net/index.js';
import { textOf } from '../util/index.js';
import { hasAllMacros } from './macros.js';
import type { Condition, Either, Rule } from './settings.js';
import type { Transaction } from './transaction.js';

/** The place of the first rule that fits, -1 where none does. `client` is who the client is taken for; null
 *  where nobody knows. */
export function ruleIndex(
  rules: readonly Rule[],
  transaction: Transaction,
  client: IpAddress | null,
): number {
  for (let i = 0; i < rules.length; i++) {
    const rule = rules[i];
    if (rule !== undefined && fits(rule.when, transaction, client)) return i;
  }
  return -1;
}

function fits(when: Condition, transaction: Transaction, client: IpAddress | null): boolean {
  const { sender, helo, recipient, listener, policyContext, authenticated } = transaction;
  if (when.authenticated !== null && when.authenticated !== authenticated) return false;
  if (when.nullSender !== null && when.nullSender !== (sender.kind === 'null')) return false;
  if (when.macros !== null && !hasAllMacros(transaction, when.macros)) return false;
  return (
    isEither(when.client, (networks) => client !== null && networks.has(client)) &&
    isEither(when.listener, (names) => listener !== null && names.has(listener)) &&
    isEither(when.policyContext, (contexts) => contexts.has(textOf(policyContext))) &&
    isEither(when.helo, (names) => names.hasDomain(helo)) &&
    isEither(when.sender, (addresses) => addresses.hasAddress(sender)) &&
    isEither(when.recipient, (addresses) => recipient !== null && addresses.hasAddress(recipient))
  );
}

/** What is not known is in no list, so it fits where the lists only exclude. */
function isEither<T>(either: Either<T> | null, isIn: (listed: T) => boolean): boolean {
  if (either === null) return true;
  const { any, none } = either;
  return (any === null || isIn(any)) && (none === null || !isIn(none));
}
