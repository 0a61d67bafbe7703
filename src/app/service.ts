/** What is in force, and what comes of it when the configuration changes. */
import {
  changedOptions,
  keepRestart,
  printProblems,
  type Config,
  type LoadedConfig,
  type Problem,
} from '../config/index.js';
import { milterConversation, policyConversation, type MilterRules } from '../frontend/index.js';
import { Correlation } from '../policyd/index.js';
import type { Log } from '../telemetry/index.js';
import type { Clock, Converse, Result } from '../util/index.js';
import { Watch, type Judge } from '../verdict/index.js';
import type { Dns } from './dns.js';
import { logSettings } from './log-settings.js';
import { milterRules } from './milter-rules.js';

/** What a service works with and does not own. */
export interface ServiceMeans {
  /** Reads the configuration anew. */
  readonly load: () => Promise<Result<LoadedConfig, readonly Problem[]>>;
  readonly dns: Dns;
  readonly clock: Clock;
  readonly log: Log;
}

export interface Service {
  /** The policy protocol for a listener of that name; null where it has none. */
  policy(listener: string | null): Converse;
  /** The same for the milter protocol. */
  milter(listener: string | null): Converse;
  /** Takes the configuration over as it is now, whole or not at all. Never rejects. */
  reload(): Promise<void>;
}

/**
 * Everything that a reload changes hangs on one judge, which is made anew and put in the place of the one
 * before. A message is judged to its end by the one that it began with, so none is judged by a mixture.
 */
export function createService(first: Config, means: ServiceMeans): Service {
  const { load, dns, clock, log } = means;
  const { report } = log;
  const watch = new Watch(clock, report);
  const correlation = new Correlation<Judge>();
  let config = first;
  const rulesOf = (settings: Config): MilterRules =>
    milterRules(settings, { lookup: dns.lookup, clock, watch });
  let rules = rulesOf(config);

  const takeOver = async ({ config: next, file, remarks }: LoadedConfig): Promise<void> => {
    const changed = changedOptions(config, next);
    const kept = keepRestart(config, next);
    await dns.reload(kept);
    log.configure(logSettings(kept));
    rules = rulesOf(kept);
    config = kept;
    report({ kind: 'config-reloaded', file, remarks: remarks.length });
    for (const remark of remarks) report({ kind: 'config-remark', text: printProblems([remark]).trimEnd() });
    if (changed.restart.length > 0) report({ kind: 'restart-needed', options: changed.restart });
  };

  const reloadOnce = async (): Promise<void> => {
    try {
      log.reopen();
      const loaded = await load();
      if (loaded.ok) await takeOver(loaded.value);
      else report({ kind: 'config-kept', problems: printProblems(loaded.error) });
    } catch (cause) {
      const error = cause instanceof Error ? cause : new Error(String(cause));
      report({ kind: 'internal-error', where: 'reload of the configuration', error });
    }
  };

  let running: Promise<void> | null = null;
  let isWanted = false;
  const reload = async (): Promise<void> => {
    while (isWanted) {
      isWanted = false;
      await reloadOnce();
    }
  };

  return {
    policy: (listener) =>
      policyConversation({ judge: () => rules.judge, listener, correlation, clock, report }),
    milter: (listener) => milterConversation({ rules: () => rules, listener, clock, report }),
    reload() {
      isWanted = true; // of several requests during one, one is enough
      running ??= reload().finally(() => (running = null));
      return running;
    },
  };
}
