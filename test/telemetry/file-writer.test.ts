import { execFileSync } from 'node:child_process';
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';

import { fileWriter } from '../../src/telemetry/file-writer.js';
import { write } from './eventually.js';
import { moduleUrl, run } from './program.js';

const FOLDER = mkdtempSync(join(tmpdir(), 'spfwarden-log-'));
let umask: number;

beforeAll(() => {
  umask = process.umask(0o022);
});

afterAll(() => {
  process.umask(umask);
  rmSync(FOLDER, { recursive: true });
});

const ignore = (): void => undefined;

describe('fileWriter', () => {
  test('makes a file that only owner and group read, and appends', async () => {
    const path = join(FOLDER, 'new.log');
    const writer = fileWriter(path);
    expect(existsSync(path)).toBe(false);
    expect(await write(writer, ['a\n', 'ü\n'])).toBeNull();
    appendFileSync(path, 'by somebody else\n');
    expect(await write(writer, ['c\n'])).toBeNull();
    writer.close();
    expect(readFileSync(path, 'utf8')).toBe('a\nü\nby somebody else\nc\n');
    expect(statSync(path).mode & 0o777).toBe(0o640);
  });

  test('goes on with the renamed file till it is reopened, then with a new one', async () => {
    const path = join(FOLDER, 'rotated.log');
    const writer = fileWriter(path);
    await write(writer, ['a\n']);
    renameSync(path, `${path}.1`);
    await write(writer, ['b\n']);
    writer.reopen(ignore);
    await write(writer, ['c\n']);
    writer.close();
    expect(readFileSync(`${path}.1`, 'utf8')).toBe('a\nb\n');
    expect(readFileSync(path, 'utf8')).toBe('c\n');
  });

  test('goes on with the renamed file when there can be no new one, and says so', async () => {
    const folder = join(FOLDER, 'gone');
    mkdirSync(folder);
    const writer = fileWriter(join(folder, 'log'));
    await write(writer, ['a\n']);
    renameSync(folder, `${folder}.moved`);
    const failures: string[] = [];
    writer.reopen((why) => failures.push(why));
    expect(await write(writer, ['b\n'])).toBeNull();
    writer.close();
    expect(readFileSync(join(`${folder}.moved`, 'log'), 'utf8')).toBe('a\nb\n');
    expect(failures).toStrictEqual([expect.stringContaining('ENOENT')]);
  });

  test.each([
    ['without its folder', () => join(FOLDER, 'no', 'log'), 'ENOENT'],
    ['that is a folder', () => FOLDER, 'EISDIR'],
    ['that is on a full disk', () => '/dev/full', 'ENOSPC'],
    [
      'that is a pipe nobody reads',
      (): string => {
        const path = join(FOLDER, 'pipe');
        execFileSync('mkfifo', [path]);
        return path;
      },
      'ENXIO',
    ],
  ])('a file %s takes no line, and loses none', async (_, path, code) => {
    const writer = fileWriter(path());
    const failure = await write(writer, ['a\n', 'b\n']);
    expect(failure).toMatchObject({ lost: 0, unwritten: 2 });
    expect(failure?.why).toContain(code);
    writer.close();
  });

  test('a file whose folder comes later is written then', async () => {
    const folder = join(FOLDER, 'later');
    const writer = fileWriter(join(folder, 'log'));
    expect(await write(writer, ['a\n'])).not.toBeNull();
    mkdirSync(folder);
    expect(await write(writer, ['a\n'])).toBeNull();
    writer.close();
    expect(readFileSync(join(folder, 'log'), 'utf8')).toBe('a\n');
  });

  test('a line that was cut, for there was no room, is written whole on a line of its own', async () => {
    const path = join(FOLDER, 'limited.log');
    const lines = ['a', 'b', 'c'].map((letter) => `${letter.repeat(399)}\n`);
    // The system's limit on the length of a file is a disk that is full after so many octets.
    const program = `
      import { truncateSync } from 'node:fs';
      import { fileWriter } from ${moduleUrl('file-writer')};
      const path = ${JSON.stringify(path)};
      const writer = fileWriter(path);
      const write = (lines) => new Promise((resolve) => writer.write(lines, resolve));
      const lines = ${JSON.stringify(lines)};
      const failure = await write(lines);
      console.log(failure.lost, failure.unwritten, failure.why.slice(0, 5));
      truncateSync(path, 500);
      console.log(await write(['d\\n']));
      writer.close();`;
    const limit = ['sh', '-c', 'ulimit -f 2 && exec "$@"', 'sh'];
    expect(await run(program, ignore, limit)).toStrictEqual({ status: 0, output: '0 1 EFBIG\nnull\n' });
    expect(readFileSync(path, 'utf8')).toBe(`${lines[0] ?? ''}${'b'.repeat(100)}\nd\n`);
  });
});
