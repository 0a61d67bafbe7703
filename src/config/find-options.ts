/** Finds the options in a file: which keys are there, and which do not exist. */
import { isNothing, type ConfigNode, type MapEntry, type MapNode } from './node.js';
import { oldNameHint } from './old-names.js';
import { isOptionName, OPTION_NAMES, type OptionName } from './options.js';
import { MAX_PROBLEMS } from './problem-list.js';
import { shown, type Remark } from './problem.js';
import { nearest } from './suggest.js';

export interface FoundOptions {
  readonly options: ReadonlyMap<OptionName, ConfigNode>;
  readonly problems: readonly Remark[];
}

/** For each section (`dns`; the file itself is the empty name) the keys that it can hold. */
const KEYS: ReadonlyMap<string, ReadonlySet<string>> = keysOfSections();

/** Goes through a whole file. The values are not looked at yet. */
export function findOptions(root: ConfigNode): FoundOptions {
  const options = new Map<OptionName, ConfigNode>();
  const problems: Remark[] = [];
  if (root.kind === 'map') searchSection(root, '', options, problems);
  else if (!isNothing(root)) problems.push(noKeys(root));
  return { options, problems };
}

function searchSection(
  section: MapNode,
  prefix: string,
  options: Map<OptionName, ConfigNode>,
  problems: Remark[],
): void {
  for (const entry of section.entries) {
    if (problems.length >= MAX_PROBLEMS) return;
    const { key, value } = entry;
    const name = prefix === '' ? key : `${prefix}.${key}`;
    const known = KEYS.get(prefix)?.has(key) === true; // not so for `dns.timeout` written as one key
    if (known && isOptionName(name)) options.set(name, value);
    else if (!known) problems.push(unknownKey(entry, prefix, name));
    else if (value.kind === 'map') searchSection(value, name, options, problems);
    else if (!isNothing(value)) problems.push(noSection(value, name));
  }
}

function noSection({ place }: ConfigNode, name: string): Remark {
  const hint = `the keys are: ${keysOf(name).join(', ')}`;
  return { place, code: 'shape', message: 'expected keys, one a line and indented', hint };
}

function unknownKey({ key, place }: MapEntry, prefix: string, name: string): Remark {
  const hint = hintFor(key, prefix, name);
  return { place, code: 'unknown-key', message: 'unknown key', hint };
}

function hintFor(key: string, prefix: string, name: string): string {
  if (isOptionName(name)) return nested(name);
  const old = prefix === '' ? oldNameHint(key) : null;
  if (old !== null) return old;
  const siblings = keysOf(prefix);
  const near = nearest(key, siblings);
  if (near !== null) return `did you mean ${shown(near)}?`;
  const elsewhere = OPTION_NAMES.find((option) => option.endsWith(`.${key}`));
  if (elsewhere !== undefined) return nested(elsewhere);
  return `the keys here are: ${siblings.join(', ')}`;
}

/** How an option is written that stands in a section. */
function nested(name: OptionName): string {
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

function keysOf(section: string): readonly string[] {
  return [...(KEYS.get(section) ?? [])];
}

function keysOfSections(): Map<string, Set<string>> {
  const sections = new Map<string, Set<string>>();
  for (const name of OPTION_NAMES) {
    let section = '';
    for (const key of name.split('.')) {
      const keys = sections.get(section) ?? new Set();
      sections.set(section, keys.add(key));
      section = section === '' ? key : `${section}.${key}`;
    }
  }
  return sections;
}
