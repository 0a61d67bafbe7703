/** Turns the text of a file into plain nodes: the only file that knows the YAML library. */
import type * as Yaml from 'yaml';

import { type ConfigNode, type MapEntry, type Place } from './node.js';
import { MAX_PROBLEMS } from './problem-list.js';
import { shown, shownKey, type Remark } from './problem.js';
import { isLocal, syntaxHint, syntaxMessage } from './yaml-hints.js';

/** A file and everything that is wrong with it as YAML. */
export interface YamlFile {
  /** Null for an empty file, and for one that cannot be read any further. */
  readonly root: ConfigNode | null;
  readonly problems: readonly Remark[];
}

/** Sections, options, lists and long forms go four deep. */
const MAX_DEPTH = 16;

/** Nodes after aliases are unfolded: a "billion laughs" file stops here. */
const MAX_NODES = 20_000;

/** A single slip can make dozens of further errors. */
const MAX_SYNTAX_ERRORS = 10;

/** Where the text comes from. */
export interface YamlSource {
  readonly name: string;
  /** The key that the text as a whole is the value of; empty for a file. */
  readonly path: string;
  /** Whether it has lines that somebody can go to: a variable of the environment has none. */
  readonly hasLines: boolean;
}

/** Reads YAML 1.2. The library takes a while to load, so that is done when there is a file to read. */
export async function readYaml(text: string, source: YamlSource): Promise<YamlFile> {
  const yaml = await import('yaml');
  const lines = new yaml.LineCounter();
  // Repeated keys are found below, where both lines can be named.
  const document = yaml.parseDocument(text, { lineCounter: lines, prettyErrors: false, uniqueKeys: false });

  const placeAt = (offset: number, path: string): Place => {
    const { line, col } = lines.linePos(offset);
    const at = source.hasLines ? { line, column: col } : { line: null, column: null };
    return { source: source.name, path, ...at };
  };

  const errors = new Map<number, Remark>(); // the first of each line: the others mostly follow from it
  for (const { code, message, pos } of document.errors) {
    const { line } = lines.linePos(pos[0]);
    if (errors.has(line) || errors.size >= MAX_SYNTAX_ERRORS) continue;
    errors.set(line, {
      place: placeAt(pos[0], source.path),
      code: 'syntax',
      message: syntaxMessage(code, message),
      hint: syntaxHint(code, text, pos[0]),
    });
  }
  if (document.errors.some(({ code }) => !isLocal(code)))
    return { root: null, problems: [...errors.values()] };

  const reader = new NodeReader(yaml, document, placeAt);
  try {
    const root = document.contents === null ? null : reader.node(document.contents, source.path, 0);
    const further = reader.problems.filter(({ place }) => place.line === null || !errors.has(place.line));
    return { root, problems: [...errors.values(), ...further] };
  } catch (e) {
    if (e instanceof Refusal) return { root: null, problems: [...errors.values(), e.remark] };
    throw e;
  }
}

/** Thrown where reading on makes no sense, caught in `readYaml`. */
class Refusal extends Error {
  readonly remark: Remark;

  constructor(remark: Remark) {
    super(remark.message);
    this.remark = remark;
  }
}

/** Walks one document. */
class NodeReader {
  readonly problems: Remark[] = [];
  readonly #yaml: typeof Yaml;
  readonly #document: Yaml.Document.Parsed;
  readonly #placeAt: (offset: number, path: string) => Place;
  #nodes = 0;

  constructor(
    yaml: typeof Yaml,
    document: Yaml.Document.Parsed,
    placeAt: (offset: number, path: string) => Place,
  ) {
    this.#yaml = yaml;
    this.#document = document;
    this.#placeAt = placeAt;
  }

  #remark(remark: Remark): void {
    if (this.problems.length < MAX_PROBLEMS) this.problems.push(remark);
  }

  node(node: Yaml.Node, path: string, depth: number): ConfigNode {
    const place = this.#place(node, path);
    if (++this.#nodes > MAX_NODES) {
      throw new Refusal({ place, code: 'too-large', message: 'the file holds too many values', hint: null });
    }
    if (depth > MAX_DEPTH) {
      throw new Refusal({ place, code: 'depth', message: 'nested too deeply', hint: null });
    }
    if (this.#yaml.isAlias(node)) return this.#alias(node, place, depth);
    if ('tag' in node && typeof node.tag === 'string') {
      const hint = 'leave it out, or put the value in quotes';
      this.#remark({
        place,
        code: 'tag',
        message: `tags such as ${shown(node.tag)} are not used`,
        hint,
      });
    }
    if (this.#yaml.isMap<Yaml.Node, Yaml.Node | null>(node)) return this.#map(node, place, depth);
    if (this.#yaml.isSeq<Yaml.Node>(node)) return this.#list(node, place, depth);
    if (this.#yaml.isScalar(node)) return this.#scalar(node, place);
    throw new Error('a node of an unknown kind');
  }

  /** An alias stands for a copy. One that leads nowhere is, as a rule, a star that lacks its quotes. */
  #alias(alias: Yaml.Alias, place: Place, depth: number): ConfigNode {
    const target = alias.resolve(this.#document);
    if (target !== undefined) return this.node(target, place.path, depth + 1);
    this.#remark({
      place,
      code: 'alias',
      message: `${shown(`*${alias.source}`)} begins with a star, which YAML takes for an alias`,
      hint: alias.source.startsWith('.')
        ? `write it without the star, as ${shown(alias.source)}, or in quotes`
        : 'put it in quotes',
    });
    return { kind: 'scalar', place, text: '', plain: false }; // refused in any case
  }

  #map(map: Yaml.YAMLMap<Yaml.Node, Yaml.Node | null>, place: Place, depth: number): ConfigNode {
    const entries: MapEntry[] = [];
    const seen = new Map<string, Place>();
    for (const { key: keyNode, value } of map.items) {
      if (!this.#yaml.isScalar(keyNode)) {
        const at = this.#place(keyNode, place.path);
        this.#remark({ place: at, code: 'shape', message: 'a key is one word', hint: null });
        continue;
      }
      const key = textOf(keyNode);
      const path = place.path === '' ? shownKey(key) : `${place.path}.${shownKey(key)}`;
      const at = this.#place(keyNode, path);
      const first = seen.get(key);
      if (first !== undefined) {
        const message = `written twice, in line ${first.line ?? 1} and here`;
        this.#remark({ place: at, code: 'duplicate-key', message, hint: 'remove one of them' });
        continue;
      }
      seen.set(key, at);
      // `{key}` in braces has no value node at all.
      const child = value === null ? nothing(at) : this.node(value, path, depth + 1);
      entries.push({ key, place: at, value: child });
    }
    return { kind: 'map', place, entries };
  }

  #list(list: Yaml.YAMLSeq<Yaml.Node>, place: Place, depth: number): ConfigNode {
    const items = list.items.map((item, i) => this.node(item, `${place.path}[${i}]`, depth + 1));
    return { kind: 'list', place, items };
  }

  #scalar(node: Yaml.Scalar, place: Place): ConfigNode {
    return { kind: 'scalar', place, text: textOf(node), plain: isPlain(node) };
  }

  #place(node: Yaml.Node, path: string): Place {
    return this.#placeAt(node.range?.[0] ?? 0, path);
  }
}

function nothing(place: Place): ConfigNode {
  return { kind: 'scalar', place, text: '', plain: true };
}

function isPlain(node: Yaml.Scalar): boolean {
  return node.type === 'PLAIN';
}

/** What was written, not what YAML makes of it: `0660`, `5.10` and `yes` are read by the kinds. */
function textOf(node: Yaml.Scalar): string {
  return isPlain(node) ? (node.source ?? '') : String(node.value);
}
