/** The files that Debian ships with policyd-spf, read from where the package puts them. */
import { existsSync, readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { describe, expect, test } from '@jest/globals';

import { migrate } from '../../src/migrate/index.js';
import { leaveOut } from '../support/requires.js';
import { migrated, reading } from './migrated.js';

const SAMPLES = [
  { path: '/etc/postfix-policyd-spf-python/policyd-spf.conf', beyond: [] },
  {
    path: '/usr/share/doc/postfix-policyd-spf-python/policyd-spf.conf.commented.gz',
    beyond: [{ key: 'headers.receiver', value: 'unknown' }],
  },
];

describe.each(SAMPLES)('$path', ({ path, beyond }) => {
  if (!existsSync(path)) {
    leaveOut(path, 'postfix-policyd-spf-python is not installed');
    return;
  }
  test('is the defaults, but for what it says', async () => {
    const raw = readFileSync(path);
    const text = (path.endsWith('.gz') ? gunzipSync(raw) : raw).toString('utf8');
    const result = migrate({ path: path.replace(/\.gz$/, ''), text, format: null }, reading({}));
    if (!result.ok) throw new Error(result.error.message);
    const defaults = (await migrated('policyd-spf', [])).settings;
    const shown = (settings: typeof defaults): readonly string[] =>
      settings.map((each) => JSON.stringify(each)).sort();
    expect(result.value.format).toBe('policyd-spf');
    expect(shown(result.value.settings)).toEqual(shown([...defaults, ...beyond]));
  });
});
