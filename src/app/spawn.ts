/** One policy conversation on standard input and output, as Postfix's spawn(8) starts it. */
import type { Readable } from 'node:stream';

import { loadConfig, printProblems, type Config } from '../config/index.js';
import type { Event, Report } from '../events/index.js';
import { relay, stdio } from '../server/index.js';
import { createLog } from '../telemetry/index.js';
import { systemClock } from '../util/index.js';
import type { Judge } from '../verdict/index.js';
import { openDns, type Dns } from './dns.js';
import { lenient, lenientJudge, reportError } from './lenient-judge.js';
import { logSettings } from './log-settings.js';
import { withOldFiles } from './old-config.js';
import { configuredJudge, policyOver } from './policy-service.js';

/** Longer than any mail server gives a request that it has begun to write, or leaves a reply unread. */
const REQUEST_TIME_MS = 30_000;
const READ_TIME_MS = 60_000;

/**
 * Hands the conversation to the daemon, if one answers where the configuration says that it listens; else
 * evaluates by itself. Returns the exit status. Standard error is the same socket as standard output there:
 * the caller has led it nowhere.
 *
 * Whatever is wrong does not stop it: without a reply, every message would be told 451. It is logged, and no
 * mail is refused that a better configuration or a better day would have let pass.
 */
export async function spawn(configPath: string | null): Promise<number> {
  const { config, refused } = await configOrDryRun(configPath);
  let input: Readable = process.stdin;
  for (const address of config['listen.policy']) {
    if (address.kind === 'systemd') continue; // only systemd knows where it is
    const rest = await relay(address, systemClock, input);
    if (rest === null) return 0;
    input = rest;
  }
  const log = await createLog(logSettings(config), systemClock, 'spawn');
  const { report } = log;
  if (refused !== null) report(refused);
  const { judge, close } = await openJudge(config, report);
  await stdio(
    policyOver(judge, systemClock, report),
    {
      service: 'policy',
      clock: systemClock,
      report,
      requestTimeMs: REQUEST_TIME_MS,
      idleTimeMs: null,
      readTimeMs: READ_TIME_MS,
    },
    input,
  );
  close();
  await log.close();
  return 0;
}

export interface SpawnConfig {
  readonly config: Config;
  /** What is to be said about a configuration that is not used. */
  readonly refused: Event | null;
}

/**
 * The configuration, which may be the file of a program that spfwarden has taken the place of. No daemon is looked for
 * then: it would do what its own file says.
 *
 * In the place of one that is refused, the built-in defaults as a dry run: nobody knows whether the file was to refuse
 * any mail at all. No daemon is looked for then either, since nobody knows where.
 */
export async function configOrDryRun(path: string | null): Promise<SpawnConfig> {
  const old: string[] = [];
  const files = withOldFiles((file) => old.push(file));
  const loaded = await loadConfig({ path, environment: process.env, files });
  if (loaded.ok) {
    const { config, file } = loaded.value;
    const isOld = file !== null && old.includes(file);
    return { config: isOld ? { ...config, 'listen.policy': [] } : config, refused: null };
  }
  const defaults = await loadConfig({ path: '/dev/null' });
  if (!defaults.ok) throw new Error(printProblems(defaults.error));
  return {
    config: { ...defaults.value.config, dry_run: true, 'listen.policy': [], 'listen.milter': [] },
    refused: { kind: 'config-refused', problems: printProblems(loaded.error) },
  };
}

export interface SpawnJudge {
  readonly judge: Judge;
  /** Releases its sockets. */
  readonly close: () => void;
}

/** The judge of the configuration as far as there can be one; what prevents it is reported. */
export async function openJudge(config: Config, report: Report): Promise<SpawnJudge> {
  let dns: Dns;
  try {
    dns = await openDns(config, systemClock, report);
  } catch (error) {
    reportError(report, 'opening the DNS', error);
    return { judge: lenientJudge, close: () => undefined };
  }
  const judge = lenient(configuredJudge(config, dns.lookup, systemClock, report), report);
  return {
    judge,
    close: () => {
      dns.close();
    },
  };
}
