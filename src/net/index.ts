/** Addresses, networks and domain names. */
export { domainName, type DomainName, type DomainNameProblem } from './domain-name.js';
export { IpAddress } from './ip-address.js';
export { LOOPBACK_NETWORKS, PRIVATE_NETWORKS } from './known-networks.js';
export { NetworkSet } from './network-set.js';
export {
  isInNetwork,
  networksOfRange,
  parseNetwork,
  printNetwork,
  withoutHostBits,
  type Network,
} from './network.js';
