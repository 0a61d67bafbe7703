/** Finds the options in a file, or in a rule: which keys are there, and which do not exist. */
import { CONFIG_KEYS, type ConfigKey } from './config.js';
import { isNothing, type ConfigNode, type MapEntry, type MapNode } from './node.js';
import { oldNameHint } from './old-names.js';
import { OPTION_NAMES, OPTIONS, type OptionName } from './options.js';
import { MAX_PROBLEMS } from './problem-list.js';
import { shown, type Remark } from './problem.js';
import { nearest } from './suggest.js';

export interface FoundOptions<K extends ConfigKey = ConfigKey> {
  readonly options: ReadonlyMap<K, ConfigNode>;
  readonly problems: readonly Remark[];
}

/** Where options can stand, and which. */
interface Scope<K extends ConfigKey> {
  readonly names: ReadonlyMap<string, K>;
  /** For each section (`dns`; the scope itself is the empty name) the keys that it can hold. */
  readonly keys: ReadonlyMap<string, ReadonlySet<string>>;
}

/** Options that a rule can have. `profile` is another matter: it says several of them at once. */
export const RULE_OPTIONS: readonly OptionName[] = OPTION_NAMES.filter(
  (name) => name === 'profile' || OPTIONS[name].inRules,
);

const WHOLE_FILE = scopeOf(CONFIG_KEYS);
const RULE = scopeOf(RULE_OPTIONS);

/** Goes through a whole file. The values are not looked at yet. */
export function findOptions(root: ConfigNode): FoundOptions {
  if (root.kind === 'map') return search(root, WHOLE_FILE);
  return { options: new Map(), problems: isNothing(root) ? [] : [noKeys(root)] };
}

/** Goes through what a rule says, but for its `skip`, which is no option. */
export function findRuleOptions(root: MapNode): FoundOptions<OptionName> {
  return search({ ...root, entries: root.entries.filter(({ key }) => key !== 'skip') }, RULE);
}

function search<K extends ConfigKey>(root: MapNode, scope: Scope<K>): FoundOptions<K> {
  const options = new Map<K, ConfigNode>();
  const problems: Remark[] = [];
  searchSection(root, '', scope, options, problems);
  return { options, problems };
}

function searchSection<K extends ConfigKey>(
  section: MapNode,
  prefix: string,
  scope: Scope<K>,
  options: Map<K, ConfigNode>,
  problems: Remark[],
): void {
  for (const entry of section.entries) {
    if (problems.length >= MAX_PROBLEMS) return;
    const { key, value } = entry;
    const name = prefix === '' ? key : `${prefix}.${key}`;
    const known = scope.keys.get(prefix)?.has(key) === true; // not so for `dns.timeout` written as one key
    const option = scope.names.get(name);
    if (known && option !== undefined) options.set(option, value);
    else if (!known) problems.push(unknownKey(entry, prefix, name, scope));
    else if (value.kind === 'map') searchSection(value, name, scope, options, problems);
    else if (!isNothing(value)) problems.push(noSection(value, keysOf(scope, name)));
  }
}

function noSection({ place }: ConfigNode, keys: readonly string[]): Remark {
  const hint = `the keys are: ${keys.join(', ')}`;
  return { place, code: 'shape', message: 'expected keys, one a line and indented', hint };
}

function unknownKey({ key, place }: MapEntry, prefix: string, name: string, scope: Scope<ConfigKey>): Remark {
  if (scope === RULE && WHOLE_FILE.keys.get(prefix)?.has(key) === true) {
    const hint = `it is the same for all mail; the keys here are: ${keysOf(scope, prefix).join(', ')}`;
    return { place, code: 'unknown-key', message: 'not possible in a rule', hint };
  }
  const hint = hintFor(key, prefix, name, scope);
  return { place, code: 'unknown-key', message: 'unknown key', hint };
}

function hintFor(key: string, prefix: string, name: string, scope: Scope<ConfigKey>): string {
  const option = scope.names.get(name);
  if (option !== undefined) return nested(option);
  const old = prefix === '' ? oldNameHint(key) : null;
  if (old !== null) return old;
  const siblings = keysOf(scope, prefix);
  const near = nearest(key, siblings);
  if (near !== null) return `did you mean ${shown(near)}?`;
  const elsewhere = [...scope.names.values()].find((candidate) => candidate.endsWith(`.${key}`));
  if (elsewhere !== undefined) return nested(elsewhere);
  return `the keys here are: ${siblings.join(', ')}`;
}

/** How an option is written that stands in a section. */
function nested(name: ConfigKey): string {
  const dot = name.lastIndexOf('.');
  return `write it as "${name.slice(dot + 1)}" in the section "${name.slice(0, dot)}"`;
}

/** The file is one word, or a list: most likely it belongs to another program. */
function noKeys(root: ConfigNode): Remark {
  const message = 'the file holds no keys';
  const example = 'a key is followed by a colon and a blank, as in "profile: monitor"';
  const first = root.kind === 'scalar' ? /^([A-Za-z_]{1,64})\s*=/.exec(root.text)?.[1] : undefined;
  const old = first === undefined ? null : oldNameHint(first);
  const hint = old === null ? example : `${shown(first ?? '')} is ${old}`;
  return { place: root.place, code: 'shape', message, hint };
}

function keysOf(scope: Scope<ConfigKey>, section: string): readonly string[] {
  const keys = [...(scope.keys.get(section) ?? [])];
  return scope === RULE && section === '' ? ['skip', ...keys] : keys;
}

function scopeOf<K extends ConfigKey>(names: readonly K[]): Scope<K> {
  const sections = new Map<string, Set<string>>();
  for (const name of names) {
    let section = '';
    for (const key of name.split('.')) {
      const keys = sections.get(section) ?? new Set();
      sections.set(section, keys.add(key));
      section = section === '' ? key : `${section}.${key}`;
    }
  }
  return { names: new Map(names.map((name) => [name, name])), keys: sections };
}
