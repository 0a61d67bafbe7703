/** Compares configurations: what another one changes, and what of it has to wait for a restart. */
import { isDeepStrictEqual } from 'node:util';

import { CONFIG_KEYS, type Config, type ConfigKey } from './config.js';
import { RULE_OPTIONS } from './find-options.js';
import { OPTIONS } from './options.js';

export interface ChangedOptions {
  /** These take effect at once. */
  readonly live: readonly ConfigKey[];
  /** These need a restart. */
  readonly restart: readonly ConfigKey[];
}

/** The options whose values differ, in the order of the table. Values are compared by what is in them. */
export function changedOptions(before: Config, after: Config): ChangedOptions {
  const changed = CONFIG_KEYS.filter((key) => !isSame(key, before, after));
  return {
    live: changed.filter((key) => !needsRestart(key)),
    restart: changed.filter(needsRestart),
  };
}

/** `after`, with the values of `before` where others need a restart. */
export function keepRestart(before: Config, after: Config): Config {
  const kept = Object.fromEntries(CONFIG_KEYS.filter(needsRestart).map((key) => [key, before[key]]));
  const keep = (config: Config): Config => Object.freeze({ ...config, ...kept });
  return keep({ ...after, rules: after.rules.map((rule) => ({ ...rule, config: keep(rule.config) })) });
}

function isSame(key: ConfigKey, before: Config, after: Config): boolean {
  if (key !== 'rules') return isDeepStrictEqual(before[key], after[key]);
  return isDeepStrictEqual(ownParts(before), ownParts(after));
}

/** The rules, with what each changes and nothing else: the rest is that of all mail. */
function ownParts(config: Config): unknown {
  return config.rules.map(({ name, when, skip, config: ofRule }) => {
    const changed = RULE_OPTIONS.filter((option) => !isDeepStrictEqual(config[option], ofRule[option]));
    return [name, when, skip, changed.map((option) => [option, ofRule[option]])];
  });
}

function needsRestart(key: ConfigKey): boolean {
  return key !== 'rules' && OPTIONS[key].reload === 'restart';
}
