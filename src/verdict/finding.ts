/** What was found about one identity, in the forms in which it is told. */
import { printReceivedSpf, type Basis, type ReceivedSpfField } from '../header/index.js';
import type { IpAddress } from '../net/index.js';
import type { Sender, SpfIdentity } from '../smtp/index.js';
import { describeCause, matchedTerm, type Outcome } from '../spf/index.js';
import type { Transaction } from './transaction.js';

export interface Finding {
  readonly transaction: Transaction;
  readonly client: IpAddress;
  readonly identity: SpfIdentity;
  /** What was checked under this identity. */
  readonly sender: Sender;
  readonly outcome: Outcome;
}

/** In few words, for the log: `mail-from fail (-all)`. */
export function why({ identity, outcome }: Finding): string {
  const reason = describeCause(outcome) || (matchedTerm(outcome) ?? 'default');
  return `${identity === 'helo' ? 'helo' : 'mail-from'} ${outcome.result} (${reason})`;
}

/** As a header field of `receiver`, this host. */
export function field(finding: Finding, receiver: string): ReceivedSpfField {
  const { transaction, client, identity, sender, outcome } = finding;
  return printReceivedSpf({
    result: outcome.result,
    identity,
    domain: sender.domain.ok ? sender.domain.value : null,
    client,
    helo: transaction.helo,
    sender: transaction.sender,
    receiver,
    basis: basis(outcome),
  });
}

function basis(outcome: Outcome): Basis | null {
  switch (outcome.result) {
    case 'none':
      return null;
    case 'permerror':
    case 'temperror':
      return { kind: 'problem', text: describeCause(outcome) };
    case 'pass':
    case 'fail':
    case 'softfail':
    case 'neutral':
      return { kind: 'mechanism', text: mechanism(matchedTerm(outcome)) };
  }
}

/** RFC 7208 §9.1: the mechanism, hence without the qualifier, which the result repeats; `default` for none. */
function mechanism(term: string | null): string {
  if (term === null) return 'default';
  return QUALIFIERS.includes(term.charAt(0)) ? term.slice(1) : term;
}

const QUALIFIERS = '+-~?';
