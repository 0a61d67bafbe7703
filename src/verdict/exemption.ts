/** Whom not to judge, as far as the message itself tells. */
import { NetworkSet, PRIVATE_NETWORKS, type IpAddress } from '../net/index.js';
import type { SkipReason } from './decision.js';
import { hasAnyMacro } from './macros.js';
import type { Policy, SkipSettings } from './settings.js';
import type { Transaction } from './transaction.js';

/** Why a message is not checked; null where it is, unless the DNS says otherwise. What the list of senders
 *  means for the HELO identity alone is not in it. */
export function exemption(
  { skip, checkAs }: Policy,
  transaction: Transaction,
  client: IpAddress,
): SkipReason | null {
  if (checkAs === null) {
    // Mail that is to leave comes from our own networks and users, who are not to be spared then.
    if (skip.networks.has(client)) return 'network';
    if (skip.authenticated && transaction.authenticated) return 'authenticated';
    if (skip.macros.size > 0 && hasAnyMacro(transaction, skip.macros)) return 'macro';
    if (skip.privateClients !== 'check' && PRIVATE.has(client)) return 'private-client';
  }
  const { sender, recipient } = transaction;
  if (recipient !== null && skip.recipients.hasAddress(recipient)) return 'recipient';
  if (sender.kind === 'null' && skip.nullSender) return 'null-sender';
  return !skip.sendersOnlyIfPass && isListedSender(skip, transaction) ? 'sender' : null;
}

/** Whether the sender is one of `skip.senders`; for a null sender it is the HELO name that counts. */
export function isListedSender(skip: SkipSettings, { sender, helo }: Transaction): boolean {
  return sender.kind === 'null' ? skip.senders.hasDomain(helo) : skip.senders.hasAddress(sender);
}

const PRIVATE = new NetworkSet(PRIVATE_NETWORKS);
