/** Judges one transaction: whether it is checked, what is found, and what is done about it. */
import type { Lookup } from '../dns/index.js';
import { senderOfHelo } from '../smtp/index.js';
import { checkHost, type CheckContext } from '../spf/index.js';
import type { Clock } from '../util/index.js';
import { check, identitiesOf } from './check.js';
import { decide, skipped } from './decide.js';
import type { Judge, SkipReason, Verdict } from './decision.js';
import { exemptingName, forwarderOf } from './evidence.js';
import type { Findings } from './finding.js';
import { Matter } from './matter.js';
import { planFor } from './plan.js';
import type { Policy, VerdictSettings } from './settings.js';
import type { Transaction } from './transaction.js';
import { tellsRecipientsApart, variants } from './variant.js';
import type { Watch } from './watch.js';
import { isForwardingStopped } from './weigh.js';

/** What a judge works with and does not own. */
export interface JudgeSurroundings {
  readonly lookup: Lookup;
  readonly clock: Clock;
  readonly watch: Watch;
}

/**
 * Makes a judge. Its verdict comes at once where every DNS answer is at hand, else as a promise.
 *
 * Everything that the DNS is asked about a message begins at the same time and has one deadline: HELO, MAIL FROM,
 * the names of the client, and what may exempt it. Only for forwarders, whom few messages need, it is asked
 * when the rest is known.
 */
export function createJudge(settings: VerdictSettings, surroundings: JudgeSurroundings): Judge {
  const { lookup, clock, watch } = surroundings;
  const { prefetch } = settings;
  const isOutage = watch.forOutages(settings.outage);

  const conclude = (matter: Matter, findings: Findings): Verdict | Promise<Verdict> => {
    const isOutageNow = isOutage(findings);
    return matter.policy.forwarders.length === 0
      ? decide(matter, findings, isOutageNow, null)
      : decideOnForwarding(matter, findings, isOutageNow);
  };

  const concludeOn = (matter: Matter, findings: Findings | Promise<Findings>): Verdict | Promise<Verdict> =>
    findings instanceof Promise
      ? findings.then((found) => conclude(matter, found))
      : conclude(matter, findings);

  const concludeUnless = (
    exempting: Promise<SkipReason | null>,
    matter: Matter,
    findings: Findings | Promise<Findings>,
  ): Promise<Verdict> => {
    if (findings instanceof Promise) findings.catch(() => undefined); // whoever waits for it below is told
    return exempting.then((reason) =>
      reason === null ? concludeOn(matter, findings) : skipped(matter, matter.transaction, reason),
    );
  };

  const contextOf = ({ limits, timeMs }: Policy): CheckContext => ({
    lookup,
    clock,
    limits,
    prefetch,
    deadline: clock.now() + timeMs,
  });

  const judge = (transaction: Transaction): Verdict | Promise<Verdict> => {
    const plan = planFor(settings, transaction);
    const { client, rule, policy, skip } = plan;
    if (client !== null && skip === 'private-client' && policy.skip.privateClients === 'warn') {
      watch.privateClient(client);
    }
    if (client === null || skip !== null) {
      return skipped(plan, transaction, skip ?? 'client-unknown');
    }
    const matter = new Matter(transaction, client, rule, policy, contextOf(policy));
    const identities = identitiesOf(matter);
    if (identities.helo === null && identities.mailFrom === null && !policy.iprev.check) {
      return skipped(matter, transaction, policy.checks.helo ? 'sender' : 'nothing-to-check');
    }

    const exempting = exemptingName(matter);
    if (typeof exempting === 'string') return skipped(matter, transaction, exempting);
    const findings = check(matter, identities);
    return exempting === null ? concludeOn(matter, findings) : concludeUnless(exempting, matter, findings);
  };

  const prepare = (transaction: Transaction): void => {
    const { client, policy, skip } = planFor(settings, transaction);
    if (client === null || skip !== null || !policy.checks.helo) return;
    const { helo } = transaction;
    const args = { ip: client, sender: senderOfHelo(helo), helo, receiver: policy.receiver };
    // A promise of it does not reject; and what is thrown, the judgement will meet again and report.
    try {
      void checkHost(args, contextOf(policy));
    } catch {
      return;
    }
  };

  return {
    judge,
    prepare,
    variantOf: variants(settings),
    tellsRecipientsApart: tellsRecipientsApart(settings),
    onInternalError: settings.policy.dryRun ? 'accept' : settings.policy.onInternalError,
  };
}

function decideOnForwarding(
  matter: Matter,
  findings: Findings,
  isOutage: boolean,
): Verdict | Promise<Verdict> {
  if (!isForwardingStopped(matter, findings, { isOutage, isForwarder: false })) {
    return decide(matter, findings, isOutage, null);
  }
  const forwarder = forwarderOf(matter);
  return forwarder instanceof Promise
    ? forwarder.then((name) => decide(matter, findings, isOutage, name))
    : decide(matter, findings, isOutage, forwarder);
}
