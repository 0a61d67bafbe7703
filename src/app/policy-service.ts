/** The policy service over one configuration that does not change: for a process that is soon over. */
import type { Config } from '../config/index.js';
import type { Lookup } from '../dns/index.js';
import type { Report } from '../events/index.js';
import { policyConversation } from '../frontend/index.js';
import { Correlation } from '../policyd/index.js';
import type { Clock, Converse } from '../util/index.js';
import { createJudge, Watch, type Judge } from '../verdict/index.js';
import { verdictSettings } from './verdict-settings.js';

/** Whom the configuration judges, and how, by the answers of `lookup`. */
export function configuredJudge(config: Config, lookup: Lookup, clock: Clock, report: Report): Judge {
  return createJudge(verdictSettings(config), { lookup, clock, watch: new Watch(clock, report) });
}

/** The service over any judge. */
export function policyOver(judge: Judge, clock: Clock, report: Report): Converse {
  return policyConversation({
    judge: () => judge,
    listener: null,
    correlation: new Correlation(),
    clock,
    report,
  });
}
