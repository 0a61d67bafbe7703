/** DNS answers: from servers over the wire, and from zone files. */
export { parseResolvConf, readResolvConf, type ResolvConf, type ResolvConfProblem } from './resolv-conf.js';
export { createResolver, type Resolver } from './resolver.js';
export { parseServer, printServer, type ServerAddress, type ServerProblem } from './server-address.js';
export { RESOLVER_DEFAULTS, type ResolverSettings } from './settings.js';
export { parseZone } from './parse-zone.js';
export type { ZoneProblem, ZoneProblemCode } from './zone-file.js';
export { zoneLookup, type Zone, type ZoneData, type ZoneOwner } from './zone.js';
