/** Migrates a file given as lines, and holds what must be true of every migration. */
import { expect } from '@jest/globals';
import { parse } from 'yaml';

import { loadConfig, printProblems } from '../../src/config/index.js';
import { migrate, type Format, type Migration } from '../../src/migrate/index.js';
import { filesOf } from '../config/files.js';

export type FileTexts = Readonly<Record<string, string>>;

export function reading(files: FileTexts): { read: (path: string) => string | null } {
  return { read: (path) => files[path] ?? null };
}

/** The migration of a file; its YAML reads as the settings say, and is a configuration with which nothing is wrong
 *  but for `complaints`: parts of what the loader remarks, one each. */
export async function migrated(
  format: Format,
  lines: readonly string[],
  files: FileTexts = {},
  complaints: readonly string[] = [],
): Promise<Migration> {
  const path = `/etc/old/${format}`;
  const result = migrate({ path, text: lines.join('\n'), format }, reading(files));
  if (!result.ok) throw new Error(result.error.message);
  const { yaml, settings } = result.value;
  expect(parse(yaml) ?? {}).toEqual(asTree(settings));
  await expectLoads(yaml, files, complaints);
  return result.value;
}

/** Folders are as they are where the old program runs. Null: the loader may complain of anything, and
 *  refuse nothing but files that are not there. */
export async function expectLoads(
  yaml: string,
  files: FileTexts,
  complaints: readonly string[] | null,
): Promise<void> {
  const path = '/etc/spfwarden/spfwarden.yml';
  const loaded = await loadConfig({
    path,
    files: { ...filesOf({ ...files, [path]: yaml }), isDirectory: () => true },
  });
  const remarks = loaded.ok ? loaded.value.remarks : loaded.error;
  const heard =
    complaints === null
      ? remarks.filter(({ severity, code }) => severity === 'error' && code !== 'unreadable')
      : remarks;
  const said = heard.map((remark) => printProblems([remark]));
  expect(said).toEqual((complaints ?? []).map((part) => expect.stringContaining(part)));
}

/** Dotted keys sorted into maps within maps. */
function asTree(settings: Migration['settings']): unknown {
  const tree = {};
  for (const { key, value } of settings) {
    const names = key.split('.');
    let at: Record<string, unknown> = tree;
    for (const name of names.slice(0, -1)) at = (at[name] ??= {}) as Record<string, unknown>;
    at[names.at(-1) ?? ''] = value;
  }
  return tree;
}

/** One row: lines of an old file, and what becomes of them. */
export interface Row {
  /** The rows of the reference that it shows, and what it is about. */
  readonly about: string;
  readonly from: readonly string[];
  /** Lines of the YAML, without their indentation. */
  readonly to?: readonly string[];
  /** Beginnings of lines that must not be in the YAML. */
  readonly without?: readonly string[];
  /** Part of a comment. */
  readonly says?: readonly string[];
  /** All remarks but the one on the dead link: the line, and part of the text. */
  readonly remarks?: readonly (readonly [line: number | null, text: string])[];
  readonly files?: FileTexts;
  /** Parts of all that the loader remarks on the new file. */
  readonly complaints?: readonly string[];
}

export async function expectRow(format: Format, row: Row): Promise<void> {
  const { yaml, remarks } = await migrated(format, row.from, row.files, row.complaints);
  const lines = yaml.split('\n').map((line) => line.trim());
  const settings = lines.filter((line) => !line.startsWith('#'));
  for (const line of row.to ?? []) expect(settings).toContain(line);
  for (const start of row.without ?? [])
    expect(settings.filter((line) => line.startsWith(start))).toEqual([]);
  const comments = lines
    .filter((line) => line.startsWith('#'))
    .map((line) => line.slice(2))
    .join(' ');
  for (const text of row.says ?? []) expect(comments).toContain(text);
  const told = remarks.filter(({ text }) => !text.includes('openspf'));
  expect(told).toEqual(
    (row.remarks ?? []).map(([line, text]) => ({ line, text: expect.stringContaining(text) })),
  );
}
