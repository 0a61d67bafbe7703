/** What a configuration comes to for the milter protocol. */
import type { Config } from '../config/index.js';
import type { MilterRules } from '../frontend/index.js';
import { domainName } from '../net/index.js';
import type { Octets } from '../util/index.js';
import { createJudge, type JudgeSurroundings } from '../verdict/index.js';
import { macrosOf, verdictSettings } from './verdict-settings.js';

/** Mail servers of one site have few names; the rest of what a client of ours might say is not remembered. */
const MAX_NAMES = 16;

/** The rules under the name that the configuration or the system has, and by `named` under that of the mail server,
 *  for which the configuration leaves room with `hostname: auto`. */
export function milterRules(config: Config, surroundings: JudgeSurroundings): MilterRules {
  const byHost = new Map<string, MilterRules>();
  const own: MilterRules = { ...rulesUnder(config, surroundings), named };

  function named(host: Octets): MilterRules {
    if (config.hostname !== null) return own;
    const known = byHost.get(host);
    if (known !== undefined) return known;
    const name = domainName(host);
    if (!name.ok || byHost.size >= MAX_NAMES) return own;
    const rules = { ...rulesUnder(config, surroundings, name.value), named };
    byHost.set(host, rules);
    return rules;
  }

  return own;
}

function rulesUnder(
  config: Config,
  surroundings: JudgeSurroundings,
  host?: string,
): Omit<MilterRules, 'named'> {
  const settings = verdictSettings(config, host);
  const policies = [settings.policy, ...settings.rules.map(({ policy }) => policy)];
  return {
    judge: createJudge(settings, surroundings),
    authservId: settings.policy.headers.authservId,
    rejectAt: config['actions.reject_at'],
    stageMs: config['limits.stage_time'],
    macros: macrosOf(settings),
    readsHeaders: policies.some(
      ({ dryRun, headers }) => !dryRun && (headers.stripForged || headers.tagSubject.size > 0),
    ),
  };
}
