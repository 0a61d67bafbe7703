/** Prints nodes as YAML that is read as the same nodes. */
import type { ConfigKey } from './config.js';
import { isNothing, type ConfigNode } from './node.js';
import { takesText } from './schema.js';

/** A value on one line, in the flow style: `[a, b]`, `{key: value}`. */
export function flowText(node: ConfigNode): string {
  switch (node.kind) {
    case 'scalar':
      return isNothing(node) ? 'null' : scalarText(node.text, node.plain);
    case 'list':
      return `[${node.items.map(flowText).join(', ')}]`;
    case 'map': {
      const entries = node.entries.map(({ key, value }) => `${scalarText(key, false)}: ${flowText(value)}`);
      return `{${entries.join(', ')}}`;
    }
  }
}

/** A list with an item to a line, and the keys of an item one below the other, each line indented. */
export function blockText(
  items: readonly ConfigNode[],
  indent: string,
  comment: (item: ConfigNode) => string,
): string {
  return items
    .map((item) => {
      const lines =
        item.kind === 'map' && item.entries.length > 0
          ? item.entries.map(({ key, value }) => `${scalarText(key, false)}: ${flowText(value)}`)
          : [flowText(item)];
      const [first = '', ...rest] = lines;
      return `${indent}- ${first}${comment(item)}\n${rest.map((line) => `${indent}  ${line}\n`).join('')}`;
    })
    .join('');
}

/** Without quotes where neither YAML nor the loader takes it for anything else. */
export function scalarText(text: string, plain: boolean): string {
  const isWord = /^[\w/.][\w/.@%+=*-]*(?::[\w/.@%+=*-]+)*$/.test(text);
  const isOther = /^0\d+$/.test(text) || (!plain && /^(?:null|Null|NULL)$/.test(text));
  const isPlain = isWord && !isOther;
  return isPlain ? text : JSON.stringify(text).replace(/[\x7f-\x9f\u2028\u2029\ufeff]/g, escaped);
}

function escaped(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
}

/** A default of the option table: in brackets or braces it is YAML already, unless the option takes a text. */
export function defaultAsYaml(key: ConfigKey, text: string): string {
  const isYaml = /^(?:\[.*\]|\{.*\})$/.test(text) && !takesText(key);
  return isYaml ? text : scalarText(text, true);
}
