/** Holds the layers: imports point down, and another folder is entered only by its index.ts. */
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { expect, test } from '@jest/globals';

/** From the bottom up. Folders of one line know nothing of each other. */
const LAYERS = [
  ['util'],
  ['net'],
  ['smtp'],
  ['dns', 'events', 'header', 'policyd', 'milter'],
  ['spf', 'iprev'],
  ['verdict'],
  ['frontend'],
  ['server', 'resolver', 'telemetry', 'config', 'web', 'migrate', 'mta'],
  ['app'],
  ['cli'],
  ['bin.ts'],
];
const SOURCES = join(process.cwd(), 'src');
const files = readdirSync(SOURCES, { recursive: true, encoding: 'utf8' }).filter((file) =>
  file.endsWith('.ts'),
);

const layerOf = (folder: string) => LAYERS.findIndex((layer) => layer.includes(folder));
const folderOf = (file: string) => file.split('/')[0] ?? '';
const read = (file: string) => readFileSync(join(SOURCES, file), 'utf8');

/** Import and export from, import(), and what `createRequire` made. */
function importsOf(file: string): readonly string[] {
  const pattern = /(?:\bfrom|\bimport|\bimport\(|\brequire\(|\)\()\s*'([^']+)'/g;
  return [...read(file).matchAll(pattern)].map(([, specifier = '']) => specifier);
}

test('every folder has its place', () => {
  expect(files.filter((file) => layerOf(folderOf(file)) === -1)).toEqual([]);
});

test.each(files)('%s imports downwards, and only by the front door', (file) => {
  for (const specifier of importsOf(file).filter((name) => name.startsWith('.'))) {
    const target = relative(SOURCES, join(SOURCES, dirname(file), specifier));
    const [from, to] = [folderOf(file), folderOf(target)];
    if (from === to) continue;
    expect(`${file} imports ${target}`).toBe(`${file} imports ${to}/index.js`);
    expect(layerOf(to)).toBeLessThan(layerOf(from));
  }
});

test('winston is known to telemetry alone', () => {
  const importers = files.filter((file) => importsOf(file).some((name) => /^winston\b/.test(name)));
  expect(importers.filter((file) => folderOf(file) !== 'telemetry')).toEqual([]);
});

test('below app nothing writes to the terminal but the log itself', () => {
  const writers = files.filter((file) => /\bconsole\.|\bprocess\.stderr\b/.test(read(file)));
  const below = writers.filter((file) => layerOf(folderOf(file)) < layerOf('app'));
  expect(below.filter((file) => folderOf(file) !== 'telemetry')).toEqual([]);
});
