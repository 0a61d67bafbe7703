/** Reverse names that lead back to the client (RFC 8601 §3). Other folders import from here and from nowhere
 *  deeper. */
export type { LookupContext } from './ask.js';
export { checkIprev, type IprevContext } from './check-iprev.js';
export { describeIprev } from './describe.js';
export { hasAddress } from './forward.js';
export { confirmedNames, type IprevFailure, type IprevOutcome, type IprevResult } from './outcome.js';
