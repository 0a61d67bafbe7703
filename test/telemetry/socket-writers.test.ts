import { createSocket, type Socket as DatagramSocket } from 'node:dgram';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type ListenOptions, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, describe, expect, test } from '@jest/globals';

import { journalPreamble } from '../../src/telemetry/journal.js';
import { socketWriter } from '../../src/telemetry/socket-writer.js';
import { udpWriter } from '../../src/telemetry/udp-writer.js';
import { ManualClock } from '../support/manual-clock.js';
import { eventually, write } from './eventually.js';

const open: { close(): unknown }[] = [];

afterEach(() => {
  for (const one of open.splice(0)) one.close();
});

/** Something that takes connections, and what came through each. */
class Receiver {
  readonly texts: string[] = [];
  readonly sockets: Socket[] = [];
  readonly #server: Server;

  constructor(reads = true) {
    this.#server = createServer((socket) => {
      const i = this.sockets.push(socket) - 1;
      this.texts.push('');
      socket.on('error', () => undefined);
      if (reads)
        socket.setEncoding('utf8').on('data', (text) => {
          this.texts[i] = `${this.texts[i] ?? ''}${String(text)}`;
        });
      else socket.pause();
    });
  }

  async listen(options: ListenOptions = { host: '127.0.0.1', port: 0 }): Promise<number> {
    this.#server.listen(options);
    await once(this.#server, 'listening');
    open.push(this);
    const address = this.#server.address();
    return typeof address === 'object' && address !== null ? address.port : 0;
  }

  close(): void {
    this.#server.close();
    for (const socket of this.sockets) socket.destroy();
  }
}

function tcp(port: number, clock = new ManualClock(), stuckMs?: number): ReturnType<typeof socketWriter> {
  const writer = socketWriter({ address: { host: '127.0.0.1', port }, preamble: () => '' }, clock, stuckMs);
  open.push(writer);
  return writer;
}

describe('a TCP receiver', () => {
  test('gets all lines on one connection', async () => {
    const receiver = new Receiver();
    const writer = tcp(await receiver.listen());
    expect(await write(writer, ['1 a', '1 b'])).toBeNull();
    expect(await write(writer, ['1 c'])).toBeNull();
    writer.close();
    await eventually(() => receiver.texts[0] === '1 a1 b1 c');
    expect(receiver.texts).toHaveLength(1);
  });

  test('that is not there takes no line, and loses none', async () => {
    const receiver = new Receiver();
    const port = await receiver.listen();
    receiver.close();
    const clock = new ManualClock();
    const writer = tcp(port, clock);
    expect(await write(writer, ['a', 'b'])).toStrictEqual({
      why: `connect ECONNREFUSED 127.0.0.1:${port}`,
      lost: 0,
      unwritten: 2,
    });
    await clock.advance(1000);
    const again = new Receiver();
    await again.listen({ host: '127.0.0.1', port });
    expect(await write(writer, ['a', 'b'])).toBeNull();
    await eventually(() => again.texts[0] === 'ab');
  });

  test('that closes is connected to again, but not more than once a second', async () => {
    const receiver = new Receiver();
    const clock = new ManualClock();
    const writer = tcp(await receiver.listen(), clock);
    await write(writer, ['a']);
    await eventually(() => receiver.texts[0] === 'a');
    receiver.sockets[0]?.end();
    let failure = null;
    await eventually(async () => (failure = await write(writer, ['b'])) !== null);
    expect(failure).toStrictEqual({
      why: 'the receiver has closed the connection',
      lost: 0,
      unwritten: 1,
    });
    expect(receiver.sockets).toHaveLength(1);
    await clock.advance(1000);
    expect(await write(writer, ['c'])).toBeNull();
    await eventually(() => receiver.texts[1] === 'c');
  });

  test('that reads nothing is given up, and the lines are counted', async () => {
    const receiver = new Receiver(false);
    const writer = tcp(await receiver.listen(), new ManualClock(), 50);
    const lines = ['x'.repeat(32 << 20), 'y'.repeat(32 << 20)]; // more than the system holds on to
    expect(await write(writer, lines)).toStrictEqual({
      why: 'the receiver takes nothing',
      lost: 2,
      unwritten: 0,
    });
  });

  test('that has nothing to read for long is not given up', async () => {
    const receiver = new Receiver();
    const writer = tcp(await receiver.listen(), new ManualClock(), 100);
    await write(writer, ['a']);
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(await write(writer, ['b'])).toBeNull();
    await eventually(() => receiver.texts[0] === 'ab');
  });

  test('gets a new connection after reopening', async () => {
    const receiver = new Receiver();
    const writer = tcp(await receiver.listen());
    await write(writer, ['a']);
    writer.reopen(() => undefined);
    expect(await write(writer, ['b'])).toBeNull();
    await eventually(() => receiver.texts[0] === 'a' && receiver.texts[1] === 'b');
  });
});

test('the journal is told who speaks, once each connection', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'spfwarden-log-'));
  const path = join(folder, 'stdout');
  const receiver = new Receiver();
  await receiver.listen({ path });
  let tag = 'spfwarden';
  const preamble = (): string => journalPreamble({ facility: 'mail', tag, hostname: 'h', pid: 1 });
  const writer = socketWriter({ address: { path }, preamble }, new ManualClock());
  await write(writer, ['<6>a\n', '<4>b\n']);
  await write(writer, ['<6>c\n']);
  tag = 'other';
  writer.reopen(() => undefined);
  await write(writer, ['<6>d\n']);
  writer.close();
  await eventually(() => receiver.texts[1]?.endsWith('d\n') ?? false);
  expect(receiver.texts).toStrictEqual([
    'spfwarden\n\n22\n1\n0\n0\n0\n<6>a\n<4>b\n<6>c\n',
    'other\n\n22\n1\n0\n0\n0\n<6>d\n',
  ]);
  rmSync(folder, { recursive: true });
});

describe('a UDP receiver', () => {
  async function bind(host: string): Promise<{ socket: DatagramSocket; port: number; texts: string[] }> {
    const socket = createSocket(host.includes(':') ? 'udp6' : 'udp4');
    open.push(socket);
    const texts: string[] = [];
    socket.on('message', (message) => texts.push(message.toString()));
    socket.bind(0, host);
    await once(socket, 'listening');
    return { socket, port: socket.address().port, texts };
  }

  test.each(['127.0.0.1', '::1'])('at %s gets a datagram for each line', async (host) => {
    const { port, texts } = await bind(host);
    const writer = udpWriter(host, port);
    open.push(writer);
    expect(await write(writer, ['a', 'ü'])).toBeNull();
    expect(await write(writer, ['c'])).toBeNull();
    await eventually(() => texts.length === 3);
    expect(texts).toStrictEqual(['a', 'ü', 'c']);
  });

  test('a datagram that cannot be sent is lost, those behind it are not', async () => {
    const { port, texts } = await bind('127.0.0.1');
    const writer = udpWriter('127.0.0.1', port);
    open.push(writer);
    const lines = ['a', 'x'.repeat(70_000), 'b', 'c']; // no datagram is so long
    const failure = await write(writer, lines);
    expect(failure).toMatchObject({ lost: 1, unwritten: 2 });
    expect(failure?.why).toContain('EMSGSIZE');
    expect(await write(writer, lines.slice(2))).toBeNull();
    await eventually(() => texts.length === 3);
    expect(texts).toStrictEqual(['a', 'b', 'c']);
  });

  test('that is not there is none of our business', async () => {
    const { socket, port } = await bind('127.0.0.1');
    open.splice(open.indexOf(socket), 1);
    socket.close();
    const writer = udpWriter('127.0.0.1', port);
    open.push(writer);
    for (let i = 0; i < 3; i++) expect(await write(writer, ['a'])).toBeNull();
  });
});
