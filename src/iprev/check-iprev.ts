/** The reverse name check, "iprev" (RFC 8601 §3). */
import { reverseName, type QueryName } from '../dns/index.js';
import type { DomainName, IpAddress } from '../net/index.js';
import { ask, isFailure, type Found, type LookupContext } from './ask.js';
import { leadsTo } from './forward.js';
import { hostNames } from './host-names.js';
import type { IprevFailure, IprevOutcome } from './outcome.js';

export interface IprevContext extends LookupContext {
  /** How many names of the PTR answer are looked at; the rest is ignored. */
  readonly names: number;
}

/**
 * Asks for the names of a client and, all at the same time, whether each leads back to it: with questions for
 * addresses of the client's own family, since a host may well have others. HELO and sender do not matter here.
 *
 * The outcome comes at once if every answer is at hand, else as a promise that does not reject. It waits for
 * all names even where one is confirmed, so that the list of them does not depend on who answers first.
 */
export function checkIprev(
  { ip }: { readonly ip: IpAddress },
  context: IprevContext,
): IprevOutcome | Promise<IprevOutcome> {
  const confirm = (found: Found<QueryName>): IprevOutcome | Promise<IprevOutcome> =>
    isFailure(found) ? { result: 'temperror', cause: found } : confirmAny(found, ip, context);
  const found = ask(reverseName(ip), 'PTR', context);
  return found instanceof Promise ? found.then(confirm) : confirm(found);
}

function confirmAny(
  found: readonly QueryName[],
  ip: IpAddress,
  context: IprevContext,
): IprevOutcome | Promise<IprevOutcome> {
  if (found.length === 0) return { result: 'permerror' }; // §3: a client without a PTR record
  const names = hostNames(found.slice(0, context.names));
  if (names.length > 0 && context.clock.now() >= context.deadline) {
    return { result: 'temperror', cause: { kind: 'deadline' } };
  }
  const leads = names.map((name) => leadsTo(name, ip, context));
  const atHand = leads.filter(isAtHand);
  if (atHand.length === leads.length) return conclude(names, atHand);
  return Promise.all(leads.map((lead) => Promise.resolve(lead))).then((all) => conclude(names, all));
}

function isAtHand<T>(value: T | Promise<T>): value is T {
  return !(value instanceof Promise);
}

/** A failure counts only where no name is confirmed: then it might have been that one. */
function conclude(names: readonly DomainName[], leads: readonly (boolean | IprevFailure)[]): IprevOutcome {
  const [first, ...others] = names.filter((_, i) => leads[i] === true);
  if (first !== undefined) return { result: 'pass', names: [first, ...others] };
  const failure = leads.find((lead) => typeof lead !== 'boolean');
  return failure === undefined ? { result: 'fail', names } : { result: 'temperror', cause: failure };
}
