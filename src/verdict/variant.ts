/** Which recipients of a message are judged alike. */
import { mappedClient } from './plan.js';
import { ruleIndex } from './rule.js';
import type { Policy, VerdictSettings } from './settings.js';
import type { Transaction } from './transaction.js';

/** Makes `variantOf` of a judge: the place of the rule, whether the recipient is exempt, and the places of the
 *  forwarders that have their recipients named and this one among them. */
export function variants(settings: VerdictSettings): (transaction: Transaction) => string {
  if (settings.rules.length === 0 && !namesRecipients(settings.policy)) return () => '';
  return (transaction) => {
    const index = ruleIndex(settings.rules, transaction, mappedClient(settings, transaction));
    const rule = settings.rules[index];
    if (rule?.skip === true) return `${index}`;
    const { skip, forwarders } = rule?.policy ?? settings.policy;
    const { recipient } = transaction;
    if (recipient === null) return `${index}`;
    if (rule?.skip !== false && skip.recipients.hasAddress(recipient)) return `${index} skip`;
    let key = `${index}`;
    forwarders.forEach(({ recipients }, place) => {
      if (recipients?.hasAddress(recipient) === true) key += ` ${place}`;
    });
    return key;
  };
}

/** Whether anything that is decided depends on the recipient. */
export function tellsRecipientsApart({ policy, rules }: VerdictSettings): boolean {
  return (
    namesRecipients(policy) ||
    rules.some(({ when, policy: own }) => when.recipient !== null || namesRecipients(own))
  );
}

function namesRecipients({ skip, forwarders }: Policy): boolean {
  return !skip.recipients.isEmpty || forwarders.some(({ recipients }) => recipients !== null);
}
