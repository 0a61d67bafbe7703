/** One policy conversation on standard input and output, as Postfix's spawn(8) starts it. */
import { closeSync, openSync } from 'node:fs';

import { loadConfig, printProblems, type Config } from '../config/index.js';
import { relay, stdio } from '../server/index.js';
import { createLog } from '../telemetry/index.js';
import { systemClock } from '../util/index.js';
import { openDns } from './dns.js';
import { policyService } from './policy-service.js';

/** Longer than any mail server gives a request that it has begun to write, or leaves a reply unread. */
const REQUEST_TIME_MS = 30_000;
const READ_TIME_MS = 60_000;

/**
 * Hands the conversation to the daemon, if one answers where the configuration says that it listens; else
 * evaluates by itself. Returns the exit status.
 *
 * A configuration that is wrong does not stop it: every message would be told 451. It is logged, and the
 * built-in defaults are in force.
 */
export async function spawn(configPath: string | null): Promise<number> {
  silenceStandardError();
  const loaded = await loadConfig(configPath);
  const config = loaded.ok ? loaded.value.config : await defaults();
  for (const address of config['listen.policy']) {
    if (await relay(address, systemClock)) return 0;
  }
  const log = await createLog(
    { level: config['log.level'], format: config['log.format'], to: 'syslog' },
    systemClock,
  );
  if (!loaded.ok) log.report({ kind: 'config-refused', problems: printProblems(loaded.error) });
  const dns = await openDns(config, systemClock, log.report);
  const converse = policyService(config, dns.lookup, systemClock, log.report);
  await stdio(converse, {
    service: 'policy',
    clock: systemClock,
    report: log.report,
    requestTimeMs: REQUEST_TIME_MS,
    readTimeMs: READ_TIME_MS,
  });
  dns.close();
  await log.close();
  return 0;
}

/** spawn(8) makes standard error the same socket as standard output: whatever is written there, by us or by
 *  Node, is a broken reply. So the descriptor leads nowhere from here on. */
function silenceStandardError(): void {
  closeSync(2);
  openSync('/dev/null', 'w'); // the lowest free descriptor, which is 2
}

async function defaults(): Promise<Config> {
  const loaded = await loadConfig('/dev/null');
  if (!loaded.ok) throw new Error(printProblems(loaded.error));
  return loaded.value.config;
}
