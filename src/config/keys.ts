/** Reads maps whose keys are known. */
import type { ConfigNode, MapNode } from './node.js';
import { isNothing } from './node.js';
import { shown, type Remark } from './problem.js';
import { nearest } from './suggest.js';

interface KnownKeys<K extends string> {
  /** Without those that have no value. */
  readonly values: ReadonlyMap<K, ConfigNode>;
  readonly problems: readonly Remark[];
}

/** The values of a map by their keys. `owner` reads as in "a listener has: socket, tcp". */
export function readKeys<K extends string>(node: MapNode, keys: readonly K[], owner: string): KnownKeys<K> {
  const values = new Map<K, ConfigNode>();
  const problems: Remark[] = [];
  for (const { key, place, value } of node.entries) {
    const known = keys.find((candidate) => candidate === key);
    if (known === undefined) {
      const near = nearest(key, keys);
      const hint = near === null ? `${owner} has: ${keys.join(', ')}` : `did you mean ${shown(near)}?`;
      problems.push({ place, code: 'unknown-key', message: 'unknown key', hint });
    } else if (!isNothing(value)) values.set(known, value);
  }
  return { values, problems };
}
