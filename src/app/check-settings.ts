/** What a check may do, as the configuration has it: the same for the daemon and for `query`. */
import { hostname } from 'node:os';

import type { Config } from '../config/index.js';
import type { Limits } from '../spf/index.js';

export interface CheckSettings {
  /** This host's name. */
  readonly receiver: string;
  readonly limits: Limits;
  /** For one transaction. */
  readonly timeMs: number;
  readonly prefetch: boolean;
}

export function checkSettings(config: Config): CheckSettings {
  return {
    receiver: config.hostname ?? hostname(),
    limits: {
      terms: config['limits.terms'],
      void: config['limits.void'],
      names: config['limits.names'],
      voidCounting: config['limits.void_counting'],
    },
    timeMs: config['limits.time'],
    prefetch: config['dns.prefetch'],
  };
}
