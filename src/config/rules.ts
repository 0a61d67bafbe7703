/** Reads the rules: who is meant, and what is done otherwise than for all other mail. */
import type { ProfileName } from './config.js';
import { findRuleOptions, RULE_OPTIONS } from './find-options.js';
import { boolean, notScalar } from './kind.js';
import { isNothing, nowhere, type ConfigNode, type MapEntry, type MapNode, type Place } from './node.js';
import { OPTIONS, type OptionName } from './options.js';
import { MAX_PROBLEMS, type ProblemList } from './problem-list.js';
import { acceptedProblem, problemOf, shown, type ProblemCode } from './problem.js';
import { CONDITION_KEYS, readCondition, type ConditionOption } from './rule-condition.js';
import { nearest } from './suggest.js';

/** A rule as it is written: the values of its options are not looked at yet. */
export interface WrittenRule {
  readonly name: string;
  readonly place: Place;
  /** Null where it is refused. */
  readonly when: ConditionOption | null;
  readonly skip: boolean | null;
  readonly profile: ProfileName | null;
  /** What it says itself, `profile` included. */
  readonly options: ReadonlyMap<OptionName, ConfigNode>;
}

const MAX_RULES = 1_000;
const MAX_NAME = 100;
const RULE_KEYS = ['name', 'when', 'then'] as const;
const SHAPE_HINT = 'a rule is {name: ..., when: {...}, then: {...}}';

/** The rules in their order. What is refused of one is told; one that says nothing to do is left out. */
export function readRules(node: ConfigNode | undefined, problems: ProblemList): readonly WrittenRule[] {
  if (node === undefined || isNothing(node)) return [];
  if (node.kind !== 'list') {
    const what = node.kind === 'map' ? 'keys' : 'a value';
    refuse(
      problems,
      node.place,
      'shape',
      `expected a list of rules, found ${what}`,
      'begin each rule with a hyphen',
    );
    return [];
  }
  if (node.items.length > MAX_RULES) {
    const message = `${node.items.length} rules are too many`;
    refuse(problems, node.place, 'range', message, `at most ${MAX_RULES}`);
    return [];
  }
  const names = new Map<string, Place>();
  return node.items.flatMap((item, i) => {
    const rule = readRule(item, i, names, problems);
    return rule === null ? [] : [rule];
  });
}

function readRule(
  node: ConfigNode,
  index: number,
  names: Map<string, Place>,
  problems: ProblemList,
): WrittenRule | null {
  if (node.kind !== 'map') {
    const what = node.kind === 'list' ? 'a list' : isNothing(node) ? 'nothing' : 'a value';
    refuse(problems, node.place, 'shape', `expected a rule, found ${what}`, SHAPE_HINT);
    return null;
  }
  const parts = new Map(node.entries.map(({ key, value }) => [key, value]));
  for (const entry of node.entries) {
    if (!RULE_KEYS.some((key) => key === entry.key)) unknownKey(entry, problems);
  }
  const unnamed = `rule ${index + 1}`;
  const name = readName(parts.get('name'), unnamed, names, node.place, problems);
  const when = readWhen(parts.get('when'), node.place, problems);
  const then = parts.get('then');
  if (then?.kind !== 'map') {
    const place = then?.place ?? node.place;
    const message =
      then === undefined || isNothing(then) ? 'the rule does not say what to do' : 'expected keys';
    refuse(problems, place, 'shape', message, `"then" holds: skip, ${topKeys().join(', ')}`);
    return null;
  }
  const found = findRuleOptions(then);
  for (const remark of found.problems.slice(0, MAX_PROBLEMS)) problems.push(problemOf(remark, 'error'));
  const skip = readSkip(then, problems);
  const profile = readProfile(found.options.get('profile'));
  return { name: name ?? unnamed, place: node.place, when, skip, profile, options: found.options };
}

function readName(
  node: ConfigNode | undefined,
  unnamed: string,
  names: Map<string, Place>,
  rule: Place,
  problems: ProblemList,
): string | null {
  if (node !== undefined && node.kind !== 'scalar') {
    for (const remark of notScalar(node, 'a name').error) problems.push(problemOf(remark, 'error'));
    return null;
  }
  const text = node === undefined || isNothing(node) ? unnamed : node.text.trim();
  const place = node?.place ?? rule;
  if (!/^[^\p{C}\p{Zl}\p{Zp}]+$/u.test(text) || text.length > MAX_NAME) {
    const message = text === '' ? 'the name is empty' : `${shown(text)} is not the name of a rule`;
    refuse(problems, place, 'value', message, `one line, at most ${MAX_NAME} characters`);
    return null;
  }
  const first = names.get(text);
  if (first !== undefined) {
    const message = `${shown(text)} is the name of the rule in ${placeOf(first)} too`;
    refuse(problems, place, 'conflict', message, 'the log tells rules by their names');
    return null;
  }
  names.set(text, place);
  return text;
}

/** No condition at all is that of a rule for all mail. */
function readWhen(node: ConfigNode | undefined, rule: Place, problems: ProblemList): ConditionOption | null {
  const nothing: MapNode = { kind: 'map', place: nowhere(`${rule.path}.when`), entries: [] };
  const condition = readCondition(node === undefined || isNothing(node) ? nothing : node, (remark) => {
    problems.push(acceptedProblem(remark));
  });
  if (condition.ok) return condition.value;
  for (const remark of condition.error) problems.push(problemOf(remark, 'error'));
  return null;
}

function readSkip(then: MapNode, problems: ProblemList): boolean | null {
  const node = then.entries.find(({ key }) => key === 'skip')?.value;
  if (node === undefined || isNothing(node)) return null;
  const value = boolean.read(node, (remark) => {
    problems.push(acceptedProblem(remark));
  });
  if (value.ok) return value.value;
  for (const remark of value.error) problems.push(problemOf(remark, 'error'));
  return null;
}

/** Refused values are told where all options of the rule are read. */
function readProfile(node: ConfigNode | undefined): ProfileName | null {
  if (node === undefined || isNothing(node)) return null;
  const value = OPTIONS.profile.kind.read(node, () => undefined);
  return value.ok ? value.value : null;
}

function unknownKey({ key, place }: MapEntry, problems: ProblemList): void {
  refuse(problems, place, 'unknown-key', 'unknown key', hintFor(key));
}

function hintFor(key: string): string {
  if (key === 'skip' || topKeys().includes(key)) return 'write it below "then"';
  if (CONDITION_KEYS.some((candidate) => candidate === key)) return 'write it below "when"';
  const near = nearest(key, RULE_KEYS);
  return near === null ? `a rule has: ${RULE_KEYS.join(', ')}` : `did you mean ${shown(near)}?`;
}

/** What can stand directly below `then`, but for `skip`. */
function topKeys(): readonly string[] {
  return [...new Set(RULE_OPTIONS.map((name) => name.replace(/\..*/, '')))];
}

function refuse(
  problems: ProblemList,
  place: Place,
  code: ProblemCode,
  message: string,
  hint: string | null,
): void {
  problems.push(problemOf({ place, code, message, hint }, 'error'));
}

function placeOf({ source, line }: Place): string {
  return line === null ? source : `${source}:${line}`;
}
