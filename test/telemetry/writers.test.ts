import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, existsSync, fstatSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';

import { afterAll, describe, expect, test } from '@jest/globals';

import { isJournal } from '../../src/telemetry/journal.js';
import type { LineWriter } from '../../src/telemetry/line-queue.js';
import { syslogWriter } from '../../src/telemetry/syslog-writer.js';

const FOLDER = mkdtempSync(join(tmpdir(), 'spfwarden-log-'));

afterAll(() => {
  rmSync(FOLDER, { recursive: true });
});

/** The address of a module under test, for a program of its own. */
function moduleUrl(name: string): string {
  return JSON.stringify(new URL(`../../src/telemetry/${name}.js`, import.meta.url).href);
}

/** Runs a program; returns its exit status and what it wrote to standard output. */
async function run(
  source: string,
  onStart: (stderr: Readable) => void = () => undefined,
): Promise<{ readonly status: number | null; readonly output: string }> {
  const child = spawn(process.execPath, ['--input-type=module', '-e', source], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  onStart(child.stderr);
  let output = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (output += text));
  const [[status]] = (await Promise.all([once(child, 'exit'), once(child.stdout, 'end')])) as [
    [number | null],
    unknown,
  ];
  child.stderr.destroy();
  return { status, output };
}

describe('standard error', () => {
  const OPEN = `
    import { createLog } from ${moduleUrl('index')};
    const clock = { now: () => 0, wall: () => 0, after: () => () => undefined };
    const log = await createLog({ level: 'info', format: 'text', to: 'stderr' }, clock);
    const event = { kind: 'stopping', signal: 'x'.repeat(500), connections: 1 };
    const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));`;

  test('whose reader is gone does not end the program', async () => {
    const program = `${OPEN}
      for (let i = 0; i < 3; i++) {
        log.report(event);
        await pause(10);
      }
      await log.close();
      console.log('alive');`;
    const ended = run(program, (stderr) => {
      stderr.destroy();
    });
    expect(await ended).toStrictEqual({ status: 0, output: 'alive\n' });
  });

  test('that nobody reads stops neither the program nor its end', async () => {
    const program = `${OPEN}
      for (let i = 0; i < 20000; i++) log.report(event);
      await pause(10);
      console.log('alive');
      await log.close();
      process.exit(3);`;
    expect(await run(program)).toStrictEqual({ status: 3, output: 'alive\n' });
  });
});

describe('syslogWriter', () => {
  function write(writer: LineWriter, lines: string): Promise<boolean> {
    return new Promise((resolve) => {
      writer.write(lines, resolve);
    });
  }

  /** Waits until `isDone`, or fails. */
  async function eventually(isDone: () => boolean | Promise<boolean>): Promise<void> {
    for (let i = 0; i < 200; i++) {
      if (await isDone()) return;
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    throw new Error('it did not happen');
  }

  test('feeds the command line by line, and closing lets it finish', async () => {
    const file = join(FOLDER, 'all');
    const writer = syslogWriter({ file: 'sh', args: ['-c', 'cat > "$0.part" && mv "$0.part" "$0"', file] });
    expect(await write(writer, '<6>a\n<4>b\n')).toBe(true);
    expect(await write(writer, '<6>c\n')).toBe(true);
    writer.close();
    await eventually(() => existsSync(file));
    expect(readFileSync(file, 'utf8')).toBe('<6>a\n<4>b\n<6>c\n');
  });

  test('starts the command again when it has ended', async () => {
    const file = join(FOLDER, 'again');
    const writer = syslogWriter({ file: 'sh', args: ['-c', 'head -n 1 >> "$0"', file] });
    await eventually(async () => {
      await write(writer, 'line\n'); // may fail, or be lost, while the command ends
      return existsSync(file) && readFileSync(file, 'utf8').startsWith('line\nline\n');
    });
    writer.close();
  });

  test('a missing command fails each write', async () => {
    const writer = syslogWriter({ file: join(FOLDER, 'missing'), args: [] });
    expect(await write(writer, 'a\n')).toBe(false);
    expect(await write(writer, 'b\n')).toBe(false);
    writer.close();
  });

  test.each([10, 1_000_000])(
    'a command that reads nothing does not keep the program alive (%d octets)',
    async (size) => {
      const program = `
        import { syslogWriter } from ${moduleUrl('syslog-writer')};
        const writer = syslogWriter({ file: 'sleep', args: ['20'] });
        writer.write('x'.repeat(${size}), () => undefined);
        setTimeout(() => writer.close(), 100);`;
      expect(await run(program)).toStrictEqual({ status: 0, output: '' });
    },
  );
});

describe('isJournal', () => {
  const fd = openSync('/dev/null', 'r');
  const { dev, ino } = fstatSync(fd, { bigint: true });

  afterAll(() => {
    closeSync(fd);
  });

  test.each([
    ['not set', {}, fd, false],
    ['this file', { JOURNAL_STREAM: `${dev}:${ino}` }, fd, true],
    ['another file', { JOURNAL_STREAM: `${dev}:${ino + 1n}` }, fd, false],
    ['rubbish', { JOURNAL_STREAM: 'x' }, fd, false],
    ['this file, but the descriptor is closed', { JOURNAL_STREAM: `${dev}:${ino}` }, 1_000_000, false],
  ])('JOURNAL_STREAM %s', (_, environment, descriptor, expected) => {
    expect(isJournal(descriptor, environment)).toBe(expected);
  });
});
