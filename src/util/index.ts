/** Small things without a field of their own. Imports nothing of ours. */
export { assertNever } from './assert-never.js';
export { Bag, OUTSIDE, type InBag } from './bag.js';
export { systemClock, type Clock } from './clock.js';
export type { Conversation, Converse, Wire } from './conversation.js';
export { octets, octetsOfText, textOf, type Octets } from './octets.js';
export { RecentMap } from './recent-map.js';
export { err, ok, type Result } from './result.js';
