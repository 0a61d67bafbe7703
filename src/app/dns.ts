/** Where answers come from: name servers of the configuration or of the system, or a zone file. */
import { readFile } from 'node:fs/promises';

import type { Config } from '../config/index.js';
import type { Lookup } from '../dns/index.js';
import {
  createResolver,
  parseZone,
  RESOLVER_DEFAULTS,
  readResolvConf,
  zoneLookup,
} from '../resolver/index.js';
import { err, ok, type Clock, type Result } from '../util/index.js';

export interface Dns {
  readonly lookup: Lookup;
  /** Releases all sockets. */
  close(): void;
}

/** The resolver that the configuration asks for. */
export async function openDns(config: Config, clock: Clock): Promise<Dns> {
  const named = config['dns.servers'];
  const system = named === 'system' ? await readResolvConf() : null;
  return createResolver(
    {
      ...RESOLVER_DEFAULTS,
      servers: named === 'system' ? (system?.servers ?? []) : named,
      timeoutMs: config['dns.timeout'] ?? system?.timeoutMs ?? RESOLVER_DEFAULTS.timeoutMs,
      tries: config['dns.tries'] ?? system?.tries ?? RESOLVER_DEFAULTS.tries,
      edns: config['dns.edns'],
      tcp: config['dns.tcp'],
      rotate: system?.rotate ?? false,
    },
    clock,
  );
}

/** What is wrong with a zone file, a line each. */
export type DnsProblem = readonly string[];

/** A zone file as the whole DNS. A file that cannot be read is an error of the system's, which passes. */
export async function openZoneFile(path: string): Promise<Result<Dns, DnsProblem>> {
  const zone = await parseZone(await readFile(path, 'utf8'));
  if (!zone.ok) {
    return err(zone.error.map(({ line, column, message }) => `${path}:${line}:${column}  ${message}`));
  }
  return ok({ lookup: zoneLookup(zone.value), close: () => undefined });
}
