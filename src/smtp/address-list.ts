/** Lists of address patterns, asked at once. */
import { domainName } from '../net/index.js';
import type { Octets } from '../util/index.js';
import type { AddressPattern } from './address-pattern.js';
import type { ReversePath } from './reverse-path.js';

/** Which addresses and domains are meant. A look costs the labels of a domain and the expressions, however
 *  many patterns there are. */
export class AddressList {
  readonly isEmpty: boolean;
  readonly #addresses = new Set<string>();
  readonly #localParts = new Set<string>();
  readonly #domains = new Set<string>();
  readonly #below = new Set<string>();
  readonly #expressions: RegExp[] = [];

  constructor(patterns: readonly AddressPattern[]) {
    this.isEmpty = patterns.length === 0;
    for (const pattern of patterns) this.#add(pattern);
  }

  #add(pattern: AddressPattern): void {
    switch (pattern.kind) {
      case 'address':
        this.#addresses.add(`${pattern.localPart}@${pattern.domain}`.toLowerCase());
        return;
      case 'domain':
        this.#domains.add(pattern.domain.toLowerCase());
        return;
      case 'below':
        this.#below.add(pattern.domain.toLowerCase());
        return;
      case 'local-part':
        this.#localParts.add(pattern.localPart.toLowerCase());
        return;
      case 'expression':
        this.#expressions.push(pattern.expression);
        return;
    }
  }

  /** Whether an address is meant. The null sender never is: it is nobody's. */
  hasAddress(path: ReversePath): boolean {
    if (this.isEmpty || path.kind === 'null') return false;
    const { localPart, domain } = path;
    if (
      this.#localParts.size > 0 &&
      this.#localParts.has((localPart === '' ? domain : localPart).toLowerCase())
    ) {
      return true;
    }
    const name = normal(domain);
    if (this.#addresses.size > 0 && this.#addresses.has(`${localPart.toLowerCase()}@${name}`)) return true;
    if (this.#hasName(name)) return true;
    const address = this.#expressions.length === 0 ? '' : `${localPart}@${domain}`.slice(0, MAX_ADDRESS);
    return this.#expressions.some((expression) => expression.test(address));
  }

  /** Whether a name is meant: one of the domains, or below one. */
  hasDomain(domain: Octets): boolean {
    return !this.isEmpty && this.#hasName(normal(domain));
  }

  #hasName(name: string): boolean {
    if (name.length > MAX_NAME) return false; // each of its labels would cost a look
    if (this.#domains.has(name)) return true;
    if (this.#below.size === 0) return false;
    for (let dot = name.indexOf('.', 1); dot !== -1; dot = name.indexOf('.', dot + 1)) {
      if (this.#below.has(name.slice(dot + 1))) return true;
    }
    return false;
  }
}

/** RFC 1035 §2.3.4. */
const MAX_NAME = 255;
/** Expressions are the administrator's, but what they are matched with is anybody's. */
const MAX_ADDRESS = 320;

/** As patterns are stored; a name that is none is compared as it is. */
function normal(domain: Octets): string {
  const name = domainName(domain);
  return (name.ok ? name.value : domain).toLowerCase();
}
