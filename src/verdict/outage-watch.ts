/** What the outage guard is told of messages, and what is reported of it. */
import type { Event, Report } from '../events/index.js';
import type { Clock } from '../util/index.js';
import type { Finding, Findings, IprevFinding } from './finding.js';
import { OutageGuard, type OutageChange, type OutageSettings } from './outage-guard.js';

/**
 * Counts what messages come to, and tells whether the DNS is ill, the message just counted included. With
 * null nothing is counted, and it never is.
 *
 * A message is one check, however many of its names were looked up, and it is a temperror if one of these
 * is: that is what might stop it. A message without any name to look up says nothing about the DNS. Every
 * temperror is the fault of the DNS, the time that runs out (RFC 7208 §4.6.4) included; but not a question that
 * our own configuration does not ask.
 */
export function watchForOutages(
  settings: OutageSettings | null,
  clock: Clock,
  report: Report,
): (findings: Findings) => boolean {
  if (settings === null) return () => false;
  const guard = new OutageGuard(settings);
  return ({ helo, mailFrom, iprev }) => {
    if (hasAsked(helo) || hasAsked(mailFrom) || hasAskedForNames(iprev)) {
      const isTemperror = isTemp(helo) || isTemp(mailFrom) || (hasAskedForNames(iprev) && isTemp(iprev));
      const change = guard.record(isTemperror, clock.now());
      if (change !== null) report(eventOf(change, settings));
    }
    return guard.isOutage;
  };
}

function hasAsked(finding: Finding | null): boolean {
  if (finding === null) return false;
  const { outcome } = finding;
  return outcome.result !== 'none' || outcome.cause.kind !== 'bad-domain';
}

function hasAskedForNames(finding: IprevFinding | null): boolean {
  if (finding === null) return false;
  const { outcome } = finding;
  return outcome.result !== 'temperror' || outcome.cause.kind !== 'not-asked';
}

function isTemp(finding: Finding | IprevFinding | null): boolean {
  return finding?.outcome.result === 'temperror';
}

function eventOf(change: OutageChange, { windowMs }: OutageSettings): Event {
  const { checks, failed } = change;
  return change.kind === 'began'
    ? { kind: 'dns-outage-began', checks, failed, windowMs }
    : { kind: 'dns-outage-ended', checks, failed, durationMs: change.durationMs };
}
