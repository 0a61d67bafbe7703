/** Reads the values of options, and their defaults. */
import type { ProfileName } from './config.js';
import { isNothing, scalar, type ConfigNode } from './node.js';
import { OPTIONS, PROFILE_DEFAULTS, type OptionName } from './options.js';
import type { ProblemList } from './problem-list.js';
import { acceptedProblem, problemOf } from './problem.js';

/** What is used where nobody says anything, as an administrator writes it. */
export function defaultText(option: OptionName, profile: ProfileName): string {
  return PROFILE_DEFAULTS[profile][option] ?? OPTIONS[option].default;
}

/** The value of `defaultText`. */
export function readDefault(option: OptionName, profile: ProfileName): unknown {
  const text = defaultText(option, profile);
  const value = OPTIONS[option].kind.read(scalar(option, text), () => undefined);
  if (!value.ok) throw new Error(`the default of ${option} is refused: ${value.error[0]?.message ?? ''}`);
  return value.value;
}

/** The value, or null where there is none or it is refused; the problems are told. */
export function readValue(
  option: OptionName,
  node: ConfigNode,
  instead: string,
  problems: ProblemList,
): { readonly value: unknown } | null {
  if (isNothing(node)) {
    const message = `no value is given: ${instead} is used`;
    problems.push(problemOf({ place: node.place, code: 'default-used', message, hint: null }, 'note'));
    return null;
  }
  const value = OPTIONS[option].kind.read(node, (remark) => {
    problems.push(acceptedProblem(remark));
  });
  if (value.ok) return { value: value.value };
  for (const remark of value.error) problems.push(problemOf(remark, 'error'));
  return null;
}
