/** Judges one transaction: whether it is checked, which identities, and what is done about the outcomes. */
import type { Lookup } from '../dns/index.js';
import type { Report } from '../events/index.js';
import type { IpAddress } from '../net/index.js';
import { senderOfHelo, senderOfMailFrom, type Sender } from '../smtp/index.js';
import { checkHost, type Limits, type Outcome } from '../spf/index.js';
import type { Clock } from '../util/index.js';
import type { Judge, SkipReason, Verdict } from './decision.js';
import { exemptClient } from './exemption.js';
import { field, why, type Finding } from './finding.js';
import type { OutageSettings } from './outage-guard.js';
import { watchForOutages } from './outage-watch.js';
import type { Action, Actions, Profile } from './profiles.js';
import { refusal } from './refusal.js';
import type { Transaction } from './transaction.js';

/** What the administrator decides. */
export interface VerdictSettings extends Profile {
  /** This host's name: `receiver=` in the field, and `%{r}`. */
  readonly receiver: string;
  readonly limits: Limits;
  /** How long one transaction may take, both checks together. */
  readonly timeMs: number;
  /** Whether questions are asked before their term is reached. */
  readonly prefetch: boolean;
  /** What an outage of the DNS is: in one, no temperror stops mail. Null: whatever happens, a temperror is
   *  what the actions make of it. */
  readonly outage: OutageSettings | null;
}

/** What a judge works with and does not own. */
export interface JudgeSurroundings {
  readonly lookup: Lookup;
  readonly clock: Clock;
  readonly report: Report;
}

/**
 * Makes a judge. Its verdict comes at once where every DNS answer is at hand, else as a promise.
 *
 * HELO and MAIL FROM are evaluated at the same time, under one deadline, and decided in order. Of their
 * two actions the stronger is taken: reject, then defer, then accept; where both are the same, what is said
 * is about MAIL FROM. An accepted message gets MAIL FROM's own result whatever it is: a HELO pass in the
 * place of a MAIL FROM none has been taken for a MAIL FROM pass (CVE-2019-20790).
 *
 * For a null sender both identities are postmaster at the HELO name (RFC 7208 §2.4), so there is one check.
 * It counts and is reported as HELO: that name is the only one that the client gave, and a `mailfrom` result
 * would speak of a sender that is not there.
 *
 * While the DNS is ill no temperror counts: to defer for it would defer everything.
 */
export function createJudge(settings: VerdictSettings, surroundings: JudgeSurroundings): Judge {
  const { lookup, clock, report } = surroundings;
  const { receiver, limits, timeMs, prefetch } = settings;
  const isOutage = watchForOutages(settings.outage, clock, report);
  const inOutage = withoutTemperror(settings.actions);
  const skipped = skipVerdicts(settings.dryRun);
  const warnOfPrivateClient = hourly(clock, (client: IpAddress) => {
    report({ kind: 'private-client', client: client.toString() });
  });

  const conclude = (subject: Subject, ofHelo: Outcome, ofMailFrom: Outcome | null): Verdict => {
    const actions = isOutage(ofHelo, ofMailFrom) ? inOutage : settings.actions;
    return decide(settings, actions, subject, ofHelo, ofMailFrom);
  };

  return (transaction) => {
    const { client, helo, sender } = transaction;
    if (client === null) return skipped['client-unknown'];
    if (transaction.authenticated) return skipped.authenticated;
    const exempt = exemptClient(client);
    if (exempt === 'private-client') warnOfPrivateClient(client);
    if (exempt !== null) return skipped[exempt];

    const subject: Subject = {
      transaction,
      client,
      helo: senderOfHelo(helo),
      mailFrom: sender.kind === 'null' ? null : senderOfMailFrom(sender, helo),
    };
    const context = { lookup, clock, limits, prefetch, deadline: clock.now() + timeMs };
    const heloOutcome = checkHost({ ip: client, sender: subject.helo, helo, receiver }, context);
    const mailFromOutcome =
      subject.mailFrom === null
        ? null
        : checkHost({ ip: client, sender: subject.mailFrom, helo, receiver }, context);

    if (heloOutcome instanceof Promise || mailFromOutcome instanceof Promise) {
      return Promise.all([heloOutcome, mailFromOutcome]).then(([ofHelo, ofMailFrom]) =>
        conclude(subject, ofHelo, ofMailFrom),
      );
    }
    return conclude(subject, heloOutcome, mailFromOutcome);
  };
}

/** Who is checked. */
interface Subject {
  readonly transaction: Transaction;
  readonly client: IpAddress;
  readonly helo: Sender;
  /** Null for a null sender. */
  readonly mailFrom: Sender | null;
}

/** `actions` are those of the settings, or what an outage makes of them. */
function decide(
  settings: VerdictSettings,
  actions: Actions,
  subject: Subject,
  helo: Outcome,
  mailFrom: Outcome | null,
): Verdict {
  const finding = decisive(actions, subject, helo, mailFrom);
  const action = actionOn(finding, actions);
  const { identity } = finding;
  const isSpared =
    actions !== settings.actions &&
    action !== actionOn(decisive(settings.actions, subject, helo, mailFrom), settings.actions);
  return {
    helo,
    mailFrom,
    decision:
      action === 'accept'
        ? { do: action, field: field(finding, settings.receiver) }
        : { do: action, identity, reply: refusal(action, finding) },
    why: isSpared ? `${why(finding)}, a temperror is let pass by dns.outage_guard` : why(finding),
    dryRun: settings.dryRun,
  };
}

function actionOn({ identity, outcome }: Finding, actions: Actions): Action {
  return actions[identity][outcome.result];
}

function withoutTemperror({ helo, mailFrom }: Actions): Actions {
  return { helo: { ...helo, temperror: 'accept' }, mailFrom: { ...mailFrom, temperror: 'accept' } };
}

/** Which of the two is acted upon and told. */
function decisive(actions: Actions, subject: Subject, helo: Outcome, mailFrom: Outcome | null): Finding {
  const { transaction, client } = subject;
  if (subject.mailFrom !== null && mailFrom !== null) {
    const heloStrength = STRENGTH[actions.helo[helo.result]];
    if (STRENGTH[actions.mailFrom[mailFrom.result]] >= heloStrength) {
      return { transaction, client, identity: 'mailFrom', sender: subject.mailFrom, outcome: mailFrom };
    }
  }
  return { transaction, client, identity: 'helo', sender: subject.helo, outcome: helo };
}

const STRENGTH: Readonly<Record<Action, number>> = { accept: 0, defer: 1, reject: 2 };

const SKIP_WORDS: Readonly<Record<SkipReason, string>> = {
  authenticated: 'client is authenticated',
  'client-unknown': 'client address is unknown',
  loopback: 'client is this host',
  'private-client': 'client address is not public',
};

function skipVerdicts(dryRun: boolean): Readonly<Record<SkipReason, Verdict>> {
  const verdict = (reason: SkipReason): Verdict => ({
    helo: null,
    mailFrom: null,
    decision: { do: 'skip', why: reason },
    why: SKIP_WORDS[reason],
    dryRun,
  });
  return {
    authenticated: verdict('authenticated'),
    'client-unknown': verdict('client-unknown'),
    loopback: verdict('loopback'),
    'private-client': verdict('private-client'),
  };
}

const HOUR_MS = 3_600_000;

/** Calls at most once an hour, and lets the calls between fall. */
function hourly<T>(clock: Clock, call: (value: T) => void): (value: T) => void {
  let next = -Infinity;
  return (value) => {
    const now = clock.now();
    if (now < next) return;
    next = now + HOUR_MS;
    call(value);
  };
}
