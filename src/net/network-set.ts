/** Many networks, asked at once. */
import type { IpAddress } from './ip-address.js';
import { isInNetwork, withoutHostBits, type Network } from './network.js';

/** Up to so many are gone through one by one, which is faster than to look anything up. */
const FEW = 8;

/** A set of networks. Costs one look for each length of prefix in it, whatever the number of networks. */
export class NetworkSet {
  readonly #four: OfFamily;
  readonly #six: OfFamily;

  constructor(networks: readonly Network[]) {
    this.#four = ofFamily(networks, 4);
    this.#six = ofFamily(networks, 6);
  }

  /** Whether one of the networks holds the address. */
  has(address: IpAddress): boolean {
    const { few, byPrefix } = address.family === 4 ? this.#four : this.#six;
    for (const network of few) if (isInNetwork(address, network)) return true;
    for (const [prefix, keys] of byPrefix) if (keys.has(key({ address, prefix }))) return true;
    return false;
  }
}

interface OfFamily {
  readonly few: readonly Network[];
  /** Empty where there are only few. */
  readonly byPrefix: ReadonlyMap<number, ReadonlySet<string>>;
}

function ofFamily(networks: readonly Network[], family: IpAddress['family']): OfFamily {
  const own = networks.filter(({ address }) => address.family === family);
  return own.length <= FEW ? { few: own, byPrefix: new Map() } : { few: [], byPrefix: keysByPrefix(own) };
}

function keysByPrefix(networks: readonly Network[]): Map<number, Set<string>> {
  const keys = new Map<number, Set<string>>();
  for (const network of networks) {
    const ofPrefix = keys.get(network.prefix) ?? new Set();
    keys.set(network.prefix, ofPrefix.add(key(network)));
  }
  return keys;
}

function key(network: Network): string {
  return String.fromCharCode(...withoutHostBits(network).address.bytes());
}
