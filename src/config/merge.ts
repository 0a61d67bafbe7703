/** Lays what one file says over what the files before it said: maps merge, lists append, values replace. */
import type { ConfigKey } from './config.js';
import {
  isNothing,
  type ConfigNode,
  type ListNode,
  type MapEntry,
  type MapNode,
  type Place,
} from './node.js';
import { OPTIONS } from './options.js';
import type { Remark } from './problem.js';
import { takesList } from './schema.js';

/** Takes what is worth a note. */
type Note = (remark: Remark) => void;

/** The value of an option that two files give. A value that replaces another is worth a note. */
export function merge(key: ConfigKey, before: ConfigNode, after: ConfigNode, note: Note): ConfigNode {
  if (isNothing(after)) return before;
  if (isNothing(before)) return after;
  if (takesList(key)) {
    const [first, second] = [itemsOf(key, before), itemsOf(key, after)];
    if (first !== null && second !== null) return appended(before, [...first, ...second]);
  } else if (before.kind === 'map' && after.kind === 'map') return mergedMaps(before, after, note);
  note(replaced(before.place, after.place));
  return after;
}

/** The items of a list, or the one that stands for a list of one. Null for a word that stands alone, `off`. */
function itemsOf(key: ConfigKey, node: ConfigNode): readonly ConfigNode[] | null {
  if (node.kind === 'list') return node.items;
  if (key === 'rules') return null;
  const asList: ListNode = { kind: 'list', place: node.place, items: [node] };
  return OPTIONS[key].kind.read(asList, () => undefined).ok ? [node] : null;
}

function appended({ place }: ConfigNode, items: readonly ConfigNode[]): ListNode {
  return { kind: 'list', place, items };
}

function mergedMaps(before: MapNode, after: MapNode, note: Note): MapNode {
  const entries = new Map<string, MapEntry>(before.entries.map((entry) => [entry.key, entry]));
  for (const entry of after.entries) {
    const earlier = entries.get(entry.key);
    if (earlier !== undefined) note(replaced(earlier.place, entry.place));
    entries.set(entry.key, entry);
  }
  return { kind: 'map', place: before.place, entries: [...entries.values()] };
}

function replaced(before: Place, after: Place): Remark {
  const message = `${before.source}:${before.line ?? 1} gives another value; this one is used`;
  return { place: after, code: 'replaced', message, hint: null };
}
