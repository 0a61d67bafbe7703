/** What was found about one identity or about the client's names, and how it is told in few words. */
import { describeIprev, type IprevOutcome, type IprevResult } from '../iprev/index.js';
import type { IpAddress } from '../net/index.js';
import type { Sender, SpfIdentity } from '../smtp/index.js';
import { describeCause, matchedTerm, type Outcome } from '../spf/index.js';
import type { Transaction } from './transaction.js';

export interface Finding {
  readonly transaction: Pick<Transaction, 'helo' | 'sender'>;
  readonly client: IpAddress;
  readonly identity: SpfIdentity;
  /** What was checked under this identity. */
  readonly sender: Sender;
  readonly outcome: Outcome;
}

/** RFC 8601 §3, and whether the names belong to the sender. */
export interface IprevFinding {
  readonly client: IpAddress;
  readonly outcome: IprevOutcome;
  /** The client has names, but none in the domain of the sender, as the administrator wants it. */
  readonly isElsewhere: boolean;
}

/** All that was found about a message; null for what was not checked. */
export interface Findings {
  readonly helo: Finding | null;
  readonly mailFrom: Finding | null;
  readonly iprev: IprevFinding | null;
}

/** What names of another domain count as. */
export function iprevResult({ outcome, isElsewhere }: IprevFinding): IprevResult {
  return isElsewhere ? 'fail' : outcome.result;
}

export function describeIprevFinding({ outcome, isElsewhere }: IprevFinding): string {
  return isElsewhere ? 'no name of it is in the domain of the sender' : describeIprev(outcome);
}

/** In few words, for the log: `mail-from fail (-all)`. */
export function why({ identity, outcome }: Finding): string {
  const reason = describeCause(outcome) || (matchedTerm(outcome) ?? 'default');
  return `${identity === 'helo' ? 'helo' : 'mail-from'} ${outcome.result} (${reason})`;
}

export function whyIprev(finding: IprevFinding): string {
  return `iprev ${iprevResult(finding)} (${describeIprevFinding(finding)})`;
}
