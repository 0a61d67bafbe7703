/** Who a message says it is from, as check_host() takes it. */
import { domainName, type DomainName, type DomainNameProblem } from '../net/index.js';
import type { Octets, Result } from '../util/index.js';
import type { ReversePath } from './reverse-path.js';

/** The `<sender>` of check_host() and the `<domain>` it starts with (RFC 7208 §4.1, §4.3). */
export interface Sender {
  /** Never empty: `postmaster` is filled in before anything else happens (§4.3). */
  readonly localPart: Octets;
  /** A problem here means the result "none", with no query. */
  readonly domain: Result<DomainName, DomainNameProblem>;
  /** The same as the client gave it. */
  readonly domainText: Octets;
}

const POSTMASTER = 'postmaster' as Octets;

/** The HELO identity (RFC 7208 §2.3). */
export function senderOfHelo(helo: Octets): Sender {
  return { localPart: POSTMASTER, domain: domainName(helo), domainText: helo };
}

/** The MAIL FROM identity (RFC 7208 §2.4): for a null reverse-path postmaster at the HELO name. */
export function senderOfMailFrom(path: ReversePath, helo: Octets): Sender {
  if (path.kind === 'null') return senderOfHelo(helo);
  const localPart = path.localPart === '' ? POSTMASTER : path.localPart;
  return { localPart, domain: domainName(path.domain), domainText: path.domain };
}
