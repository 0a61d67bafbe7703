import { afterAll, describe, expect, test } from '@jest/globals';
import { spawn, type ChildProcess, type StdioOptions } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { fileURLToPath } from 'node:url';

import { listen, relay, stdio, type ReachableAddress } from '../../src/server/index.js';
import { ManualClock } from '../support/manual-clock.js';
import { Client, until } from './client.js';
import { Lines } from './lines.js';

const CHILD = fileURLToPath(new URL('stdio-child.js', import.meta.url));

const directory = mkdtempSync(join(tmpdir(), 'sw-'));
afterAll(() => {
  rmSync(directory, { recursive: true });
});

function start(stdio: StdioOptions, ...args: string[]): ChildProcess {
  return spawn(process.execPath, [CHILD, ...args], { stdio, env: { PATH: '/usr/bin:/bin' } });
}

function exit(child: ChildProcess): Promise<number | string | null> {
  return new Promise((resolve) => {
    child.on('close', (code, signal) => {
      resolve(code ?? signal);
    });
  });
}

/** All that comes out of a stream of a child, as it comes. */
function collected(stream: NodeJS.ReadableStream | null): { text: string } {
  const all = { text: '' };
  stream?.on('data', (chunk: Buffer) => {
    all.text += chunk.toString('latin1');
  });
  return all;
}

function unixAddress(name: string): ReachableAddress {
  return { kind: 'unix', path: join(directory, name), mode: 0o660, owner: null, group: null };
}

describe('a process on standard input and output', () => {
  test.each([
    { name: 'pipes, and everything is written before it exits', args: [] },
    { name: 'by itself where no server is running', args: [JSON.stringify(unixAddress('nobody'))] },
  ])('$name', async ({ args }) => {
    const child = start('pipe', ...args);
    const [out, err] = [collected(child.stdout), collected(child.stderr)];
    child.stdin?.end('a\nbig 300000\nb\n');
    expect(await exit(child)).toBe(0);
    expect(out.text).toBe(`a!\n${'b'.repeat(300_000)}b!\n`);
    expect(err.text).toBe('');
  });

  test('files', async () => {
    const [input, output] = [join(directory, 'in'), join(directory, 'out')];
    writeFileSync(input, 'a\nb\nhalf');
    const [from, to] = [openSync(input, 'r'), openSync(output, 'w')];
    const child = start([from, to, 'pipe']);
    const err = collected(child.stderr);
    closeSync(from);
    closeSync(to);
    expect(await exit(child)).toBe(0);
    expect(readFileSync(output, 'latin1')).toBe('a!\nb!\n');
    expect(err.text).toBe('');
  });

  test('one socket for input, output and error, as spawn(8) gives it', async () => {
    const where = unixAddress('spawn');
    const exits: Promise<unknown>[] = [];
    const server: Server = createServer({ pauseOnConnect: true }, (socket) => {
      exits.push(exit(start([socket, socket, socket])));
      socket.destroy();
    });
    await new Promise<void>((resolve) => server.listen(where.kind === 'unix' ? where.path : '', resolve));
    const client = new Client(where);
    await client.ask('a\n', 'a!\n');
    await client.ask('b\nc\n', 'a!\nb!\nc!\n');
    client.socket.end('last\n');
    await client.closed();
    expect(client.got).toBe('a!\nb!\nc!\nlast!\n');
    expect(await Promise.all(exits)).toEqual([0]);
    server.close();
  });

  test('ends quietly when nobody reads any more', async () => {
    const child = start('pipe');
    const [out, err] = [collected(child.stdout), collected(child.stderr)];
    child.stdin?.write('a\n');
    await until(() => out.text === 'a!\n');
    child.stdout?.destroy();
    child.stdin?.on('error', () => undefined);
    child.stdin?.write('b\nbig 100000\n');
    expect(await exit(child)).toBe(0);
    expect(err.text).toBe('');
  });

  test('hands the conversation to a server that is running', async () => {
    const where = unixAddress('daemon');
    const clock = new ManualClock();
    const lines = new Lines();
    const listener = await listen(where, lines.converse, {
      service: 'policy',
      clock,
      report: () => undefined,
    });
    const child = start('pipe', JSON.stringify(where));
    const [out, err] = [collected(child.stdout), collected(child.stderr)];
    child.stdin?.write('a\n');
    await until(() => out.text === 'a!\n');
    child.stdin?.end('big 300000\nb\n');
    expect(await exit(child)).toBe(0);
    expect(out.text).toBe(`a!\n${'b'.repeat(300_000)}b!\n`);
    expect(err.text).toBe('');
    expect(lines.log.at(-1)).toBe('end clean');
    await listener.drain(0);
  });
});

describe('stdio on streams', () => {
  function scene(): {
    input: PassThrough;
    output: PassThrough;
    lines: Lines;
    done: Promise<void>;
    out: { text: string };
  } {
    const [input, output, lines] = [new PassThrough(), new PassThrough(), new Lines()];
    const options = {
      clock: new ManualClock(),
      report: () => undefined,
      requestTimeMs: 1,
      readTimeMs: 1,
      idleTimeMs: null,
    };
    const done = stdio(lines.converse, { service: 'policy', ...options }, input, output);
    return { input, output, lines, done, out: collected(output) };
  }

  test('finishes what it has begun after the end of the input', async () => {
    const { input, lines, done, out } = scene();
    input.end('wait\na\n');
    await until(() => lines.waiting.length === 1);
    lines.waiting[0]?.();
    await done;
    expect(out.text).toBe('waited\na!\n');
    expect(lines.log.at(-1)).toBe('end clean');
  });

  test.each(['input', 'output'] as const)('an %s that breaks ends it', async (which) => {
    const { [which]: stream, lines, done } = scene();
    stream.destroy(new Error('broken'));
    await done;
    expect(lines.log).toEqual(['end broken']);
  });
});

describe('relay', () => {
  const clock = (): ManualClock => new ManualClock();

  test.each([unixAddress('nobody'), { kind: 'tcp', host: '127.0.0.1', port: 1 } as const])(
    'nobody there: nothing was read',
    async (where) => {
      const input = new PassThrough();
      input.write('a\n');
      expect(await relay(where, clock(), input, new PassThrough())).toBe(input);
      expect(input.read()).toEqual(Buffer.from('a\n'));
    },
  );

  test.each([
    { what: 'at once, and the input goes on', first: '', isOver: false },
    { what: 'after a request, and the input goes on', first: 'a\n', isOver: false },
    { what: 'after the end of the input', first: 'a\n', isOver: true },
  ])('a server that goes without a reply, $what: nothing is lost', async ({ first, isOver }) => {
    const input = new PassThrough();
    const output = new PassThrough();
    const server = createServer({ allowHalfOpen: true }, (socket) => {
      if (first === '') socket.destroy();
      else if (isOver) socket.on('end', () => socket.destroy()).resume();
      else socket.on('data', () => socket.destroy());
    });
    const where = await tcp(server);
    input.write(first);
    if (isOver) input.end();
    const rest = await relay(where, clock(), input, output);
    if (rest === null) throw new Error('it was to be given back');
    const out = collected(output);
    const options = {
      clock: clock(),
      report: () => undefined,
      requestTimeMs: 1,
      readTimeMs: 1,
      idleTimeMs: null,
    };
    const done = stdio(new Lines().converse, { service: 'policy', ...options }, rest, output);
    if (!isOver) input.end('b\n');
    await done;
    expect(out.text).toBe(`${first === '' ? '' : 'a!\n'}${isOver ? '' : 'b!\n'}`);
    server.close();
  });

  test.each([
    { what: 'more than can be kept', input: 'x'.repeat(65_537) },
    { what: 'nothing at all', input: '' },
  ])('a server that goes without a reply to $what: it is over', async ({ input: text }) => {
    const input = new PassThrough();
    let length = 0;
    const server = createServer({ allowHalfOpen: true }, (socket) => {
      socket.on('end', () => socket.destroy());
      socket.on('data', (chunk: Buffer) => {
        length += chunk.length;
        if (length === text.length) socket.destroy();
      });
    });
    const where = await tcp(server);
    if (text === '') input.end();
    else input.write(text);
    expect(await relay(where, clock(), input, new PassThrough())).toBeNull();
    server.close();
  });

  async function tcp(server: Server): Promise<ReachableAddress> {
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    if (address === null || typeof address === 'string') throw new Error('not TCP');
    return { kind: 'tcp', host: '127.0.0.1', port: address.port };
  }

  test('ends with the server', async () => {
    const where = unixAddress('ending');
    const [input, output] = [new PassThrough(), new PassThrough()];
    const listener = await listen(where, new Lines().converse, {
      service: 'policy',
      clock: clock(),
      report: () => undefined,
    });
    const relayed = relay(where, clock(), input, output);
    const out = collected(output);
    input.write('a\n');
    await until(() => out.text === 'a!\n');
    await listener.drain(0);
    expect(await relayed).toBeNull();
    expect(output.writableFinished).toBe(true);
  });

  test.each(['input', 'output'] as const)('ends with its %s', async (which) => {
    const where = unixAddress(`ends-${which}`);
    const streams = { input: new PassThrough(), output: new PassThrough() };
    const listener = await listen(where, new Lines().converse, {
      service: 'policy',
      clock: clock(),
      report: () => undefined,
    });
    const relayed = relay(where, clock(), streams.input, streams.output);
    await until(() => listener.connections === 1);
    streams[which].destroy(new Error('broken'));
    expect(await relayed).toBeNull();
    await until(() => listener.connections === 0);
    await listener.drain(0);
  });
});
