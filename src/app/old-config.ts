/** Files of the programs that spfwarden replaces: turned into ours, or read as they are. */
import { systemFiles, type ConfigFiles } from '../config/index.js';
import {
  isOldFormat,
  migrate,
  type Format,
  type Migration,
  type MigrationProblem,
} from '../migrate/index.js';
import type { Result } from '../util/index.js';

/** More than any of these files has. */
const MAX_BYTES = 1 << 20;

/** Reads and turns one file. Throws what the system says about it; what it names in turn may be missing. */
export function migrateFile(path: string, format: Format | null): Result<Migration, MigrationProblem> {
  const text = Buffer.from(systemFiles.read(path, MAX_BYTES + 1)).toString('utf8');
  return migrate({ path, text, format }, { read: readIfThere });
}

/** The files of the system, where one of another program reads as if it were ours; `onOld` is told of each. */
export function withOldFiles(onOld: (path: string) => void): ConfigFiles {
  return {
    ...systemFiles,
    read(path, limit) {
      const bytes = systemFiles.read(path, limit);
      const text = Buffer.from(bytes).toString('utf8');
      const format = isOldFormat(text);
      if (format === null) return bytes;
      const migration = migrate({ path, text, format }, { read: readIfThere });
      if (!migration.ok) return bytes;
      onOld(path);
      return Buffer.from(migration.value.yaml);
    },
  };
}

function readIfThere(path: string): string | null {
  try {
    return Buffer.from(systemFiles.read(path, MAX_BYTES)).toString('utf8');
  } catch {
    return null;
  }
}
