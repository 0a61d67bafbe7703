/** From what was found to what is done, and what is said. */
import type { SmtpReply } from '../smtp/index.js';
import type { Decision, SkipReason, Verdict } from './decision.js';
import { fieldsFor, skippedFields, subjectTagFor } from './fields.js';
import { why, whyIprev, type Finding, type Findings } from './finding.js';
import type { Matter } from './matter.js';
import type { Plan } from './plan.js';
import { holdText, refusal } from './refusal.js';
import type { Policy } from './settings.js';
import type { Transaction } from './transaction.js';
import {
  heloDecides,
  isListedAndPasses,
  isSparedBySending,
  isStrict,
  weigh,
  type Mercy,
  type Weight,
} from './weigh.js';

/** `forwarder` is the name of the one that the client is, where that is asked for; null for none. The verdict is a
 *  promise only where a reply is. */
export function decide(
  matter: Matter,
  findings: Findings,
  isOutage: boolean,
  forwarder: string | null,
): Verdict | Promise<Verdict> {
  const mercy = { isOutage, isForwarder: forwarder !== null };
  const { of, action } = weigh(matter, findings, mercy);
  const finding = findings[of];
  if (finding === null) throw new Error(`an action because of ${of}, which was not checked`);
  const reason = 'identity' in finding ? why(finding) : whyIprev(finding);
  const because = reason + remarks(matter, findings, mercy, forwarder);
  if (action === 'reject' || action === 'defer') {
    const reply = refusal(action, matter, finding);
    return reply instanceof Promise
      ? refusedLater(matter, findings, action, of, reply, because)
      : verdictOf(matter, findings, { do: action, of, reply }, [], because);
  }
  const note = forwarder === null ? null : `forwarder ${forwarder}`;
  const fields = fieldsFor(matter.policy, matter.transaction, findings, note);
  const decision: Decision =
    action === 'accept'
      ? { do: 'accept' }
      : action === 'quarantine'
        ? { do: 'hold', text: holdText(matter, finding) }
        : { do: 'restrict', postfix: action.postfix };
  return verdictOf(matter, findings, decision, fields, because);
}

async function refusedLater(
  matter: Matter,
  findings: Findings,
  action: 'reject' | 'defer',
  of: Weight['of'],
  reply: Promise<SmtpReply>,
  because: string,
): Promise<Verdict> {
  return verdictOf(matter, findings, { do: action, of, reply: await reply }, [], because);
}

function verdictOf(
  { rule, policy }: Matter,
  findings: Findings,
  decision: Decision,
  fields: Verdict['fields'],
  because: string,
): Verdict {
  const { helo, mailFrom, iprev } = findings;
  return {
    helo: helo?.outcome ?? null,
    mailFrom: mailFrom?.outcome ?? null,
    iprev: iprev?.outcome ?? null,
    decision,
    fields,
    stripsForged: policy.headers.stripForged,
    subjectTag: subjectTagFor(policy, findings),
    why: because,
    rule: rule?.name ?? null,
    dryRun: policy.dryRun,
    logLevel: policy.logLevel,
  };
}

/** Which settings let mail pass that the actions alone would have stopped. */
function remarks(matter: Matter, findings: Findings, mercy: Mercy, forwarder: string | null): string {
  let text = settingsThatCount(matter, findings);
  if (isListedAndPasses(matter, findings)) text += ', the sender is in skip.senders';
  if (forwarder !== null) text += `, forwarder ${forwarder.replace(/[^\x20-\x7e]/g, '?')}`;
  if (isSparedByGuard(matter, findings, mercy)) text += ', a temperror is let pass by dns.outage_guard';
  return text;
}

/** Settings that make something else of a result than its action. */
function settingsThatCount({ policy }: Matter, findings: Findings): string {
  const { mailFrom, helo } = findings;
  const decided = mailFrom !== null && heloDecides(policy, findings) ? ', by checks.helo_decides' : '';
  return decided + settingsThatCountFor(policy, mailFrom) + settingsThatCountFor(policy, helo);
}

function settingsThatCountFor(policy: Policy, finding: Finding | null): string {
  if (finding === null) return '';
  const strict = isStrict(policy, finding) ? ', by actions.strict_domains' : '';
  const spared = isSparedBySending(policy, finding) ? ', spared by actions.only_no_mail_domains' : '';
  return strict + spared;
}

function isSparedByGuard(matter: Matter, findings: Findings, mercy: Mercy): boolean {
  if (!mercy.isOutage) return false;
  const { action } = weigh(matter, findings, { isOutage: false, isForwarder: mercy.isForwarder });
  return action !== weigh(matter, findings, mercy).action;
}

/** The verdict on mail that is not checked. */
export function skipped(
  { rule, policy }: Pick<Plan, 'rule' | 'policy'>,
  transaction: Transaction,
  reason: SkipReason,
): Verdict {
  return {
    helo: null,
    mailFrom: null,
    iprev: null,
    decision: { do: 'skip', why: reason },
    fields: skippedFields(policy, transaction, reason),
    stripsForged: policy.headers.stripForged && !TRUSTED.includes(reason),
    subjectTag: null,
    why: WORDS[reason],
    rule: rule?.name ?? null,
    dryRun: policy.dryRun,
    logLevel: policy.logLevel,
  };
}

/** These may say what they found: they are ours. */
const TRUSTED: readonly SkipReason[] = ['authenticated', 'macro', 'network'];

const WORDS: Readonly<Record<SkipReason, string>> = {
  authenticated: 'client is authenticated',
  'client-unknown': 'client address is unknown',
  network: 'client is in skip.networks',
  'private-client': 'client address is not public',
  sender: 'sender is in skip.senders',
  recipient: 'recipient is in skip.recipients',
  'null-sender': 'sender is null, see skip.null_sender',
  macro: 'connection is in skip.macros',
  'helo-name': 'HELO name is in skip.helo_names',
  'ptr-domain': 'name of the client is in skip.ptr_domains',
  rule: 'the rule says so',
  'nothing-to-check': 'checks.helo and checks.mail_from leave nothing to check',
};
