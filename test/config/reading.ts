/** Reads a configuration from a literal: what it comes to, and what is said about it. */
import { loadConfig, printProblems, type Config } from '../../src/config/index.js';
import { filesOf } from './files.js';

export interface Reading {
  /** Null where it is refused. */
  readonly config: Config | null;
  /** The problems, as `line:column  path: sentence`. */
  readonly lines: readonly string[];
}

export async function reading(text: string): Promise<Reading> {
  const loaded = await loadConfig({ path: 'f', files: filesOf({ f: text }) });
  const printed = printProblems(loaded.ok ? loaded.value.remarks : loaded.error);
  const lines = printed.split('\n').slice(0, -1);
  return {
    config: loaded.ok ? loaded.value.config : null,
    lines: lines.map((line) => line.replace(/^f:/, '').replace(/ {2,}/, '  ')),
  };
}

/** The configuration of a text about which nothing is said. */
export async function silentReading(text: string): Promise<Config> {
  const { config, lines } = await reading(text);
  if (config === null || lines.length > 0) throw new Error(lines.join('\n'));
  return config;
}
