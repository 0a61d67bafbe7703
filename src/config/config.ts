/** One whole configuration, as a value. */
import type { Config as OptionValues, OptionName } from './options.js';
import { OPTION_NAMES } from './options.js';
import type { ConditionOption } from './rule-condition.js';

/** A rule, with all that is in force where it applies. */
export interface RuleOption {
  readonly name: string;
  readonly when: ConditionOption;
  /** True: such mail is not checked. False: it is, whoever sends it. Null: as `skip` has it. */
  readonly skip: boolean | null;
  /** The configuration with the rule's own values laid over it. It has no rules. */
  readonly config: Config;
}

/** Immutable, every option there. All durations are milliseconds. */
export type Config = OptionValues & { readonly rules: readonly RuleOption[] };

/** What a file can say: an option, or the rules, which say options again. */
export type ConfigKey = keyof Config;

export const CONFIG_KEYS: readonly ConfigKey[] = [...OPTION_NAMES, 'rules'];

export type ProfileName = OptionValues['profile'];

export type { OptionName };
