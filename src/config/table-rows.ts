/** Goes through the option table as a file is written: sections, and in them options and further sections. */
import { CONFIG_KEYS, type ConfigKey } from './config.js';

export interface SectionRow {
  readonly kind: 'section';
  /** In full: `dns.cache`. */
  readonly name: string;
  readonly depth: number;
}

export interface OptionRow {
  readonly kind: 'option';
  readonly name: ConfigKey;
  readonly depth: number;
}

/** In the order of the table. A section comes where its first option is, and whole. */
export function* tableRows(
  keys: readonly ConfigKey[] = CONFIG_KEYS,
  prefix = '',
  depth = 0,
): Generator<SectionRow | OptionRow> {
  const seen = new Set<string>();
  for (const name of keys) {
    if (!name.startsWith(prefix)) continue;
    const dot = name.indexOf('.', prefix.length);
    if (dot === -1) {
      yield { kind: 'option', name, depth };
      continue;
    }
    const section = name.slice(0, dot);
    if (seen.has(section)) continue;
    seen.add(section);
    yield { kind: 'section', name: section, depth };
    yield* tableRows(keys, `${section}.`, depth + 1);
  }
}

/** The last part of a name: what is written in front of the colon. */
export function lastPart(name: string): string {
  return name.slice(name.lastIndexOf('.') + 1);
}
