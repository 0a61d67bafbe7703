/** The way forward: from a name to the addresses of its host. */
import { queryName } from '../dns/index.js';
import type { DomainName, IpAddress } from '../net/index.js';
import { ask, isFailure, type Found, type LookupContext } from './ask.js';
import type { IprevFailure } from './outcome.js';

/**
 * Whether the client is among the addresses of a name, of which only those in its own family are asked for.
 * At once if the answer is at hand, else as a promise that does not reject. A failure is a no.
 */
export function hasAddress(
  name: DomainName,
  ip: IpAddress,
  context: LookupContext,
): boolean | Promise<boolean> {
  const leads = leadsTo(name, ip, context);
  return leads instanceof Promise ? leads.then((value) => value === true) : leads === true;
}

/** The same, with the reason of a failure. */
export function leadsTo(
  name: DomainName,
  ip: IpAddress,
  context: LookupContext,
): boolean | IprevFailure | Promise<boolean | IprevFailure> {
  const among = (found: Found<IpAddress>): boolean | IprevFailure =>
    isFailure(found) ? found : found.some((address) => address.equals(ip));
  const found = ask(queryName(name), ip.family === 4 ? 'A' : 'AAAA', context);
  return found instanceof Promise ? found.then(among) : among(found);
}
