/** The configuration file of another program becomes one of ours. */
import { err, ok, type Result } from '../util/index.js';
import type { Draft, Remark } from './draft.js';
import { migrateEngine, migrateUserFile } from './engine.js';
import type { OldFiles } from './engine-users.js';
import { FORMATS, recognise, type Format } from './format.js';
import { KEYS } from './keys.js';
import { ADDRESSES_FILE, DOMAINS_FILE, migratePerlLists, otherList } from './perl-lists.js';
import type { Plain } from './plain.js';
import { printYaml } from './print-yaml.js';
import { baseName, shown } from './shown.js';
import { MAX_FILE_LENGTH, sourceLines, type SourceLine } from './source-lines.js';
import { migrateSpfMilter } from './spf-milter.js';

export interface OldSource {
  readonly path: string;
  readonly text: string;
  /** Null: to be recognised. */
  readonly format: Format | null;
}

/** One setting of the new file: a dotted key, `rules` and `forwarders` whole. */
export interface MigratedSetting {
  readonly key: string;
  readonly value: Plain;
}

export interface Migration {
  readonly format: Format;
  /** The new file. */
  readonly yaml: string;
  /** The same as data, in the order of the file. */
  readonly settings: readonly MigratedSetting[];
  /** What the old program ignored or misread, and what could not be taken over; at most 1000. */
  readonly remarks: readonly Remark[];
}

export interface MigrationProblem {
  readonly code: 'unknown-format' | 'too-large' | 'not-text';
  /** A sentence for people. */
  readonly message: string;
}

/**
 * Turns the file of a program that spfwarden replaces into our YAML, with the behaviour and the defaults of that
 * program wherever we can have them. `files` reads what the old file names: the file of `Per_User`, host lists, the
 * other list of the Perl program. Never throws, if `files` does not.
 */
export function migrate(source: OldSource, files: OldFiles): Result<Migration, MigrationProblem> {
  const { path, text } = source;
  if (text.length > MAX_FILE_LENGTH) {
    return problem('too-large', `${shown(path)} has more than ${MAX_FILE_LENGTH} characters`);
  }
  if (text.includes('\0')) return problem('not-text', `${shown(path)} is not a text file`);
  const format = source.format ?? recognise(path, text);
  if (format === null) {
    const known = Object.entries(FORMATS).map(([name, what]) => `${name} (${what})`);
    return problem(
      'unknown-format',
      `${shown(path)} is of no program that is known here: ${known.join(', ')}`,
    );
  }
  const early: { readonly line: number; readonly text: string }[] = [];
  const lines = sourceLines(text, (line, what) => {
    early.push({ line, text: what });
  });
  const draft = draftOf(format, path, lines, files);
  for (const { line, text: what } of early) draft.remark(line, what);
  const head = [
    `Made by "spfwarden migrate" from ${baseName(path)}, read as ${format}.`,
    'Check it with "spfwarden check --config FILE". All keys are in spfwarden.yml(5).',
  ];
  return ok({ format, yaml: printYaml(head, draft), settings: settingsOf(draft), remarks: draft.remarks() });
}

function problem(code: MigrationProblem['code'], message: string): Result<never, MigrationProblem> {
  return err({ code, message });
}

function draftOf(format: Format, path: string, lines: readonly SourceLine[], files: OldFiles): Draft {
  switch (format) {
    case 'policyd-spf':
    case 'pyspf-milter':
      return migrateEngine(format, lines, files);
    case 'policyd-spf-users':
      return migrateUserFile(lines);
    case 'spf-milter':
      return migrateSpfMilter(lines);
    case 'perl-addresses':
      return migratePerlLists(lines, otherList(files.read(beside(path, DOMAINS_FILE))), 'addresses');
    case 'perl-domains':
      return migratePerlLists(otherList(files.read(beside(path, ADDRESSES_FILE))), lines, 'domains');
  }
}

function beside(path: string, name: string): string {
  return `${path.slice(0, path.lastIndexOf('/') + 1)}${name}`;
}

function settingsOf(draft: Draft): readonly MigratedSetting[] {
  return KEYS.flatMap((key): readonly MigratedSetting[] => {
    const items = key === 'rules' ? draft.rules : key === 'forwarders' ? draft.forwarders : [];
    if (items.length > 0) return [{ key, value: items.map(({ value }) => value) }];
    const value = draft.settings.get(key);
    return value === undefined ? [] : [{ key, value }];
  });
}
