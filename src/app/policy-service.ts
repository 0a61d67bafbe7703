/** The policy service: a front end over a judge over a lookup, as the configuration wants it. */
import type { Config } from '../config/index.js';
import type { Lookup } from '../dns/index.js';
import type { Report } from '../events/index.js';
import { policyConversation } from '../frontend/index.js';
import { Correlation } from '../policyd/index.js';
import type { Clock, Converse } from '../util/index.js';
import { createJudge, PROFILES, type Judge, type OutageSettings } from '../verdict/index.js';
import { checkSettings } from './check-settings.js';

export function policyService(config: Config, lookup: Lookup, clock: Clock, report: Report): Converse {
  return policyOver(configuredJudge(config, lookup, clock, report), clock, report);
}

export function configuredJudge(config: Config, lookup: Lookup, clock: Clock, report: Report): Judge {
  const profile = PROFILES[config.profile];
  return createJudge(
    {
      actions: profile.actions,
      dryRun: profile.dryRun || config.dry_run,
      outage: outageSettings(config),
      ...checkSettings(config),
    },
    { lookup, clock, report },
  );
}

/** The service over any judge. */
export function policyOver(judge: Judge, clock: Clock, report: Report): Converse {
  return policyConversation({ judge, correlation: new Correlation(), clock, report });
}

function outageSettings(config: Config): OutageSettings | null {
  if (config['dns.outage_guard.then'] === 'off') return null;
  return {
    windowMs: config['dns.outage_guard.window'],
    minChecks: config['dns.outage_guard.min_checks'],
    ratio: config['dns.outage_guard.ratio'],
  };
}
