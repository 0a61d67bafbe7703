/**
 * The files that are printed from the option table and kept in the repository. Run as a program, it writes
 * them: `node dist/test/config/generated-files.js`.
 */
import { existsSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { printManualPage, printSampleFile, printSchema } from '../../src/config/index.js';

/** Paths below the top of the repository, and what is in them. */
export const GENERATED: readonly (readonly [path: string, print: () => string])[] = [
  ['conf/spfwarden.yml', printSampleFile],
  ['conf/spfwarden.schema.json', printSchema],
  ['man/spfwarden.yml.5', printManualPage],
];

/** The top of the repository, from wherever below it this was compiled to. */
export function topOfRepository(): string {
  let folder = dirname(fileURLToPath(import.meta.url));
  while (!existsSync(join(folder, 'eslint.config.js'))) folder = dirname(folder);
  return folder;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  for (const [path, print] of GENERATED) writeFileSync(join(topOfRepository(), path), print());
}
