/**
 * What a configuration file holds, as plain data without the YAML library: so a default (one line of
 * text) and an argument of the command line go through the same readers, and neither loads the library.
 */

/** Where something stands. Line and column count from 1, and are null for what is in no file. */
export interface Place {
  /** The file; or the variable or the option of the command line that gives it; or `built-in`. */
  readonly source: string;
  /** The way to it through keys and list indices: `listen.policy[1].mode`. */
  readonly path: string;
  readonly line: number | null;
  readonly column: number | null;
}

/** One value. A number or a truth value is its text too, as written: `0660` is not yet the number 660. */
export interface ScalarNode {
  readonly kind: 'scalar';
  readonly place: Place;
  readonly text: string;
  /** Whether it was written without quotes, so that `null` may mean nothing at all. */
  readonly plain: boolean;
}

export interface ListNode {
  readonly kind: 'list';
  readonly place: Place;
  readonly items: readonly ConfigNode[];
}

export interface MapNode {
  readonly kind: 'map';
  readonly place: Place;
  readonly entries: readonly MapEntry[];
}

/** A key with its value. Keys come from outside: they are looked up in a `Map`, never in an object. */
export interface MapEntry {
  readonly key: string;
  readonly place: Place;
  readonly value: ConfigNode;
}

export type ConfigNode = ScalarNode | ListNode | MapNode;

/** The place of what is in no file. */
export function nowhere(path: string, source = 'built-in'): Place {
  return { source, path, line: null, column: null };
}

/** A value that is in no file. */
export function scalar(path: string, text: string, source?: string): ScalarNode {
  return { kind: 'scalar', place: nowhere(path, source), text, plain: false };
}

/** Several values that are in no file. */
export function list(path: string, texts: readonly string[], source?: string): ListNode {
  const items = texts.map((text, i) => scalar(`${path}[${i}]`, text, source));
  return { kind: 'list', place: nowhere(path, source), items };
}

/** Whether there is no value: `key:`, `key: ~`, `key: null` (YAML 1.2 §10.3.2). */
export function isNothing(node: ConfigNode): boolean {
  return node.kind === 'scalar' && node.plain && /^(?:|~|null|Null|NULL)$/.test(node.text);
}
