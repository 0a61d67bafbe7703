/** Words and bounds that both fields share. */
import type { SpfIdentity } from '../smtp/index.js';

/** RFC 5322 §2.1.1: what a line must not exceed. */
export const MAX_FIELD = 998;
/** Host names, echoed: a name of the DNS has at most 253 octets. */
export const MAX_NAME = 255;
/** An administrator's remark in a comment. */
export const MAX_NOTE = 100;

/** Why an identity has the result none. */
export function noDomain(identity: SpfIdentity): string {
  return `no domain to check in the ${identity === 'helo' ? 'HELO name' : 'sender'}`;
}
