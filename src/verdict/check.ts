/** Looks at the identities of a message and at the names of its client, all at the same time. */
import type { IprevOutcome } from '../iprev/index.js';
import { senderOfHelo, senderOfMailFrom, type Sender, type SpfIdentity } from '../smtp/index.js';
import { checkHost, type Outcome } from '../spf/index.js';
import { isWithinAny } from './evidence.js';
import type { Finding, Findings, IprevFinding } from './finding.js';
import type { Matter } from './matter.js';

/** What there is to look at; null for what is not checked. */
export interface Identities {
  readonly helo: Sender | null;
  readonly mailFrom: Sender | null;
}

/**
 * For a null sender both identities are postmaster at the HELO name (RFC 7208 §2.4), so there is one check. It
 * counts and is reported as HELO: that name is the only one that the client gave, and a `mailfrom` result
 * would speak of a sender that is not there. Only where HELO is not to be checked it is MAIL FROM's.
 *
 * A HELO name among the exempt senders is not checked, whoever the sender is.
 */
export function identitiesOf({ transaction, policy, skip }: Matter): Identities {
  const { helo, sender } = transaction;
  const isExempt = skip !== null && !skip.sendersOnlyIfPass && skip.senders.hasDomain(helo);
  return {
    helo: policy.checks.helo && !isExempt ? senderOfHelo(helo) : null,
    mailFrom:
      policy.checks.mailFrom && (sender.kind !== 'null' || !policy.checks.helo)
        ? senderOfMailFrom(sender, helo)
        : null,
  };
}

/** What is found comes at once where every DNS answer is at hand. */
export function check(matter: Matter, identities: Identities): Findings | Promise<Findings> {
  const helo = checkOne(matter, identities.helo);
  const mailFrom = checkOne(matter, identities.mailFrom);
  const hosts = matter.policy.iprev.check ? matter.hosts() : null;
  return helo instanceof Promise || mailFrom instanceof Promise || hosts instanceof Promise
    ? findingsLater(matter, identities, helo, mailFrom, hosts)
    : findingsOf(matter, identities, helo, mailFrom, hosts);
}

async function findingsLater(
  matter: Matter,
  identities: Identities,
  helo: Outcome | null | Promise<Outcome>,
  mailFrom: Outcome | null | Promise<Outcome>,
  hosts: IprevOutcome | null | Promise<IprevOutcome>,
): Promise<Findings> {
  const [ofHelo, ofMailFrom, ofHosts] = await Promise.all([helo, mailFrom, hosts]);
  return findingsOf(matter, identities, ofHelo, ofMailFrom, ofHosts);
}

function checkOne(
  { client, transaction, policy, context }: Matter,
  sender: Sender | null,
): Outcome | null | Promise<Outcome> {
  if (sender === null) return null;
  return checkHost({ ip: client, sender, helo: transaction.helo, receiver: policy.receiver }, context);
}

function findingsOf(
  matter: Matter,
  identities: Identities,
  helo: Outcome | null,
  mailFrom: Outcome | null,
  hosts: IprevOutcome | null,
): Findings {
  return {
    helo: findingOf(matter, 'helo', identities.helo, helo),
    mailFrom: findingOf(matter, 'mailFrom', identities.mailFrom, mailFrom),
    iprev: hosts === null ? null : iprevFindingOf(matter, hosts),
  };
}

function findingOf(
  { transaction, client }: Matter,
  identity: SpfIdentity,
  sender: Sender | null,
  outcome: Outcome | null,
): Finding | null {
  return sender === null || outcome === null ? null : { transaction, client, identity, sender, outcome };
}

function iprevFindingOf({ transaction, client, policy }: Matter, outcome: IprevOutcome): IprevFinding {
  const isElsewhere =
    policy.iprev.matchSender &&
    outcome.result === 'pass' &&
    !isAnyIn(outcome.names, senderOfMailFrom(transaction.sender, transaction.helo));
  return { client, outcome, isElsewhere };
}

function isAnyIn(names: readonly string[], { domain }: Sender): boolean {
  if (!domain.ok) return false;
  const domains = new Set([domain.value.toLowerCase()]);
  return names.some((name) => isWithinAny(name, domains));
}
