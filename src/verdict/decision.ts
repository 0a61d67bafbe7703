/** What a verdict says. */
import type { ReceivedSpfField } from '../header/index.js';
import type { SmtpReply, SpfIdentity } from '../smtp/index.js';
import type { Outcome } from '../spf/index.js';
import type { Transaction } from './transaction.js';

/** Why a transaction is not checked at all. */
export type SkipReason = 'authenticated' | 'client-unknown' | 'loopback' | 'private-client';

/** What is to be done with a message, in the words of no protocol. */
export type Decision =
  | { readonly do: 'skip'; readonly why: SkipReason | 'internal-error' }
  /** Let it go on, with this field on top of the message. */
  | { readonly do: 'accept'; readonly field: ReceivedSpfField }
  /** Refuse it, for good or for now, because of one identity. */
  | { readonly do: 'reject' | 'defer'; readonly identity: SpfIdentity; readonly reply: SmtpReply };

/** A decision and the outcomes it rests on; null for an identity that was not checked. */
export interface Verdict {
  readonly helo: Outcome | null;
  readonly mailFrom: Outcome | null;
  readonly decision: Decision;
  /** The decision in few words for the log. */
  readonly why: string;
  /** Whether the decision is only to be logged (profile `monitor`). */
  readonly dryRun: boolean;
}

export type Judge = (transaction: Transaction) => Verdict | Promise<Verdict>;
