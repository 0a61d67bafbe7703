import { closeSync, existsSync, fstatSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, describe, expect, test } from '@jest/globals';

import { isJournal } from '../../src/telemetry/journal.js';
import { loggerCommand, syslogWriter, type Command } from '../../src/telemetry/syslog-writer.js';
import { ManualClock } from '../support/manual-clock.js';
import { eventually, write } from './eventually.js';
import { moduleUrl, run } from './program.js';

const FOLDER = mkdtempSync(join(tmpdir(), 'spfwarden-log-'));

afterAll(() => {
  rmSync(FOLDER, { recursive: true });
});

describe('standard error', () => {
  const OPEN = `
    import { createLog } from ${moduleUrl('index')};
    const clock = { now: () => 0, wall: () => 0, after: () => () => undefined };
    const settings = {
      level: 'info', format: 'text', to: [], facility: 'mail', tag: 'spfwarden', results: 'all',
      recipients: 'none', queueId: true,
    };
    const log = await createLog(settings, clock);
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
  const shell = (script: string, file: string): Command => ({ file: 'sh', args: ['-c', script, file] });

  test('feeds the command line by line, and closing lets it finish', async () => {
    const file = join(FOLDER, 'all');
    const writer = syslogWriter(() => shell('cat > "$0.part" && mv "$0.part" "$0"', file), new ManualClock());
    expect(await write(writer, ['<6>a\n', '<4>b\n'])).toBeNull();
    expect(await write(writer, ['<6>c\n'])).toBeNull();
    writer.close();
    await eventually(() => existsSync(file));
    expect(readFileSync(file, 'utf8')).toBe('<6>a\n<4>b\n<6>c\n');
  });

  test('starts the command again when it has ended', async () => {
    const file = join(FOLDER, 'again');
    const clock = new ManualClock();
    const writer = syslogWriter(() => shell('head -n 1 >> "$0"', file), clock);
    await eventually(async () => {
      await write(writer, ['line\n']); // may fail, or be lost, while the command ends
      await clock.advance(1000);
      return existsSync(file) && readFileSync(file, 'utf8').startsWith('line\nline\n');
    });
    writer.close();
  });

  test('a command that ends at once is not started more than once a second', async () => {
    const clock = new ManualClock();
    let starts = 0;
    const writer = syslogWriter(() => {
      starts++;
      return { file: 'sh', args: ['-c', 'exit 3'] };
    }, clock);
    let failure = await write(writer, ['a\n']);
    await eventually(async () => {
      failure = await write(writer, ['a\n', 'b\n']);
      return failure?.why === 'sh has ended, status 3';
    });
    expect(failure).toStrictEqual({ why: 'sh has ended, status 3', lost: 0, unwritten: 2 });
    expect(starts).toBe(1);
    await clock.advance(1000);
    await write(writer, ['a\n']);
    expect(starts).toBe(2);
    writer.close();
  });

  test('reopening lets the command finish and starts it with other arguments', async () => {
    let name = 'before';
    const script = 'cat > "$0.part" && mv "$0.part" "$0"';
    const writer = syslogWriter(() => shell(script, join(FOLDER, name)), new ManualClock());
    await write(writer, ['a\n']);
    name = 'after';
    writer.reopen(() => undefined);
    expect(await write(writer, ['b\n'])).toBeNull();
    writer.close();
    await eventually(() => existsSync(join(FOLDER, 'before')) && existsSync(join(FOLDER, 'after')));
    expect(readFileSync(join(FOLDER, 'before'), 'utf8')).toBe('a\n');
    expect(readFileSync(join(FOLDER, 'after'), 'utf8')).toBe('b\n');
  });

  test('a missing command writes nothing, and takes no line with it', async () => {
    const clock = new ManualClock();
    const writer = syslogWriter(() => ({ file: join(FOLDER, 'missing'), args: [] }), clock);
    for (let i = 0; i < 2; i++) {
      const failure = await write(writer, ['a\n']);
      expect(failure).toMatchObject({ lost: 0, unwritten: 1 });
      expect(failure?.why).toMatch(/ENOENT/);
      await clock.advance(1000);
    }
    writer.close();
  });

  test('logger(1) is given tag, facility and our process', () => {
    const origin = { facility: 'local3', tag: 'mx1/spf', hostname: 'h', pid: 42 } as const;
    const { file, args } = loggerCommand(origin);
    expect([file, ...args].join(' ')).toBe(
      'logger -t mx1/spf -p local3.info --prio-prefix --size 8KiB --id=42',
    );
  });

  test.each([10, 1_000_000])(
    'a command that reads nothing does not keep the program alive (%d octets)',
    async (size) => {
      const program = `
        import { syslogWriter } from ${moduleUrl('syslog-writer')};
        const writer = syslogWriter(() => ({ file: 'sleep', args: ['20'] }), { now: () => 0 });
        writer.write(['x'.repeat(${size})], () => undefined);
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
