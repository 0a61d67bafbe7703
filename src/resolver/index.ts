/** DNS answers: from servers over the wire, and from zone files. */
export { createCache, type AnswerCache, type CacheFigures, type CacheSettings } from './cache.js';
export { coalesce } from './coalesce.js';
export {
  parseResolvConf,
  readResolvConf,
  RESOLV_CONF,
  type ResolvConf,
  type ResolvConfProblem,
} from './resolv-conf.js';
export type { OnQuestion } from './question-context.js';
export { createResolver, type Resolver, type ResolverWatch } from './resolver.js';
export { replaceable, type LookupSource, type Replaceable } from './replaceable.js';
export { RESOLVER_DEFAULTS, type ResolverSettings } from './settings.js';
export { readTlsCa } from './tls-ca.js';
export { parseZone } from './parse-zone.js';
export { withoutIpv6 } from './without-ipv6.js';
export type { ZoneProblem, ZoneProblemCode } from './zone-file.js';
export { zoneLookup, type Zone, type ZoneData, type ZoneOwner } from './zone.js';
