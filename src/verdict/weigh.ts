/** What the settings make of what was found: the strongest of up to three actions. */
import type { SpfIdentity, SpfResult } from '../smtp/index.js';
import { isNoMailRecord } from '../spf/index.js';
import { isListedSender } from './exemption.js';
import { iprevResult, type Finding, type Findings, type IprevFinding } from './finding.js';
import type { Matter } from './matter.js';
import type { Action, PlainAction, Policy } from './settings.js';

/** What lets mail pass that the actions alone would stop. */
export interface Mercy {
  /** While the DNS is ill no temperror counts: to defer for it would defer everything. */
  readonly isOutage: boolean;
  /** The client forwards for others, so what their domains say of it does not count. */
  readonly isForwarder: boolean;
}

/** An action, and what it is taken because of. */
export interface Weight {
  readonly of: SpfIdentity | 'iprev';
  readonly action: Action;
}

/**
 * Of several actions the strongest: reject, defer, quarantine, an answer of the administrator's own, accept.
 * Where two are the same it is taken because of MAIL FROM, then HELO, then iprev.
 */
export function weigh(matter: Matter, findings: Findings, mercy: Mercy): Weight {
  const { policy } = matter;
  const { helo, mailFrom, iprev } = findings;
  if (isListedAndPasses(matter, findings)) {
    return { of: mailFrom === null ? 'helo' : 'mailFrom', action: 'accept' };
  }
  let of: Weight['of'] = 'mailFrom';
  let action: Action | null = null;
  if (mailFrom !== null && !heloDecides(policy, findings)) action = actionOn(policy, mailFrom, mercy);
  if (helo !== null) {
    const other = actionOn(policy, helo, mercy);
    if (action === null || strength(other) > strength(action)) {
      of = 'helo';
      action = other;
    }
  }
  if (iprev !== null) {
    const other = actionOnIprev(policy, iprev, mercy);
    if (action === null || strength(other) > strength(action)) {
      of = 'iprev';
      action = other;
    }
  }
  return { of, action: action ?? 'accept' };
}

/** Whether HELO alone is acted upon. */
export function heloDecides({ checks }: Policy, { helo }: Findings): boolean {
  return helo !== null && checks.heloDecides.has(helo.outcome.result);
}

/** Whether something would be done about a result that forwarding brings about. */
export function isForwardingStopped(matter: Matter, findings: Findings, mercy: Mercy): boolean {
  const { policy } = matter;
  const { helo, mailFrom } = findings;
  if (isListedAndPasses(matter, findings)) return false;
  return (
    isStoppedForForwarding(policy, helo, mercy) ||
    (!heloDecides(policy, findings) && isStoppedForForwarding(policy, mailFrom, mercy))
  );
}

function isStoppedForForwarding(policy: Policy, finding: Finding | null, mercy: Mercy): boolean {
  if (finding === null || !isDenial(finding.outcome.result)) return false;
  return actionOn(policy, finding, mercy) !== 'accept';
}

/** Whether the sender has the right to be spared by a list, because SPF says that it is the sender. For a null
 *  sender that is the HELO name. */
export function isListedAndPasses({ skip, transaction }: Matter, { helo, mailFrom }: Findings): boolean {
  if (skip?.sendersOnlyIfPass !== true) return false;
  const own = transaction.sender.kind === 'null' ? helo : mailFrom;
  return own?.outcome.result === 'pass' && isListedSender(skip, transaction);
}

function actionOn(policy: Policy, finding: Finding, mercy: Mercy): Action {
  const { result } = finding.outcome;
  if (result === 'temperror' && mercy.isOutage) return 'accept';
  if (isDenial(result) && mercy.isForwarder) return 'accept';
  return isSparedBySending(policy, finding) ? 'accept' : ordinaryAction(policy, finding);
}

function ordinaryAction(policy: Policy, finding: Finding): Action {
  return policy.actions[finding.identity][isStrict(policy, finding) ? 'fail' : finding.outcome.result];
}

/** Whether softfail and neutral of this domain count as fail. */
export function isStrict({ strictDomains }: Policy, { sender, outcome: { result } }: Finding): boolean {
  return (result === 'softfail' || result === 'neutral') && strictDomains.hasDomain(sender.domainText);
}

/** Whether nothing is done for good because the record names hosts that may send. */
export function isSparedBySending(policy: Policy, finding: Finding): boolean {
  if (!policy.onlyNoMailDomains || isNoMailRecord(finding.outcome)) return false;
  const action = ordinaryAction(policy, finding);
  return action === 'reject' || action === 'quarantine';
}

/** What the record of a domain says of hosts that its owner does not know: those that forward, too. */
function isDenial(result: SpfResult): boolean {
  return result === 'fail' || result === 'softfail' || result === 'neutral';
}

function actionOnIprev({ iprev }: Policy, finding: IprevFinding, mercy: Mercy): Action {
  const result = iprevResult(finding);
  return result === 'temperror' && mercy.isOutage ? 'accept' : iprev.actions[result];
}

const STRENGTH: Readonly<Record<PlainAction, number>> = { accept: 0, quarantine: 2, defer: 3, reject: 4 };

function strength(action: Action): number {
  return typeof action === 'string' ? STRENGTH[action] : 1;
}
