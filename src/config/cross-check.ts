/** What is wrong with a configuration although each value is right alone. */
import { checkDns } from './check-dns.js';
import { checkEffect } from './check-effect.js';
import { checkListeners, type FileSystem } from './check-listeners.js';
import { checkPolicy } from './check-policy.js';
import type { Config } from './config.js';
import { covers, isEmptyCondition } from './covering-rule.js';
import type { Finding } from './finding.js';
import { nowhere, type ConfigNode, type Place } from './node.js';
import type { Given } from './origin.js';
import { problemOf, shown, type Problem } from './problem.js';
import type { ConditionOption } from './rule-condition.js';
import type { WrittenRule } from './rules.js';

/** Goes through a configuration and its rules, which are those of `written` and in their order. */
export function* crossCheck(
  config: Config,
  given: ReadonlyMap<string, Given>,
  written: readonly WrittenRule[],
  files: FileSystem,
): Generator<Problem> {
  const nodeOf = (option: string): ConfigNode | undefined => given.get(option)?.node;
  const seen = new Set<string>();
  for (const finding of [
    ...checkListeners(config, files),
    ...checkPolicy(config),
    ...checkEffect(config),
    ...checkDns(config, files),
  ]) {
    seen.add(identity(finding));
    yield placed(finding, nodeOf, nowhere(finding.options[0]));
  }
  for (const [i, rule] of written.entries()) {
    const values = config.rules[i]?.config;
    if (values === undefined) continue;
    for (const finding of checkPolicy(values)) {
      // What holds without the rule has been told, and is not its fault.
      if (!seen.has(identity(finding))) yield placed(finding, (option) => ofRule(rule, option), rule.place);
    }
    for (const finding of checkEffect(values)) {
      const isOfRule = ofRule(rule, finding.options[0]) !== undefined;
      if (isOfRule) yield placed(finding, (option) => ofRule(rule, option), rule.place);
    }
  }
  yield* hiddenRules(written);
  yield* unknownListeners(config, written);
  yield* macroRules(config, written);
}

function identity({ options, message }: Finding): string {
  return `${options[0]} ${message}`;
}

function ofRule({ options }: WrittenRule, option: string): ConfigNode | undefined {
  for (const [name, node] of options) if (name === option) return node;
  return undefined;
}

/** Gives a finding the place of the first of its options that somebody has written. */
function placed(
  { severity, options, item, code, message, hint }: Finding,
  nodeOf: (option: string) => ConfigNode | undefined,
  otherwise: Place,
): Problem {
  const node = options.map(nodeOf).find((candidate) => candidate !== undefined);
  const isFirst = node !== undefined && node === nodeOf(options[0]);
  const part = isFirst && item !== null && node.kind === 'list' ? (node.items[item] ?? node) : node;
  return problemOf({ place: part?.place ?? otherwise, code, message, hint }, severity);
}

/** As many pairs of values are compared in a second or so. */
const MAX_COMPARISONS = 10_000_000;

function* hiddenRules(rules: readonly WrittenRule[]): Generator<Problem> {
  const budget = { left: MAX_COMPARISONS };
  const earlier: { readonly rule: WrittenRule; readonly when: ConditionOption }[] = [];
  for (const rule of rules) {
    const { place, name, when } = rule;
    if (when === null) continue;
    const covering = earlier.find((candidate) => covers(candidate.when, when, budget));
    if (covering !== undefined) {
      const { line } = covering.rule.place;
      const what = isEmptyCondition(covering.when) ? 'has no condition' : 'covers it';
      const which = `${shown(covering.rule.name)}${line === null ? '' : `, line ${line},`}`;
      const message = `the rule ${shown(name)} never applies: ${which} stands before it and ${what}`;
      const hint = 'the first rule that fits is taken; put the narrower one first';
      yield problemOf({ place, code: 'no-effect', message, hint }, 'warning');
    }
    earlier.push({ rule, when });
  }
}

function* unknownListeners(config: Config, rules: readonly WrittenRule[]): Generator<Problem> {
  const names = [...config['listen.policy'], ...config['listen.milter']].flatMap(({ name }) =>
    name === null ? [] : [name],
  );
  for (const { place, when } of rules) {
    for (const name of when?.listener?.any ?? []) {
      if (names.includes(name)) continue;
      const message = `no listener has the name ${shown(name)}`;
      const hint =
        names.length === 0 ? 'give one a name in its long form' : `the names are: ${names.join(', ')}`;
      yield problemOf({ place, code: 'no-effect', message, hint }, 'warning');
    }
  }
}

/** Postfix and Sendmail take about 50 names of macros for each stage, and other features need some. */
const MAX_MACROS = 40;

function* macroRules(config: Config, rules: readonly WrittenRule[]): Generator<Problem> {
  const isOff = config['listen.milter'].length === 0;
  const names = new Set(config['skip.macros'].keys());
  for (const { place, name, when } of rules) {
    const macros = when?.macros ?? null;
    if (macros === null) continue;
    if (isOff) {
      const message = `the rule ${shown(name)} never applies: it is by macros, and listen.milter is off`;
      yield problemOf({ place, code: 'no-effect', message, hint: null }, 'note');
    }
    const before = names.size;
    for (const macro of macros.keys()) names.add(macro);
    if (before > MAX_MACROS || names.size <= MAX_MACROS) continue;
    const message = `skip.macros and the rules up to here name ${names.size} different macros`;
    const hint = `at most ${MAX_MACROS}: mail servers do not send more`;
    yield problemOf({ place, code: 'range', message, hint }, 'error');
  }
}
