/** That the milter part still runs, and that its load is what a real Postfix writes. */
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type AddressInfo, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';

import {
  decodeCommand,
  decodeResponse,
  encodeResponses,
  PacketReader,
  SMFIP,
  STEPS_WITHOUT_CONTENT,
  type Command,
  type Response,
} from '../../src/milter/index.js';
import { replyText } from '../../src/smtp/index.js';
import type { Octets } from '../../src/util/index.js';
import { until } from '../e2e/support/until.js';
import { TRANSCRIPTS } from '../milter/transcripts.js';
import { drawMail } from './mail.js';
import { measureMilter, STYLES, type Style } from './milter.js';
import type { MilterLoadPlan } from './milter-load-process.js';
import { GOODBYE, OFFERED, writeScript, type Agreed, type Turn } from './milter-script.js';
import {
  freeAddress,
  SOCKETS,
  startMilterDaemon,
  startMilterFloor,
  type SocketKind,
} from './milter-servers.js';
import { PARTS, readOptions, USAGE } from './options.js';
import { nextMessage, Programs, type Listening } from './programs.js';
import { printMilter } from './report.js';
import { generateWorld } from './world.js';

const MESSAGE = { client: '192.0.2.10', helo: 'client.example', sender: 'sender@example.com' };

const PYSPF_STEPS =
  SMFIP.NOHELO |
  SMFIP.NORCPT |
  SMFIP.NODATA |
  SMFIP.NOUNKNOWN |
  SMFIP.NR_CONN |
  SMFIP.NR_HDR |
  SMFIP.NR_EOH |
  SMFIP.NR_BODY;
const QUIET_ENVELOPE = SMFIP.NR_HELO | SMFIP.NR_RCPT | SMFIP.NR_DATA;

function commandsIn(bytes: Uint8Array): readonly Command[] {
  const reader = new PacketReader(decodeCommand);
  reader.feed(bytes);
  const commands: Command[] = [];
  for (let read = reader.next(); read !== null; read = reader.next()) {
    if (!read.ok) throw new Error(read.error.detail);
    commands.push(read.value);
  }
  return commands;
}

/** `mail(j {daemon_name})`: the command, and the names of its macros in front of it. */
function shapeOf(bytes: Uint8Array, hasNames: boolean): string {
  return commandsIn(bytes)
    .map((command) => {
      if (command.kind !== 'macro') return command.kind;
      const names = hasNames ? command.macros.map(({ name }) => name).join(' ') : '';
      return `${command.command}(${names})`;
    })
    .join(' ');
}

/** Fields are as many as there are: those in a row count once. */
function shapesOf(writes: readonly Uint8Array[], hasNames: boolean): readonly string[] {
  const shapes = writes.map((bytes) => shapeOf(bytes, hasNames));
  return shapes.filter((shape, i) => shape !== shapes[i - 1]);
}

const bytesOf = (turns: readonly Turn[]): readonly Uint8Array[] => turns.map(({ bytes }) => bytes);

/** What Postfix wrote in a recorded session after its offer, and what the filter wanted. */
function recorded(what: string): { readonly writes: readonly Uint8Array[]; readonly agreed: Agreed } {
  const found = TRANSCRIPTS.find((one) => one.mailServer.startsWith('Postfix') && one.what === what);
  const [offer, answer = '', ...chunks] = found?.chunks ?? [];
  expect(offer?.slice(1)).toBe(Buffer.from(OFFERED).toString('latin1'));
  const decoded = decodeResponse(Buffer.from(answer.slice(5), 'latin1'));
  if (!decoded.ok || decoded.value.kind !== 'optneg') throw new Error('no answer to the offer');
  const writes = chunks.filter((chunk) => chunk.startsWith('>'));
  return { writes: writes.map((chunk) => Buffer.from(chunk.slice(1), 'latin1')), agreed: decoded.value };
}

describe('the load is written as Postfix writes', () => {
  test.each([
    // Its filter wants macros about the client, which the load has not.
    { what: 'every step, two recipients, IPv6, a header field inserted', hasNames: false },
    { what: 'empty macro lists', hasNames: true },
  ])('$what', ({ what, hasNames }) => {
    const { writes, agreed } = recorded(what);
    const { first } = writeScript({ ...MESSAGE, recipients: 2 }, agreed);
    expect(shapesOf([...bytesOf(first), GOODBYE], hasNames)).toEqual(shapesOf(writes, hasNames));
    expect(first.every(({ awaits }) => awaits !== null)).toBe(true);
  });

  test('replies left out: the first and the last message', () => {
    const { writes, agreed } = recorded('the same, with replies left out');
    const { first, next } = writeScript({ ...MESSAGE, sender: '', recipients: 1 }, agreed);
    expect(shapesOf(bytesOf(first).slice(0, 2), true)).toEqual(shapesOf(writes.slice(0, 2), true));
    expect(shapesOf([...bytesOf(next), GOODBYE], true)).toEqual(shapesOf(writes.slice(-5), true));
    expect(next.map(({ awaits }) => awaits)).toEqual(['mail', 'rcpt', null, 'bodyeob']);
  });

  test.each([
    {
      what: 'no HELO and no DATA, the message without replies (pyspf-milter)',
      steps: PYSPF_STEPS,
      turns: [
        ['C() connect H() M() mail', 'mail'],
        ['R() T()', null],
        [`${'L() header '.repeat(8)}N() eoh B() body E() bodyeob`, 'bodyeob'],
      ],
    },
    {
      what: 'neither envelope nor body',
      steps: SMFIP.NOCONNECT | SMFIP.NOMAIL | QUIET_ENVELOPE | SMFIP.NOBODY | SMFIP.NOHDRS,
      turns: [
        ['C() H() helo M() R() rcpt T() data', null],
        ['N() eoh', 'eoh'],
        ['E() bodyeob', 'bodyeob'],
      ],
    },
  ])('$what', ({ steps, turns }) => {
    const { first } = writeScript({ ...MESSAGE, recipients: 1 }, { steps, macros: {} });
    expect(first.map(({ bytes, awaits }) => [shapeOf(bytes, false), awaits])).toEqual(turns);
    expect(first.map(({ hasMail }) => hasMail)).toEqual(turns.map((_, i) => i === 0));
  });
});

describe('the options', () => {
  test.each(PARTS)('%s is a part that the usage names', (part) => {
    expect(USAGE).toMatch(new RegExp(`--only .*\\b${part}\\b`));
    expect(readOptions(['--only', part])?.parts).toEqual([part]);
  });

  test('of the milter part', () => {
    expect(readOptions([])?.milter).toEqual({
      connections: [1, 10, 100],
      styles: Object.keys(STYLES),
      sockets: SOCKETS,
    });
    const args = ['--milter-connections', '5', '--styles', 'many', '--sockets', 'unix'];
    expect(readOptions(args)?.milter).toEqual({ connections: [5], styles: ['many'], sockets: ['unix'] });
  });

  test.each([
    ['--only', 'milters'],
    ['--milter-connections', '0'],
    ['--styles', 'sendmail'],
    ['--sockets', ''],
    ['--seconds', '0'],
    ['--help'],
  ])('%s %s is refused', (...args) => {
    expect(readOptions(args)).toBeNull();
  });
});

/** A filter that answers each command with the next of these, an offer with all that there is, and keeps what it heard. */
async function startScripted(answers: readonly Response[][], heard: string[]): Promise<Server> {
  const left = [...answers];
  const agreement: Response = {
    kind: 'optneg',
    version: 6,
    actions: 1,
    steps: STEPS_WITHOUT_CONTENT,
    macros: {},
  };
  const server = createServer((socket) => {
    const reader = new PacketReader(decodeCommand);
    socket.on('data', (chunk) => {
      reader.feed(chunk);
      for (let read = reader.next(); read !== null; read = reader.next()) {
        if (!read.ok) throw new Error(read.error.detail);
        const { kind } = read.value;
        if (kind !== 'macro') heard.push(kind);
        if (kind === 'macro' || kind === 'abort' || kind === 'quit') continue;
        socket.write(encodeResponses(kind === 'optneg' ? [agreement] : (left.shift() ?? [])));
      }
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return server;
}

describe('a short run', () => {
  const folder = mkdtempSync(join(tmpdir(), 'spfwarden-bench-'));
  const programs = new Programs();
  let dns: Listening;

  beforeAll(async () => {
    dns = await programs.listening('responder-process', ['1', '0']);
  });
  afterAll(async () => {
    await programs.stopAll();
    rmSync(folder, { recursive: true, force: true });
  });

  test('a message ends when all of its recipients are refused, or its sender', async () => {
    const goOn: Response[] = [{ kind: 'continue' }];
    const refuse: Response[] = [{ kind: 'replycode', code: 550, status: '5.7.23', lines: [replyText('no')] }];
    const field: Response = { kind: 'insheader', index: 0, name: 'A' as Octets, value: 'b' as Octets };
    const atTheEnd: Response[] = [{ kind: 'progress' }, field, { kind: 'continue' }];
    const times = <T>(count: number, value: T): T[] => Array.from({ length: count }, () => value);

    const answers: Response[][] = [];
    const expected: string[] = [];
    const counts = drawMail(generateWorld(1), 3, 2).map(({ recipients }) => recipients);
    expect(Math.max(...counts)).toBeGreaterThan(1);
    for (const count of counts) {
      const rcpts = times(count, 'rcpt');
      answers.push(goOn, goOn, goOn, ...times(count, refuse));
      expected.push('optneg', 'connect', 'helo', 'mail', ...rcpts);
      answers.push(goOn, ...times(count - 1, refuse), goOn, goOn, atTheEnd);
      expected.push('abort', 'mail', ...rcpts, 'data', 'bodyeob');
      answers.push(refuse);
      expected.push('abort', 'mail', 'abort', 'abort', 'quit');
    }
    const heard: string[] = [];
    const server = await startScripted(answers, heard);
    const { port } = server.address() as AddressInfo;
    const plan: MilterLoadPlan = { address: { port }, connections: 1, messagesPerConnection: 3, seed: 1 };
    const generator = programs.fork('milter-load-process', [JSON.stringify(plan)]);
    for (let session = 1; session <= counts.length; session++) {
      const result = nextMessage(generator, 10_000);
      generator.send({ seconds: 0 });
      expect(await result).toMatchObject({ messages: 3, answers: { continue: 1, replycode: 2 }, fields: 1 });
      const quits = (): number => heard.filter((kind) => kind === 'quit').length;
      await until('the end of the session', () => (quits() === session ? true : undefined));
    }
    expect(heard).toEqual(expected);
    server.close();
  });

  test.each<[Style, SocketKind]>([
    ['postfix', 'tcp'],
    ['many', 'unix'],
  ])(
    '%s over %s sockets',
    async (style, socket) => {
      const address = (name: string) => freeAddress(socket, folder, `${name}-${style}`);
      const start = async () => startMilterDaemon(programs, folder, await address('ours'), dns.port);
      const startFloor = async () => startMilterFloor(programs, folder, await address('floor'));
      const contestants = [
        { name: 'ours', perConnectionMiB: 0, start },
        { name: 'floor', perConnectionMiB: 0, start: startFloor },
      ];
      const load = { socket, style, connections: 3 };
      const plan = { ...load, seconds: 0.2, repetitions: 1, seed: 1, dnsPid: dns.child.pid ?? 0 };
      const remarks: string[] = [];
      const figures = await measureMilter(programs, contestants, plan, (text) => remarks.push(text));
      expect(remarks).toEqual([]);
      expect(figures.map(({ name }) => name)).toEqual(['ours', 'floor']);
      const [ours, floor] = figures;
      for (const row of figures) {
        expect(row.perSecond).toBeGreaterThan(0);
        expect(row.p50Us).toBeGreaterThan(0);
        expect(row.sessionP50Us).toBeGreaterThan(row.p50Us * (STYLES[style] / 2));
        expect(Object.values(row.answers).reduce((sum, count) => sum + count, 0)).toBe(row.messages);
        expect(row.messages % STYLES[style]).toBe(0); // sessions are led to their end
      }
      expect(['continue', 'replycode']).toEqual(expect.arrayContaining(Object.keys(ours?.answers ?? {})));
      expect(ours?.fields).toBeGreaterThanOrEqual(ours?.answers['continue'] ?? NaN);
      expect(floor?.answers).toEqual({ continue: floor?.messages });
      expect(floor?.fields).toBe(floor?.messages);
      expect(floor?.messages).toBeGreaterThan(3 * STYLES[style]); // and others begin after them
      expect(printMilter(figures, load)).toMatch(
        /^milter: 3 connections .*\n.*it\/ours CPU.*\n {2}ours .*\n {2}floor /,
      );
    },
    60_000,
  );
});
