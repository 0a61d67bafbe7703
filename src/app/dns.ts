/** Where answers come from: name servers of the configuration or of the system, or a zone file. */
import { readFile } from 'node:fs/promises';

import type { Config } from '../config/index.js';
import type { Lookup } from '../dns/index.js';
import type { Report } from '../events/index.js';
import {
  coalesce,
  createCache,
  createResolver,
  parseZone,
  RESOLV_CONF,
  RESOLVER_DEFAULTS,
  readResolvConf,
  readTlsCa,
  withoutIpv6,
  zoneLookup,
  type AnswerCache,
  type ResolvConfProblem,
  type Resolver,
} from '../resolver/index.js';
import { err, ok, type Clock, type Result } from '../util/index.js';

export interface Dns {
  readonly lookup: Lookup;
  /** Null where answers are not kept. */
  readonly cache: AnswerCache | null;
  /** Releases all sockets. */
  close(): void;
}

/** The resolver that the configuration asks for. What is wrong with the system's own file is reported. */
export async function openDns(
  config: Config,
  clock: Clock,
  report: Report,
  resolvConf = RESOLV_CONF,
): Promise<Dns> {
  const named = config['dns.servers'];
  const system = named === 'system' ? await readResolvConf(resolvConf) : null;
  for (const problem of system?.problems ?? []) {
    report({ kind: 'resolv-conf-problem', path: resolvConf, why: describeProblem(problem) });
  }
  const servers = named === 'system' ? (system?.servers ?? []) : named;
  const isTls = servers.some((server) => server.tls !== undefined);
  const resolver = createResolver(
    {
      ...RESOLVER_DEFAULTS,
      servers,
      tlsCa: isTls ? await readTlsCa(config['dns.tls_ca']) : null,
      timeoutMs: config['dns.timeout'] ?? system?.timeoutMs ?? RESOLVER_DEFAULTS.timeoutMs,
      tries: config['dns.tries'] ?? system?.tries ?? RESOLVER_DEFAULTS.tries,
      edns: config['dns.edns'],
      tcp: config['dns.tcp'],
      rotate: config['dns.rotate'] ?? system?.rotate ?? false,
    },
    clock,
    // Events that no log would show are not made.
    config['log.level'] === 'debug' ? { report, onQuestion: report } : { report },
  );
  return forFamilies(config, remembering(config, resolver, clock, report));
}

function describeProblem({ code, line }: ResolvConfProblem): string {
  const words = PROBLEM_WORDS[code];
  return line === null ? words : `line ${line}: ${words}`;
}

const PROBLEM_WORDS: Readonly<Record<ResolvConfProblem['code'], string>> = {
  nameserver: 'not the address of a name server',
  option: 'an option without a number',
  'too-long': 'the file is too long, the rest is not read',
  unreadable: 'the file cannot be read, the name server of this machine is asked',
};

/** Shared questions first: what comes to the cache has been asked for once. */
function remembering(config: Config, resolver: Resolver, clock: Clock, report: Report): Dns {
  const close = (): void => {
    resolver.close();
  };
  const shared = coalesce(resolver.lookup, clock);
  const entries = config['dns.cache.entries'];
  if (entries === 0) return { lookup: shared, cache: null, close };
  const settings = {
    entries,
    bytes: config['dns.cache.size'],
    minTtlMs: config['dns.cache.min_ttl'],
    maxTtlMs: config['dns.cache.max_ttl'],
    negativeTtlMs: config['dns.cache.negative_ttl'],
    failureTtlMs: config['dns.cache.failure_ttl'],
    serveStaleMs: config['dns.cache.serve_stale'],
  };
  const cache = createCache(shared, settings, clock, report);
  return { lookup: cache.lookup, cache, close };
}

/** Outermost: what is not asked is no matter for a cache either. */
function forFamilies(config: Config, dns: Dns): Dns {
  if (config['dns.ipv6']) return dns;
  return {
    lookup: withoutIpv6(dns.lookup),
    cache: dns.cache,
    close: () => {
      dns.close();
    },
  };
}

/** What is wrong with a zone file, a line each. */
export type DnsProblem = readonly string[];

/** A zone file as the whole DNS. A file that cannot be read is an error of the system's, which passes. */
export async function openZoneFile(path: string, config: Config): Promise<Result<Dns, DnsProblem>> {
  const zone = await parseZone(await readFile(path, 'utf8'));
  if (!zone.ok) {
    return err(zone.error.map(({ line, column, message }) => `${path}:${line}:${column}  ${message}`));
  }
  return ok(forFamilies(config, { lookup: zoneLookup(zone.value), cache: null, close: () => undefined }));
}
