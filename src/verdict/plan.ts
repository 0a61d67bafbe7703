/** What is to be done about a message, before anything is looked up. */
import type { IpAddress } from '../net/index.js';
import type { SkipReason } from './decision.js';
import { exemption } from './exemption.js';
import { ruleIndex } from './rule.js';
import type { Policy, Rule, VerdictSettings } from './settings.js';
import type { Transaction } from './transaction.js';

export interface Plan {
  /** Who the client is taken for. */
  readonly client: IpAddress | null;
  readonly rule: Rule | null;
  /** That of the rule, or the configuration's own. */
  readonly policy: Policy;
  /** Null where the message is checked. */
  readonly skip: SkipReason | null;
}

/** The client is settled first, then the rule is chosen, and the rule says who is not checked. A rule goes by
 *  the client that there is, not by the one that it has it checked as. */
export function planFor(settings: VerdictSettings, transaction: Transaction): Plan {
  const mapped = mappedClient(settings, transaction);
  const rule = settings.rules[ruleIndex(settings.rules, transaction, mapped)] ?? null;
  const policy = rule?.policy ?? settings.policy;
  const client = policy.checkAs ?? mapped;
  return { client, rule, policy, skip: skipReason(rule, policy, transaction, client) };
}

function skipReason(
  rule: Rule | null,
  policy: Policy,
  transaction: Transaction,
  client: IpAddress | null,
): SkipReason | null {
  if (rule?.skip === true) return 'rule';
  if (client === null) return 'client-unknown';
  return rule?.skip === false ? null : exemption(policy, transaction, client);
}

/** The client as `client_map` has it. */
export function mappedClient({ clientMap }: VerdictSettings, { client }: Transaction): IpAddress | null {
  if (client === null || clientMap.size === 0) return client;
  return clientMap.get(client.toString()) ?? client;
}
