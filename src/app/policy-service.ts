/** The policy service: a front end over a judge over a lookup, as the configuration wants it. */
import { hostname } from 'node:os';

import type { Config } from '../config/index.js';
import type { Lookup } from '../dns/index.js';
import type { Report } from '../events/index.js';
import { policyConversation } from '../frontend/index.js';
import { Correlation } from '../policyd/index.js';
import type { Clock, Converse } from '../util/index.js';
import { createJudge, PROFILES } from '../verdict/index.js';

export function policyService(config: Config, lookup: Lookup, clock: Clock, report: Report): Converse {
  const profile = PROFILES[config.profile];
  const judge = createJudge(
    {
      actions: profile.actions,
      dryRun: profile.dryRun || config.dry_run,
      receiver: config.hostname ?? hostname(),
      limits: { terms: config['limits.terms'], void: config['limits.void'], names: config['limits.names'] },
      timeMs: config['limits.time'],
    },
    { lookup, clock, report },
  );
  return policyConversation({ judge, correlation: new Correlation(), clock, report });
}
