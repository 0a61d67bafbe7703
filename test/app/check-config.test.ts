/** What `check` says that no finding of the loader is. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from '@jest/globals';

import { checkConfig } from '../../src/app/check-config.js';

const folder = mkdtempSync(join(tmpdir(), 'spfwarden-check-'));
afterAll(() => {
  rmSync(folder, { recursive: true });
});

test.each([
  ['off', 'usable'],
  ['[]', 'usable'],
  ['127.0.0.1:8895', 'good'],
])('listen.policy: %s is %s', async (value, word) => {
  const file = join(folder, 'spfwarden.yml');
  writeFileSync(file, `listen: {policy: ${value}, milter: off}\n`);
  const note = `${file}:1:18  warning: listen.policy: the daemon would not start: there is nothing to listen on (fine for spawn)\n`;
  const text = `${word === 'good' ? '' : note}${file}: ${word}`;
  expect(await checkConfig(file)).toStrictEqual({ isUsable: true, text });
});
