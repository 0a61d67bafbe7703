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
  replaceable,
  withoutIpv6,
  zoneLookup,
  type AnswerCache,
  type ResolvConfProblem,
  type Resolver,
} from '../resolver/index.js';
import { err, ok, type Clock, type Result } from '../util/index.js';

export interface DnsSource {
  readonly lookup: Lookup;
  /** Null where answers are not kept. */
  readonly cache: AnswerCache | null;
  /** Releases all sockets. */
  close(): void;
}

export interface Dns extends DnsSource {
  /** Goes by another configuration from now on, and by the system's own file as it is now. What the cache
   *  holds lives on, and questions in flight are answered. `lookup` is another one after it. */
  reload(config: Config): Promise<void>;
}

/** The resolver that the configuration asks for. What is wrong with the system's own file is reported. */
export async function openDns(
  config: Config,
  clock: Clock,
  report: Report,
  resolvConf = RESOLV_CONF,
): Promise<Dns> {
  const source = replaceable(await openResolver(config, clock, report, resolvConf));
  // Shared questions first: what comes to the cache has been asked for once.
  const shared = coalesce(source.lookup, clock);
  let cache = cacheOf(config, null, shared, clock, report);
  let lookup = forFamilies(config, cache?.lookup ?? shared);
  return {
    get lookup() {
      return lookup;
    },
    get cache() {
      return cache;
    },
    async reload(next) {
      source.replace(await openResolver(next, clock, report, resolvConf));
      cache = cacheOf(next, cache, shared, clock, report);
      lookup = forFamilies(next, cache?.lookup ?? shared);
    },
    close: () => {
      source.close();
    },
  };
}

async function openResolver(
  config: Config,
  clock: Clock,
  report: Report,
  resolvConf: string,
): Promise<Resolver> {
  const named = config['dns.servers'];
  const system = named === 'system' ? await readResolvConf(resolvConf) : null;
  for (const problem of system?.problems ?? []) {
    report({ kind: 'resolv-conf-problem', path: resolvConf, why: describeProblem(problem) });
  }
  const servers = named === 'system' ? (system?.servers ?? []) : named;
  const isTls = servers.some((server) => server.tls !== undefined);
  return createResolver(
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

/** The cache that the configuration asks for: the one before, if there is one. Null for none. */
function cacheOf(
  config: Config,
  before: AnswerCache | null,
  inner: Lookup,
  clock: Clock,
  report: Report,
): AnswerCache | null {
  const entries = config['dns.cache.entries'];
  if (entries === 0) return null;
  const settings = {
    entries,
    bytes: config['dns.cache.size'],
    minTtlMs: config['dns.cache.min_ttl'],
    maxTtlMs: config['dns.cache.max_ttl'],
    negativeTtlMs: config['dns.cache.negative_ttl'],
    failureTtlMs: config['dns.cache.failure_ttl'],
    serveStaleMs: config['dns.cache.serve_stale'],
  };
  if (before === null) return createCache(inner, settings, clock, report);
  before.configure(settings);
  return before;
}

/** Outermost: what is not asked is no matter for a cache either. */
function forFamilies(config: Config, lookup: Lookup): Lookup {
  return config['dns.ipv6'] ? lookup : withoutIpv6(lookup);
}

/** What is wrong with a zone file, a line each. */
export type DnsProblem = readonly string[];

/** A zone file as the whole DNS. A file that cannot be read is an error of the system's, which passes. */
export async function openZoneFile(path: string, config: Config): Promise<Result<DnsSource, DnsProblem>> {
  const zone = await parseZone(await readFile(path, 'utf8'));
  if (!zone.ok) {
    return err(zone.error.map(({ line, column, message }) => `${path}:${line}:${column}  ${message}`));
  }
  return ok({ lookup: forFamilies(config, zoneLookup(zone.value)), cache: null, close: () => undefined });
}
