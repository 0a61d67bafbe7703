/** Lays a rule over the configuration: what is in force where it applies. */
import type { Config, ProfileName, RuleOption } from './config.js';
import { isNothing } from './node.js';
import { OPTION_NAMES, PROFILE_DEFAULTS, type OptionName } from './options.js';
import type { Given } from './origin.js';
import type { ProblemList } from './problem-list.js';
import { defaultText, readDefault, readValue } from './read-value.js';
import type { ConditionOption } from './rule-condition.js';
import type { WrittenRule } from './rules.js';

/** Options that some profile says something about. */
const GOVERNED: readonly OptionName[] = OPTION_NAMES.filter((name) =>
  Object.values(PROFILE_DEFAULTS).some((defaults) => defaults[name] !== undefined),
);

/** In the place of a condition that is refused, so that the rest can be checked. */
const ANY_MAIL: ConditionOption = {
  client: null,
  sender: null,
  helo: null,
  recipient: null,
  listener: null,
  policyContext: null,
  authenticated: null,
  nullSender: null,
  macros: null,
};

/**
 * The rule as a configuration. Its profile stands for all that profiles govern, except that it does not end a
 * dry run that was asked for by name; its own values stand over that; and a dry run of the command line or of
 * the environment over all: whoever starts one wants to be sure that no mail is refused.
 */
export function ruleOption(
  rule: WrittenRule,
  base: Config,
  given: ReadonlyMap<string, Given>,
  problems: ProblemList,
): RuleOption {
  const values: Record<string, unknown> = { ...base, rules: [] };
  const dryRun = given.get('dry_run');
  const isDryRunAsked = base.dry_run && dryRun !== undefined && !isNothing(dryRun.node);
  if (rule.profile !== null) {
    for (const option of GOVERNED) {
      if (option !== 'dry_run' || !isDryRunAsked) values[option] = readDefault(option, rule.profile);
    }
  }
  for (const [option, node] of rule.options) {
    const read = readValue(option, node, insteadOf(option, rule.profile), problems);
    if (read !== null) values[option] = read.value;
  }
  if (isDryRunAsked && dryRun.by !== 'file') values['dry_run'] = true;
  const config = Object.freeze(values) as Config; // the base, and values that their kinds have read
  return { name: rule.name, when: rule.when ?? ANY_MAIL, skip: rule.skip, config };
}

function insteadOf(option: OptionName, profile: ProfileName | null): string {
  return profile === null || !GOVERNED.includes(option)
    ? 'what holds for all mail'
    : defaultText(option, profile);
}
