/** The names in a PTR answer that can be those of a host. */
import { nameKey, type QueryName } from '../dns/index.js';
import { domainName, type DomainName } from '../net/index.js';
import { octetsOfText } from '../util/index.js';

/** Takes the names of a PTR answer, each once, in their order and without a final dot. Whoever owns the address
 *  may write anything there; a name with octets that no host name has is nobody's, and is left out. */
export function hostNames(names: readonly QueryName[]): readonly DomainName[] {
  const taken = new Map<string, DomainName>();
  for (const name of names) {
    if (!/^[\x21-\x7e]+$/.test(name)) continue; // U-labels, too, which the DNS does not have (RFC 5890 §2.3.1)
    const checked = domainName(octetsOfText(name));
    const key = nameKey(name);
    if (checked.ok && !taken.has(key)) taken.set(key, checked.value);
  }
  return [...taken.values()];
}
