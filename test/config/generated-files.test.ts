import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { describe, expect, test } from '@jest/globals';

import {
  CONFIG_KEYS,
  loadConfig,
  OPTION_NAMES,
  OPTIONS,
  printManualPage,
  printSampleFile,
} from '../../src/config/index.js';
import { filesOf } from './files.js';
import { describeManualPage } from '../support/mandoc.js';
import { GENERATED, topOfRepository } from './generated-files.js';

test.each(GENERATED)('%s is what the option table prints', (path, print) => {
  expect(readFileSync(join(topOfRepository(), path), 'utf8')).toBe(print());
});

describe('the sample file', () => {
  test('has every option, and means what no file at all means', async () => {
    const sample = await loadConfig({ path: 'f', files: filesOf({ f: printSampleFile() }) });
    const none = await loadConfig({ path: null, files: filesOf({}) });
    if (!sample.ok || !none.ok) throw new Error('refused');
    expect(sample.value.config).toStrictEqual(none.value.config);
    expect(sample.value.remarks).toStrictEqual([]);
    for (const option of OPTION_NAMES) expect(sample.value.origins.get(option)?.from).toBe('file');
  });

  const examples = OPTION_NAMES.flatMap((option) =>
    (OPTIONS[option].examples ?? []).map((example) => ({ option, example })),
  );

  test.each(examples)('shows an example of $option that is right: $example', async ({ option, example }) => {
    const sections = option.split('.').slice(0, -1);
    const text = [...sections.map((section) => `${section}:`), example]
      .map((line, depth) => `${'  '.repeat(depth)}${line}\n`)
      .join('');
    const files = { ...filesOf({ f: text }), isDirectory: () => true };
    const loaded = await loadConfig({ path: 'f', files });
    expect(loaded).toMatchObject({ ok: true, value: { remarks: [] } });
  });
});

test('the sample file shows rules that are right', async () => {
  const [, commented = ''] = printSampleFile().split(/^rules: .*\n/m);
  const text = commented.replace(/^# /gm, '');
  expect(text.split('\n')[0]).toBe('rules:');
  const loaded = await loadConfig({ path: 'f', files: filesOf({ f: text }) });
  expect(loaded).toMatchObject({ ok: true, value: { remarks: [] } });
});

describe('the manual page', () => {
  const page = printManualPage();

  test('has every option, in alphabetical order', () => {
    const items = [...page.matchAll(/^\.It Cm (\S+)$/gm)].map(([, name]) => name);
    expect(items.slice(0, CONFIG_KEYS.length)).toStrictEqual([...CONFIG_KEYS].sort());
  });

  describeManualPage('spfwarden.yml(5)', page);
});
