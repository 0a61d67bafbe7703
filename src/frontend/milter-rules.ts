/** What a milter connection is answered by. */
import type { AuthservId } from '../header/index.js';
import type { Octets } from '../util/index.js';
import type { Judge } from '../verdict/index.js';

/** At which command refusals are given: the one that they are about, or a later one. */
export type RejectAt = 'helo' | 'mail' | 'rcpt';

export interface MilterRules {
  readonly judge: Judge;
  readonly rejectAt: RejectAt;
  /** How long a command may wait for its verdict; after that it is let go on, and the end of the message is
   *  answered by the verdict. Mail servers give up on a filter that takes longer than they like. */
  readonly stageMs: number;
  /** The name by which our own results are known; fields of others that claim it are deleted. */
  readonly authservId: AuthservId;
  /** Macros that are asked for besides the usual ones, as `{daemon_name}` or `i`. */
  readonly macros: readonly string[];
  /** Whether anything is to be found in the header fields of a message, or changed. */
  readonly readsHeaders: boolean;
  /** The same under the mail server's own name (macro `j`), where the administrator names no other. */
  named(host: Octets): MilterRules;
}
