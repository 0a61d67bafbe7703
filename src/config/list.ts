/** Lists of values, and sets of words. */
import { err, ok, type Result } from '../util/index.js';
import { notScalar, refused, wordHint, type Kind } from './kind.js';
import type { ConfigNode } from './node.js';
import { MAX_PROBLEMS } from './problem-list.js';
import { shown, type Remark } from './problem.js';

/**
 * The items of a list. A single value is a list of one. A text in brackets is a list too: a default is text, and
 * no file is needed to read it.
 */
export function itemsOf(node: ConfigNode): readonly ConfigNode[] {
  if (node.kind === 'list') return node.items;
  const inside = node.kind === 'scalar' ? /^\[(.*)\]$/.exec(node.text)?.[1]?.trim() : undefined;
  if (inside === undefined || node.kind !== 'scalar') return [node];
  if (inside === '') return [];
  return inside.split(',').map((text, i) => {
    const place = { ...node.place, path: `${node.place.path}[${i}]` };
    return { ...node, place, text: text.trim() };
  });
}

/** Many of something; `most` of them are enough. */
interface Plural {
  /** As in "3 networks are too many". */
  readonly what: string;
  readonly most: number;
}

/** Reads items with one reader, which may make several values of one item, and names the problems of all. */
export function readItems<T>(
  node: ConfigNode,
  { what, most }: Plural,
  read: (item: ConfigNode, index: number) => Result<readonly T[], readonly Remark[]>,
): Result<readonly T[], readonly Remark[]> {
  const items = itemsOf(node);
  const values: T[] = [];
  const problems: Remark[] = [];
  for (const [i, item] of items.entries()) {
    if (Math.max(items.length, values.length) > most || problems.length >= MAX_PROBLEMS) break;
    const value = read(item, i);
    if (value.ok) values.push(...value.value);
    else problems.push(...value.error);
  }
  const count = Math.max(items.length, values.length);
  if (count > most) return refused(node.place, 'range', `${count} ${what} are too many`, `at most ${most}`);
  return problems.length > 0 ? err(problems) : ok(values);
}

/** A list of values; one of them can stand for several (`loopback`). */
export function listOf<T>(item: Kind<readonly T[]>, plural: Plural): Kind<readonly T[]> {
  return {
    takes: `a list: ${item.takes}`,
    schema: {
      anyOf: [item.schema, { type: 'array', items: item.schema, maxItems: plural.most }],
    },
    read: (node, note) => readItems(node, plural, (each) => item.read(each, note)),
  };
}

/** More than there are of any words. */
const WORDS = { what: 'words', most: 100 };

/** Some of some words. `what` reads as in "is not a result". */
export function wordSet<const W extends string>(words: readonly W[], what: string): Kind<ReadonlySet<W>> {
  const list = listOf(word(words, what), WORDS);
  return {
    ...list,
    read(node, note) {
      const read = list.read(node, note);
      return read.ok ? ok(new Set(read.value)) : read;
    },
  };
}

/** Some of some words, each once, in an order that tells. */
export function wordList<const W extends string>(words: readonly W[], what: string): Kind<readonly W[]> {
  const item = word(words, what);
  return {
    ...listOf(item, WORDS),
    read(node, note) {
      const seen = new Set<W>();
      return readItems(node, WORDS, (each) => {
        const read = item.read(each, note);
        const again = read.ok ? read.value.find((value) => seen.has(value)) : undefined;
        if (again !== undefined)
          return refused(each.place, 'conflict', `${again} is named twice`, 'remove one of them');
        if (read.ok) for (const value of read.value) seen.add(value);
        return read;
      });
    },
  };
}

function word<W extends string>(words: readonly W[], what: string): Kind<readonly W[]> {
  return {
    takes: words.join(', '),
    schema: { enum: words },
    read(node) {
      if (node.kind !== 'scalar') return notScalar(node, what);
      const found = words.find((candidate) => candidate === node.text);
      if (found !== undefined) return ok([found]);
      return refused(node.place, 'value', `${shown(node.text)} is not ${what}`, wordHint(node.text, words));
    },
  };
}
