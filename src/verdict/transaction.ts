/** What a verdict is about. */
import type { IpAddress } from '../net/index.js';
import type { ReversePath } from '../smtp/index.js';
import type { Octets } from '../util/index.js';

/** One mail transaction as far as SPF cares, from whatever protocol it came. */
export interface Transaction {
  readonly protocol: 'policy' | 'milter';
  /** Name of the listener that it came over; null where it has none. */
  readonly listener: string | null;
  /** Null where the mail server does not know it. */
  readonly client: IpAddress | null;
  /** The argument of HELO or EHLO; empty when there was none. */
  readonly helo: Octets;
  readonly sender: ReversePath;
  /** Whether the client has proved who it is (SMTP AUTH). */
  readonly authenticated: boolean;
  /** Null where there is none yet, or several. */
  readonly recipient: ReversePath | null;
  /** What Postfix's configuration says about the request; empty where it says nothing. */
  readonly policyContext: Octets;
  /** What the mail server calls by this name, without braces (milter macros); null where it has not said it. */
  readonly macro: (name: string) => Octets | null;
}
