/** Addresses, networks and domain names. */
export { domainName, type DomainName, type DomainNameProblem } from './domain-name.js';
export { IpAddress } from './ip-address.js';
export { parseNetwork, isInNetwork, type Network } from './network.js';
