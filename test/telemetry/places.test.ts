import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, describe, expect, test } from '@jest/globals';

import type { Event } from '../../src/events/index.js';
import { bareFrame } from '../../src/telemetry/frame.js';
import { createLog, type LogTarget } from '../../src/telemetry/index.js';
import { openLog, type Places } from '../../src/telemetry/log.js';
import { placeOf } from '../../src/telemetry/place.js';
import { winstonLogger } from '../../src/telemetry/winston-logger.js';
import { ManualClock } from '../support/manual-clock.js';
import { eventually } from './eventually.js';
import { Memory, SETTINGS } from './memory.js';
import { moduleUrl, run } from './program.js';

const FOLDER = mkdtempSync(join(tmpdir(), 'spfwarden-log-'));
const STOPPED: Event = { kind: 'stopped', abandoned: 0 };

afterAll(() => {
  rmSync(FOLDER, { recursive: true });
});

describe('a log', () => {
  test('writes to several places at once, to each in its form', async () => {
    const path = join(FOLDER, 'several.log');
    const udp = createSocket('udp4');
    const datagrams: string[] = [];
    udp.on('message', (message) => datagrams.push(message.toString()));
    udp.bind(0, '127.0.0.1');
    await once(udp, 'listening');
    let stream = '';
    const tcp = createServer((socket) => {
      socket.setEncoding('utf8').on('data', (text) => (stream += String(text)));
    });
    tcp.listen(0, '127.0.0.1');
    await once(tcp, 'listening');
    const to: LogTarget[] = [
      { kind: 'file', path },
      { kind: 'udp', host: '127.0.0.1', port: udp.address().port },
      { kind: 'tcp', host: '127.0.0.1', port: (tcp.address() as AddressInfo).port },
    ];
    const log = await createLog({ ...SETTINGS, to }, new ManualClock());
    log.report(STOPPED);
    await log.close();
    await eventually(() => datagrams.length === 1 && stream !== '');
    udp.close();
    tcp.close();
    const head = `<21>1 1970-01-01T00:00:00.000Z \\S+ spfwarden ${process.pid} stopped - `;
    expect(readFileSync(path, 'utf8')).toMatch(
      new RegExp(`^1970-01-01T00:00:00.000Z \\S+ spfwarden\\[${process.pid}\\]: stopped abandoned=0\\n$`),
    );
    expect(datagrams[0]).toMatch(new RegExp(`^${head}stopped abandoned=0$`));
    expect(stream).toMatch(new RegExp(`^\\d+ ${head}stopped abandoned=0$`));
  });

  test('reopens its file', async () => {
    const path = join(FOLDER, 'rotated.log');
    const log = await createLog({ ...SETTINGS, to: [{ kind: 'file', path }] }, new ManualClock());
    log.report(STOPPED);
    await eventually(() => existsSync(path) && readFileSync(path, 'utf8') !== '');
    renameSync(path, `${path}.1`);
    log.reopen();
    await eventually(() => existsSync(path));
    log.report({ kind: 'stopping', signal: 'x', connections: 0 });
    await log.close();
    expect(readFileSync(`${path}.1`, 'utf8')).toMatch(/: stopped abandoned=0\n$/);
    expect(readFileSync(path, 'utf8')).toMatch(/: stopping signal=x connections=0\n$/);
  });

  test('keeps a bounded part for a receiver that does not read, and tells it how much it missed', async () => {
    const reported = 60_000;
    let text = '';
    let read = (): void => undefined;
    const tcp = createServer((socket) => {
      socket.pause();
      socket.setEncoding('utf8').on('data', (part) => (text += String(part)));
      read = () => socket.resume();
    });
    tcp.listen(0, '127.0.0.1');
    await once(tcp, 'listening');
    const { port } = tcp.address() as AddressInfo;
    const to: LogTarget[] = [{ kind: 'tcp', host: '127.0.0.1', port }];
    const log = await createLog({ ...SETTINGS, to }, new ManualClock());
    const signal = 'x'.repeat(900);
    for (let i = 0; i < reported; i++) {
      log.report({ kind: 'stopping', signal, connections: i });
      if (i % 5000 === 0) await new Promise((resolve) => setImmediate(resolve));
    }
    await eventually(() => {
      read();
      return text.includes('lines were lost');
    });
    await log.close();
    const told = /lines were lost, the log could not be written lines=(\d+)/.exec(text);
    const arrived = text.match(/ stopping signal=x+ connections=/g)?.length ?? 0;
    expect(arrived + Number(told?.[1])).toBe(reported);
    expect(arrived).toBeLessThan(30_000); // the queue, and what the system holds on to
    tcp.close();
  });

  /** A place that works, and standard error in its stead. */
  function memories(): { places: Places; ill: Memory; stderr: Memory } {
    const ill = new Memory();
    const stderr = new Memory();
    const troubles = { name: 'stderr', writer: stderr, frame: bareFrame };
    const lines = [{ name: '/a b', writer: ill, frame: bareFrame }];
    return { places: { lines, troubles, openLogger: winstonLogger }, ill, stderr };
  }

  test('tells on standard error, once, that a place does not work', async () => {
    const { places, ill, stderr } = memories();
    ill.failure = { why: 'ENOSPC: no space left', lost: 0, unwritten: 1 };
    const log = await openLog(() => places, SETTINGS, new ManualClock());
    log.report(STOPPED);
    log.report(STOPPED);
    await eventually(() => stderr.text !== '');
    log.report(STOPPED);
    await log.close();
    expect(stderr.text).toBe(
      'the log cannot be written, it is tried again and lines that find no room till then are lost target="/a b" why="ENOSPC: no space left"\n',
    );
  });

  test('takes other settings from the next event on', async () => {
    const { places, ill } = memories();
    const log = await openLog(() => places, SETTINGS, new ManualClock());
    log.report(STOPPED);
    log.configure({ ...SETTINGS, level: 'error' });
    log.report(STOPPED);
    log.configure({ ...SETTINGS, format: 'json' });
    log.report(STOPPED);
    expect(ill.reopened).toBe(0);
    log.configure({ ...SETTINGS, tag: 'other' });
    expect(ill.reopened).toBe(1);
    log.configure({ ...SETTINGS, tag: 'other', facility: 'local0' });
    expect(ill.reopened).toBe(2);
    log.reopen();
    expect(ill.reopened).toBe(3);
    await log.close();
    log.reopen();
    log.report(STOPPED);
    expect(ill.reopened).toBe(3);
    expect(ill.text).toMatch(/^stopped abandoned=0\n\{.*"message":"stopped","abandoned":0\}\n$/);
  });

  test('asks for the tag of the day', () => {
    let tag = 'a';
    const origin = (): { facility: 'mail'; tag: string; hostname: string; pid: number } => {
      return { facility: 'mail', tag, hostname: 'h', pid: 1 };
    };
    const { frame } = placeOf({ kind: 'udp', host: '127.0.0.1', port: 9 }, new ManualClock(), origin);
    const entry = { level: 'info', event: 'e', id: null, words: 'w', action: null, facts: [] } as const;
    const line = { entry, wallMs: 0, format: () => 'w', text: 'w' };
    tag = 'b';
    expect(frame(line, origin())).toBe('<22>1 1970-01-01T00:00:00.000Z h b 1 e - w');
  });

  test.each([
    [{ kind: 'stderr' }, 'stderr'],
    [{ kind: 'syslog' }, 'syslog'],
    [{ kind: 'journal' }, 'journal'],
    [{ kind: 'file', path: '/x' }, '/x'],
    [{ kind: 'udp', host: '127.0.0.1', port: 514 }, 'udp://127.0.0.1:514'],
    [{ kind: 'tcp', host: '::1', port: 601 }, 'tcp://[::1]:601'],
  ] as const)('calls %j %s', (target, name) => {
    const place = placeOf(target, new ManualClock(), () => {
      throw new Error('asked too early');
    });
    expect(place.name).toBe(name);
    place.writer.close();
  });
});

describe('spawn mode', () => {
  test.each([
    ['auto', [], true],
    ['standard error', [{ kind: 'stderr' }], true],
    ['a file', [{ kind: 'file', path: 'FILE' }], false],
    ['a file and standard error', [{ kind: 'file', path: 'FILE' }, { kind: 'stderr' }], true],
    ['a file that cannot be', [{ kind: 'file', path: '/dev/full' }], false],
  ])('writes nothing to standard error: %s', async (name, targets, isSyslog) => {
    const file = join(FOLDER, `spawn ${name}.log`);
    const to = JSON.stringify(targets).replace('FILE', file);
    const program = `
      import { writeFileSync, chmodSync, readFileSync, existsSync } from 'node:fs';
      import { createLog } from ${moduleUrl('index')};
      const clock = { now: () => 0, wall: () => 0, after: () => () => undefined };
      const settings = { ...${JSON.stringify(SETTINGS)}, to: ${to} };
      // In the place of logger(1).
      const logged = ${JSON.stringify(`${file}.syslog`)};
      const folder = ${JSON.stringify(mkdtempSync(join(FOLDER, 'bin-')))};
      writeFileSync(folder + '/logger', '#!/bin/sh\\nexec cat > "' + logged + '"\\n');
      chmodSync(folder + '/logger', 0o755);
      process.env.PATH = folder + ':' + process.env.PATH;
      const log = await createLog(settings, clock, 'spawn');
      log.report({ kind: 'stopped', abandoned: 0 });
      await log.close();
      console.log('done');`;
    let stderr = '';
    const { output } = await run(program, (stream) => {
      stream.on('data', (text) => (stderr += String(text)));
    });
    expect({ output, stderr }).toStrictEqual({ output: 'done\n', stderr: '' });
    if (isSyslog) {
      const logged = `${file}.syslog`;
      await eventually(() => existsSync(logged) && readFileSync(logged, 'utf8') !== '');
      expect(readFileSync(logged, 'utf8')).toBe('<5>stopped abandoned=0\n');
    }
    if (name.startsWith('a file') && targets[0]?.kind === 'file' && to.includes(FOLDER)) {
      expect(readFileSync(file, 'utf8')).toMatch(/: stopped abandoned=0\n$/);
    }
  });
});

test('a daemon tells of a full disk on standard error', async () => {
  const program = `
    import { createLog } from ${moduleUrl('index')};
    const clock = { now: () => 0, wall: () => 0, after: () => () => undefined };
    const settings = { ...${JSON.stringify(SETTINGS)}, to: [{ kind: 'file', path: '/dev/full' }] };
    const log = await createLog(settings, clock);
    log.report({ kind: 'stopped', abandoned: 0 });
    await log.close();
    console.log('done');`;
  let stderr = '';
  const { output } = await run(program, (stream) => {
    stream.on('data', (text) => (stderr += String(text)));
  });
  expect(output).toBe('done\n');
  expect(stderr).toMatch(/^the log cannot be written, .* target=\/dev\/full why="ENOSPC: [^\n]*"\n$/);
});
