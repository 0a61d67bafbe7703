/** What a verdict is about. */
import type { IpAddress } from '../net/index.js';
import type { ReversePath } from '../smtp/index.js';
import type { Octets } from '../util/index.js';

/** One mail transaction as far as SPF cares, from whatever protocol it came. */
export interface Transaction {
  /** Null where the mail server does not know it. */
  readonly client: IpAddress | null;
  /** The argument of HELO or EHLO; empty when there was none. */
  readonly helo: Octets;
  readonly sender: ReversePath;
  /** Whether the client has proved who it is (SMTP AUTH). */
  readonly authenticated: boolean;
}
