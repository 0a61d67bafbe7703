/** What a mail server says, as plain values. */
import { IpAddress } from '../net/index.js';
import { parsePath, type ReversePath } from '../smtp/index.js';
import type { Octets } from '../util/index.js';
import type { Command } from './command.js';
import type { Agreement } from './negotiation.js';

/** Who is at the other end of the SMTP connection. */
export interface Client {
  /** The name that was looked up, or the address in brackets. */
  readonly hostName: Octets;
  /** Null for what came through a unix socket or no socket at all, and for what is no address. */
  readonly address: IpAddress | null;
  /** `4`, `6`, `L` or `U`, and what was there for an address. */
  readonly family: Octets;
  readonly addressText: Octets;
}

/** What a command means to somebody who judges mail. */
export type Input =
  /** Answer with the agreement, as SMFIR_OPTNEG. */
  | { readonly kind: 'negotiate'; readonly agreement: Agreement }
  | { readonly kind: 'connect'; readonly client: Client }
  /** A message begins, perhaps without a HELO before it. `text` is the path as it was typed. */
  | {
      readonly kind: 'mail' | 'rcpt';
      readonly path: ReversePath;
      readonly text: Octets;
      readonly parameters: readonly Octets[];
    }
  /** `helo`: EHLO, too, and again after STARTTLS. `unknown` may come at any time. */
  | Extract<Command, { readonly kind: 'helo' | 'data' | 'header' | 'eoh' | 'body' | 'unknown' }>
  /** All of the message is there. Answer with modifications if any, then one final response. */
  | { readonly kind: 'end-of-message' }
  /** The message that had begun will not come. The HELO name stays. */
  | { readonly kind: 'abort' }
  /** Another SMTP connection begins on this one (SMFIC_QUIT_NC). */
  | { readonly kind: 'new-connection' }
  | { readonly kind: 'quit' };

/** A path, taken apart. */
export function pathInput({ kind, path, parameters }: Command & { readonly kind: 'mail' | 'rcpt' }): Input {
  return { kind, path: parsePath(path), text: path, parameters };
}

/** The client of a connection. Sendmail puts `IPv6:` in front of an address, and Postfix sends family `4` with
 *  `unknown` for one that it does not know. */
export function clientOf({ hostName, family, address }: Command & { readonly kind: 'connect' }): Client {
  const isNumeric = family === '4' || family === '6';
  const parsed = isNumeric ? IpAddress.parse(address.replace(/^ipv6:/i, '')) : null;
  return { hostName, address: parsed, family, addressText: address };
}
