/** `spfwarden migrate`: the configuration file of another program becomes one of ours. */
import { migrateFile } from '../app/index.js';
import { FORMATS, type Format } from '../migrate/index.js';
import { EXIT } from './exit-status.js';
import { fail, print } from './terminal.js';

export const FORMAT_NAMES = Object.keys(FORMATS) as readonly Format[];

/** Prints the new file, and what is to be said about the old one on standard error. */
export async function runMigrate(path: string, format: Format | null): Promise<number> {
  let migration: ReturnType<typeof migrateFile>;
  try {
    migration = migrateFile(path, format);
  } catch (error) {
    fail(`spfwarden: ${error instanceof Error ? error.message : String(error)}`);
    return EXIT.noInput;
  }
  if (!migration.ok) {
    fail(`spfwarden: ${migration.error.message}`);
    return EXIT.data;
  }
  const { yaml, remarks } = migration.value;
  for (const { line, text } of remarks) fail(`${line === null ? path : `${path}:${line}`}: ${text}`);
  await print(yaml);
  return EXIT.ok;
}
