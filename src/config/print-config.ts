/** Prints what is in force: every option as a file would give it, and where its value comes from. */
import type { ConfigKey } from './config.js';
import type { LoadedConfig } from './load.js';
import { isNothing, type ConfigNode } from './node.js';
import { printOrigin } from './origin.js';
import { defaultText } from './read-value.js';
import { lastPart, tableRows } from './table-rows.js';
import { blockText, defaultAsYaml, flowText } from './yaml-text.js';

/** Where the comments begin, if the value leaves room. */
const COLUMN = 40;

/**
 * The whole configuration, with a final line break. Loaded as the only file, it comes to the same. The
 * files that were included are part of it, so it includes none.
 */
export function printConfig(loaded: LoadedConfig): string {
  return [...tableRows()]
    .map((row) => {
      const indent = '  '.repeat(row.depth);
      const key = `${indent}${lastPart(row.name)}:`;
      return row.kind === 'section' ? `${key}\n` : printOption(row.name, key, indent, loaded);
    })
    .join('');
}

function printOption(name: ConfigKey, key: string, indent: string, loaded: LoadedConfig): string {
  const origin = loaded.origins.get(name) ?? { from: 'built-in' };
  const node = loaded.written.get(name);
  const isGiven = node !== undefined && !isNothing(node);
  if (name === 'include' && loaded.files.length > 1)
    return line(`${key} off`, `they are: ${loaded.files.slice(1).join(', ')}`);
  if (!isGiven) {
    const text = name === 'rules' ? '[]' : defaultText(name, loaded.config.profile);
    return line(`${key} ${defaultAsYaml(name, text)}`, printOrigin(origin));
  }
  if (node.kind !== 'list' || !node.items.some(({ kind }) => kind === 'map')) {
    return line(`${key} ${flowText(node)}`, placesOf(node) ?? printOrigin(origin));
  }
  return `${key}\n${blockText(node.items, `${indent}  `, (item) => `  # ${safe(placesOf(item) ?? printOrigin(origin))}`)}`;
}

/** Files of which a list has been put together; null where it comes from no file. */
function placesOf(node: ConfigNode): string | null {
  const nodes = node.kind === 'list' ? [node, ...node.items] : [node];
  const places = new Map<string, string>();
  for (const { place } of nodes) {
    if (place.line !== null && !places.has(place.source))
      places.set(place.source, `${place.source}:${place.line}`);
  }
  return places.size === 0 ? null : [...places.values()].join(', ');
}

function line(text: string, comment: string): string {
  return `${text.padEnd(COLUMN - 1)} # ${safe(comment)}\n`;
}

/** The name of a file can hold anything, line breaks too. */
function safe(comment: string): string {
  return comment.replace(/[\p{C}\p{Zl}\p{Zp}]/gu, '?');
}
