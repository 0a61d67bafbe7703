/** A transaction like any other, but for what a test is about. */
import { IpAddress } from '../../src/net/index.js';
import { splitAddress } from '../../src/smtp/index.js';
import type { Octets } from '../../src/util/index.js';
import type { Transaction } from '../../src/verdict/index.js';

/** In the notations of the protocols; characters are octets. */
export interface TransactionTexts {
  readonly client?: string;
  readonly helo?: string;
  readonly sender?: string;
  /** Empty for none. */
  readonly recipient?: string;
}

export function transactionOf(texts: TransactionTexts, more: Partial<Transaction> = {}): Transaction {
  const {
    client = '192.0.2.1',
    helo = 'mail.example.org',
    sender = 'user@example.org',
    recipient = '',
  } = texts;
  return {
    protocol: 'policy',
    listener: null,
    client: IpAddress.parse(client),
    helo: helo as Octets,
    sender: splitAddress(sender as Octets),
    authenticated: false,
    recipient: recipient === '' ? null : splitAddress(recipient as Octets),
    policyContext: '' as Octets,
    macro: () => null,
    ...more,
  };
}
