/** Whether a question failed because its asker had no more time: that says nothing about the servers. */
import type { Answer } from '../dns/index.js';

/** Questions end up to two milliseconds before their deadline: timers of the system count whole ones, and
 *  with less than one left no server is asked. */
const MARGIN_MS = 2;

/** `now` is when the answer came. */
export function isCutShort(answer: Answer<unknown>, deadline: number, now: number): boolean {
  return answer.kind === 'failed' && now >= deadline - MARGIN_MS;
}
