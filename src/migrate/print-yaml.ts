/** A draft as the text of a YAML file. */
import { Document, isCollection, isPair, isScalar, visit } from 'yaml';
import type { Draft, Item } from './draft.js';
import { KEYS, type Key } from './keys.js';
import { isList, isMap, nested, type Plain, type PlainMap } from './plain.js';

const WIDTH = 110;
/** Up to so long a list or a map stands in one line. */
const MAX_FLOW = 90;

/** `head` is the comment at the top. */
export function printYaml(head: readonly string[], draft: Draft): string {
  const blocks = [comment(head, 0)];
  for (const section of sections(draft)) blocks.push(printSection(section, draft));
  if (draft.elsewhere.length > 0) blocks.push(comment(['Not for this file:', ...draft.elsewhere], 0));
  return `${blocks.map((lines) => lines.join('\n')).join('\n\n')}\n`;
}

/** Keys with a value or a comment; those that begin alike are one section, those of one word another. */
function sections(draft: Draft): readonly (readonly Key[])[] {
  const all: Key[][] = [];
  for (const key of KEYS) {
    const said = draft.settings.has(key) || draft.comments.has(key) || itemsOf(key, draft).length > 0;
    if (!said) continue;
    const last = all.at(-1);
    if (last !== undefined && topOf(last[0] ?? '') === topOf(key)) last.push(key);
    else all.push([key]);
  }
  return all;
}

function topOf(key: string): string {
  return key.split('.')[0] ?? '';
}

function itemsOf(key: Key, draft: Draft): readonly Item[] {
  if (key === 'rules') return draft.rules;
  return key === 'forwarders' ? draft.forwarders : [];
}

function printSection(keys: readonly Key[], draft: Draft): readonly string[] {
  const [first] = keys;
  if (first !== undefined && !first.includes('.')) {
    const above = comment(draft.comments.get(first) ?? [], 0);
    const items = itemsOf(first, draft);
    if (items.length > 0) return [...above, `${first}:`, ...items.flatMap(printItem)];
    const value = draft.settings.get(first);
    return value === undefined ? above : [...above, ...printEntry(first, value, 0)];
  }
  if (!keys.some((key) => draft.settings.has(key))) {
    return keys.flatMap((key) => comment(draft.comments.get(key) ?? [], 0));
  }
  return [`${topOf(first ?? '')}:`, ...printBelow(keys, topOf(first ?? ''), draft)];
}

/** The keys below `path`; those of a deeper map stand together. */
function printBelow(keys: readonly Key[], path: string, draft: Draft): readonly string[] {
  const indent = 2 * path.split('.').length;
  const nameOf = (key: Key): string => key.slice(path.length + 1).split('.')[0] ?? '';
  const lines: string[] = [];
  for (const name of new Set(keys.map(nameOf))) {
    const below = keys.filter((key) => nameOf(key) === name);
    const [key] = below;
    const full = `${path}.${name}`;
    const said = below.flatMap((each) => draft.comments.get(each) ?? []);
    const set = below.filter((each) => draft.settings.has(each));
    if (key === full) {
      lines.push(...comment(said, indent));
      const value = draft.settings.get(key);
      if (value !== undefined) lines.push(...printEntry(name, value, indent));
    } else if (set.length === 0) {
      lines.push(...comment(said, indent));
    } else {
      const values = new Map(
        set.map((each) => [each.slice(full.length + 1), draft.settings.get(each) ?? null]),
      );
      lines.push(...comment(said, indent), ...printEntry(name, nested(values), indent));
    }
  }
  return lines;
}

function printItem({ value, comments }: Item): readonly string[] {
  const [first = '', ...rest] = Object.entries(value).flatMap(([key, part]) => printEntry(key, part, 4));
  return [...comment(comments, 2), `  - ${first.trimStart()}`, ...rest];
}

function printEntry(key: string, value: Plain, indent: number): readonly string[] {
  const blanks = ' '.repeat(indent);
  const name = flow(key);
  const line = `${blanks}${name}: ${flow(value)}`;
  if (line.length <= MAX_FLOW || isEmpty(value) || !(isList(value) || isMap(value))) return [line];
  if (isList(value)) return [`${blanks}${name}:`, ...value.map((item) => `${blanks}  - ${flow(item)}`)];
  return [`${blanks}${name}:`, ...below(value, indent + 2)];
}

function below(map: PlainMap, indent: number): readonly string[] {
  return Object.entries(map).flatMap(([key, value]) => printEntry(key, value, indent));
}

function isEmpty(value: Plain): boolean {
  return isList(value) ? value.length === 0 : isMap(value) && Object.keys(value).length === 0;
}

/** On one line. Quotes are the YAML library's business, which reads it again as well. */
function flow(value: Plain): string {
  const document = new Document([value], { aliasDuplicateObjects: false });
  visit(document, (_, node) => {
    if (isCollection(node)) node.flow = true;
    else if (isScalar(node) && typeof node.value === 'string' && needsQuotes(node.value))
      node.type = 'QUOTE_DOUBLE';
    else if (!isPair(node)) return undefined;
    return undefined;
  });
  const text = document.toString({ lineWidth: 0, flowCollectionPadding: false });
  return joined(text).slice(1, -1);
}

/** The library breaks long collections at their commas, never within a text. */
function joined(text: string): string {
  return text
    .trimEnd()
    .replace(/([[{])\n\s*/g, '$1')
    .replace(/\n\s*([\]}])/g, '$1')
    .replace(/\n\s*/g, ' ');
}

/** What YAML 1.1 took for something else than text, and addresses, in which people look for the colon. */
function needsQuotes(text: string): boolean {
  return /^(?:y|n|yes|no|on|off)$/i.test(text) ? !/^off$/.test(text) : /[^A-Za-z0-9_./@ -]/.test(text);
}

/** Wrapped, with `#` in front. */
function comment(texts: readonly string[], indent: number): readonly string[] {
  const start = `${' '.repeat(indent)}# `;
  const lines: string[] = [];
  for (const text of texts) {
    let line = start;
    for (const word of text.split(' ')) {
      if (line !== start && line.length + word.length >= WIDTH) {
        lines.push(line.trimEnd());
        line = start;
      }
      line += `${word} `;
    }
    lines.push(line.trimEnd());
  }
  return lines;
}
