/** Files as people write them wrong, and what they are told. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';

import { expect, test } from '@jest/globals';

import { loadConfig, printProblems, systemFiles, type ConfigFiles } from '../../src/config/index.js';
import { BROKEN } from './broken-files.js';
import { filesOf } from './files.js';
import { topOfRepository } from './generated-files.js';

const FOLDER = join(topOfRepository(), 'test/config/broken');
const SENDERS = 'good.example\n# a comment\na..example\n"quoted@example.com\n';

/** The files are real; the rest of the system is the same everywhere. */
const elsewhere = filesOf({
  '/etc/spfwarden/senders': SENDERS,
  '/etc/group': 'root:x:0:\n',
  '/etc/passwd': '',
});
const files: ConfigFiles = {
  read: (path, limit) => (path.startsWith(FOLDER) ? systemFiles : elsewhere).read(path, limit),
  isDirectory: (path) => path === '/run',
  list: (folder) => (folder.startsWith(FOLDER) ? systemFiles : elsewhere).list(folder),
};

test('every file has its lines', () => {
  const names = readdirSync(FOLDER).filter((name) => name.endsWith('.yml'));
  expect(BROKEN.map(([name]) => name)).toStrictEqual(names.sort());
});

test.each(BROKEN)('%s', async (name, expected) => {
  const loaded = await loadConfig({ path: join(FOLDER, name), files });
  const problems = loaded.ok ? loaded.value.remarks : loaded.error;
  const lines = printProblems(problems)
    .split('\n')
    .slice(0, -1)
    .map((line) => line.replaceAll(`${FOLDER}/`, '').replace(/ {2,}/, '  '))
    .map((line) => (line.startsWith(`${name}:`) ? line.slice(`${name}:`.length) : line));
  expect(lines).toStrictEqual(expected);
});
