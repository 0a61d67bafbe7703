/** What `query` works with: the daemon's own configuration, with another DNS if one is named. */
import { hostname } from 'node:os';

import { loadConfig, printProblems, type Override } from '../config/index.js';
import { err, ok, systemClock, type Result } from '../util/index.js';
import { limitsOf } from './verdict-settings.js';
import { openDns, openZoneFile, type DnsSource } from './dns.js';
import { areOfFlags } from './flag-problems.js';
import type { QueryMeans } from './query.js';

export interface QueryOptions {
  /** Null for the default file. */
  readonly configPath: string | null;
  /** `ADDRESS`, `ADDRESS:PORT`, or a zone file (`.yml`, `.yaml`); null for what the configuration says. */
  readonly dns: string | null;
  readonly dnsTimeoutMs: number | null;
}

/** Why a query cannot be asked: text for people, one problem a line. */
export interface QueryProblem {
  /** `usage`: only what the command line says is wrong. */
  readonly kind: 'usage' | 'config' | 'data';
  readonly text: string;
}

export interface OpenMeans extends QueryMeans {
  /** This host's name, as the daemon gives it. */
  readonly receiver: string;
  close(): void;
}

/** Opens it; `close` releases its sockets. */
export async function openQueryMeans(options: QueryOptions): Promise<Result<OpenMeans, QueryProblem>> {
  const { configPath, dns, dnsTimeoutMs } = options;
  const zoneFile = dns !== null && /\.ya?ml$/i.test(dns) ? dns : null;
  const overrides: Override[] = [];
  if (dns !== null && zoneFile === null)
    overrides.push({ option: 'dns.servers', flag: '--dns', value: [dns] });
  if (dnsTimeoutMs !== null) {
    overrides.push({ option: 'dns.timeout', flag: '--dns-timeout', value: `${dnsTimeoutMs}ms` });
  }
  const loaded = await loadConfig({ path: configPath, overrides, environment: process.env });
  if (!loaded.ok) {
    const kind = areOfFlags(loaded.error) ? 'usage' : 'config';
    return err({ kind, text: printProblems(loaded.error) });
  }
  const { config } = loaded.value;

  let source: DnsSource;
  if (zoneFile === null) source = await openDns(config, systemClock, () => undefined);
  else {
    const zone = await openZoneFile(zoneFile, config);
    if (!zone.ok) return err({ kind: 'data', text: `${zone.error.join('\n')}\n` });
    source = zone.value;
  }
  return ok({
    lookup: source.lookup,
    close: () => {
      source.close();
    },
    clock: systemClock,
    receiver: config['headers.receiver'] === 'unknown' ? 'unknown' : (config.hostname ?? hostname()),
    limits: limitsOf(config),
    timeMs: config['limits.time'],
    prefetch: config['dns.prefetch'],
  });
}
