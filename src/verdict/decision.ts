/** What a verdict says. */
import type { LogLevel } from '../events/index.js';
import type { AuthenticationResultsField, ReceivedSpfField } from '../header/index.js';
import type { IprevOutcome } from '../iprev/index.js';
import type { ReplyText, SmtpReply, SpfIdentity } from '../smtp/index.js';
import type { Outcome } from '../spf/index.js';
import type { Transaction } from './transaction.js';

/** Why a transaction is not checked at all. */
export type SkipReason =
  | 'authenticated'
  | 'client-unknown'
  | 'network'
  | 'private-client'
  | 'sender'
  | 'recipient'
  | 'null-sender'
  | 'macro'
  | 'helo-name'
  | 'ptr-domain'
  | 'rule'
  /** Neither identity is to be checked. */
  | 'nothing-to-check';

/** What is to be done with a message, in the words of no protocol. */
export type Decision =
  | { readonly do: 'skip'; readonly why: SkipReason | 'internal-error' }
  /** Let it go on. */
  | { readonly do: 'accept' }
  /** Let it go on over milter; over the policy protocol, answer with this. */
  | { readonly do: 'restrict'; readonly postfix: string }
  /** Take it and keep it from being delivered, until somebody has looked at it. */
  | { readonly do: 'hold'; readonly text: ReplyText }
  /** Refuse it, for good or for now, because of one identity. */
  | { readonly do: 'reject' | 'defer'; readonly of: SpfIdentity | 'iprev'; readonly reply: SmtpReply };

/** A decision and the outcomes it rests on; null for what was not checked. */
export interface Verdict {
  readonly helo: Outcome | null;
  readonly mailFrom: Outcome | null;
  readonly iprev: IprevOutcome | null;
  readonly decision: Decision;
  /** What goes on top of the message, unless it is refused: the first of them first. */
  readonly fields: readonly (ReceivedSpfField | AuthenticationResultsField)[];
  /** Whether fields of the message that claim to be ours are to be deleted, as far as the protocol can. */
  readonly stripsForged: boolean;
  /** What goes in front of its subject, as far as the protocol can; null for nothing. */
  readonly subjectTag: string | null;
  /** The decision in few words for the log. */
  readonly why: string;
  /** Name of the administrator's rule that applied; null for none. */
  readonly rule: string | null;
  /** Whether the decision is only to be logged. */
  readonly dryRun: boolean;
  /** How talkative the log is to be about this message; null: as about all. */
  readonly logLevel: LogLevel | null;
}

export interface Judge {
  /**
   * Equal for transactions of one message that are judged alike, so that one verdict serves them all: they may
   * differ in their recipient, and in the service that asks. Empty where that makes no difference.
   */
  variantOf(transaction: Transaction): string;
  /** Whether some recipients may be judged otherwise than others: then nothing is refused before they are known. */
  readonly tellsRecipientsApart: boolean;
  /** Has the DNS asked what the HELO name needs, for a message that is likely to come from this client. Nothing is
   *  decided, and nothing reported. */
  prepare(transaction: Transaction): void;
  /** At once where every DNS answer is at hand, else a promise. */
  judge(transaction: Transaction): Verdict | Promise<Verdict>;
  /** What is to become of a message where `judge` fails. */
  readonly onInternalError: 'accept' | 'defer';
}
