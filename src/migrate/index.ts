/** Readers of the configuration files of the programs that spfwarden replaces. */
export type { Remark } from './draft.js';
export type { OldFiles } from './engine-users.js';
export { FORMATS, isOldFormat, type Format } from './format.js';
export {
  migrate,
  type MigratedSetting,
  type Migration,
  type MigrationProblem,
  type OldSource,
} from './migrate.js';
