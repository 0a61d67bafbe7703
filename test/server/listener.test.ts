import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { Server } from 'node:net';
import { afterEach, describe, expect, test } from '@jest/globals';

import type { Event } from '../../src/events/index.js';
import { NetworkSet, parseNetwork } from '../../src/net/index.js';
import { listen, type ListenAddress, type Listener, type ListenOptions } from '../../src/server/index.js';
import { ManualClock } from '../support/manual-clock.js';
import { Client, until } from './client.js';
import { Lines } from './lines.js';

const LOOPBACK: ListenAddress = { kind: 'tcp', host: '127.0.0.1', port: 0 };

const scenes: Scene[] = [];

class Scene {
  readonly clock = new ManualClock();
  readonly lines = new Lines();
  readonly events: Event[] = [];
  readonly clients: Client[] = [];
  readonly listener: Listener;

  private constructor(listener: Listener, parts: Pick<Scene, 'clock' | 'lines' | 'events'>) {
    this.listener = listener;
    Object.assign(this, parts);
  }

  static async start(options: Partial<ListenOptions> = {}): Promise<Scene> {
    const parts = { clock: new ManualClock(), lines: new Lines(), events: [] as Event[] };
    const report = (event: Event): unknown => parts.events.push(event);
    const listener = await listen(LOOPBACK, parts.lines.converse, {
      service: 'policy',
      clock: parts.clock,
      report,
      ...options,
    });
    const scene = new Scene(listener, parts);
    scenes.push(scene);
    return scene;
  }

  connect(): Client {
    const client = new Client(this.listener.address);
    this.clients.push(client);
    return client;
  }

  /** A connection that has had an answer, so that the server knows it. */
  async connected(): Promise<Client> {
    const client = this.connect();
    await client.ask('hello\n', 'hello!\n');
    client.got = '';
    return client;
  }

  kinds(): string[] {
    return this.events.map((event) => event.kind).filter((kind) => kind !== 'listening');
  }

  async end(): Promise<void> {
    for (const client of this.clients) client.socket.destroy();
    const drained = this.listener.drain(1);
    await this.clock.advance(1);
    await drained;
  }
}

afterEach(async () => {
  for (const scene of scenes.splice(0)) await scene.end();
});

describe('a connection', () => {
  test('many requests, one after another', async () => {
    const scene = await Scene.start();
    const client = scene.connect();
    let got = '';
    for (let i = 0; i < 200; i++) await client.ask(`${i}\n`, (got += `${i}!\n`));
  });

  test('two requests in one write, and one in two', async () => {
    const scene = await Scene.start();
    const client = scene.connect();
    await client.ask('a\nb\nc', 'a!\nb!\n');
    await client.ask('d\n', 'a!\nb!\ncd!\n');
  });

  test('the host of the peer is known', async () => {
    const scene = await Scene.start();
    await scene.connect().ask('host\n', '127.0.0.1\n');
  });

  test('an open door: no byte, and gone', async () => {
    const scene = await Scene.start();
    const client = scene.connect();
    client.socket.end();
    await client.closed();
    await until(() => scene.listener.connections === 0);
    expect(scene.lines.log).toEqual(['end clean']);
    expect(scene.events).toMatchObject([
      { kind: 'listening', address: expect.stringMatching(/^127\.0\.0\.1:[1-9]/) },
    ]);
  });

  test('half closed by the peer: the replies still come', async () => {
    const scene = await Scene.start();
    const client = scene.connect();
    client.socket.end('a\nwait\nb\n');
    await until(() => scene.lines.waiting.length === 1);
    await until(() => scene.lines.log.includes('end clean')); // known at once, not when all is answered
    scene.lines.waiting[0]?.();
    await client.closed();
    expect(client.got).toBe('a!\nwaited\nb!\n');
  });

  test.each(['a\nclose\n', 'a\nhang-up\n'])('%j: what was said before arrives', async (text) => {
    const scene = await Scene.start();
    const client = await scene.connected();
    client.send(text);
    await client.closed();
    expect(client.got).toBe('a!\n');
    expect(scene.lines.log.at(-1)).toBe('end clean');
    expect(scene.listener.connections).toBe(0);
  });

  test('an end at once waits for replies that are not read', async () => {
    const scene = await Scene.start();
    const client = await scene.connected();
    client.socket.pause();
    client.send('big 20000000\nhang-up\n');
    await until(() => scene.lines.log.includes('end clean'));
    expect(scene.listener.connections).toBe(1);
    client.socket.resume();
    await client.closed();
    expect(client.got.length).toBe(20_000_000);
  });

  test('reset in the middle of a request', async () => {
    const scene = await Scene.start();
    const client = await scene.connected();
    client.send('half');
    await until(() => scene.lines.log.includes('receive "half"'));
    client.socket.resetAndDestroy();
    await until(() => scene.listener.connections === 0);
    expect(scene.lines.log.at(-1)).toBe('end broken');
    expect(scene.kinds()).toEqual([]);
  });

  test('reset while it is being answered', async () => {
    const scene = await Scene.start();
    const client = await scene.connected();
    client.send('wait\n');
    await until(() => scene.lines.waiting.length === 1);
    client.socket.resetAndDestroy();
    await until(() => scene.listener.connections === 0);
    expect(scene.lines.log.at(-1)).toBe('end broken');
    scene.lines.waiting[0]?.();
    await (await scene.connected()).ask('next\n', 'next!\n');
    expect(scene.kinds()).toEqual([]);
  });

  test('what comes while another request is being answered waits', async () => {
    const scene = await Scene.start();
    const client = scene.connect();
    client.send('wait\n');
    await until(() => scene.lines.waiting.length === 1);
    client.send('a\n');
    await (await scene.connected()).ask('b\n', 'b!\n');
    client.send('c\n');
    expect(scene.lines.log).not.toContain('receive "a\\n"');
    scene.lines.waiting[0]?.();
    await until(() => client.got === 'waited\na!\nc!\n');
  });

  test('closed by the conversation: what was sent is written, what comes is ignored', async () => {
    const scene = await Scene.start();
    const client = scene.connect();
    client.send('big 3000000\nclose\nnever\n');
    await client.closed();
    expect(client.got.length).toBe(3_000_000);
    await until(() => scene.listener.connections === 0);
    expect(scene.lines.log.at(-1)).toBe('end clean');
  });

  test.each(['throw', 'reject'])('a bug (%s) ends this connection and no other', async (verb) => {
    const scene = await Scene.start();
    const other = await scene.connected();
    const client = await scene.connected();
    client.send(`${verb}\n`);
    await client.closed();
    await other.ask('a\n', 'a!\n');
    expect(scene.events.slice(1)).toMatchObject([{ kind: 'internal-error', where: 'policy connection' }]);
  });
});

test('what the system does not hand over is reported, as no bug and not by the thousand', async () => {
  let server: unknown = null;
  const watch = (message: unknown): void => {
    const { socket } = message as { readonly socket: { readonly server?: unknown } };
    server = socket.server;
  };
  subscribe('net.server.socket', watch);
  const scene = await Scene.start();
  const client = await scene.connected();
  unsubscribe('net.server.socket', watch);
  if (!(server instanceof Server)) throw new Error('the server is to be seen');
  for (let i = 0; i < 3; i++) server.emit('error', new Error('accept EMFILE'));
  expect(scene.events.slice(1)).toStrictEqual([
    { kind: 'accept-failed', service: 'policy', why: 'accept EMFILE' },
  ]);
  await client.ask('a\n', 'a!\n');
});

describe('a peer that does not read', () => {
  test('is not read from, and dropped after a while', async () => {
    const scene = await Scene.start();
    const client = await scene.connected();
    client.socket.pause();
    client.send('big 20000000\n');
    await until(() => scene.clock.pending === 1);
    client.send('more\n');
    await scene.clock.advance(59_999);
    expect(scene.lines.log).not.toContain('receive "more\\n"');
    expect(scene.listener.connections).toBe(1);
    await scene.clock.advance(1);
    expect(scene.listener.connections).toBe(0);
    expect(scene.events.slice(1)).toMatchObject([
      { kind: 'peer-not-reading', peer: expect.stringMatching(/^127\.0\.0\.1:\d+$/) },
    ]);
    expect(scene.lines.log.at(-1)).toBe('end broken');
  });

  test('may be slow', async () => {
    const scene = await Scene.start();
    const client = await scene.connected();
    client.socket.pause();
    client.send('big 20000000\n');
    await until(() => scene.clock.pending === 1);
    client.send('more\n');
    await scene.clock.advance(59_000);
    client.socket.resume();
    await until(() => client.got.endsWith('more!\n'));
    expect(client.got.length).toBe(20_000_006);
    await scene.clock.advance(3_600_000);
    client.send('still\n');
    await until(() => client.got.endsWith('still!\n'));
    expect(scene.kinds()).toEqual([]);
  });

  test('has as long for the end of a connection', async () => {
    const scene = await Scene.start();
    const client = await scene.connected();
    client.socket.pause();
    client.send('big 20000000\nclose\n');
    await until(() => scene.lines.log.includes('end clean'));
    await scene.clock.advance(60_000);
    expect(scene.kinds()).toEqual(['peer-not-reading']);
    expect(scene.listener.connections).toBe(0);
  });
});

describe('time', () => {
  test('a request once begun must be complete after 30 s', async () => {
    const scene = await Scene.start();
    const client = await scene.connected();
    client.send('h');
    await until(() => scene.clock.pending === 1);
    await scene.clock.advance(29_000);
    client.send('alf');
    await until(() => scene.lines.log.includes('receive "alf"'));
    await scene.clock.advance(1000);
    await client.closed();
    expect(scene.events.slice(1)).toMatchObject([
      { kind: 'protocol-error', why: 'a request was not complete after 30 s' },
    ]);
  });

  test('every request anew', async () => {
    const scene = await Scene.start();
    const client = await scene.connected();
    for (const [sent, got] of [
      ['h', ''],
      ['alf\nan', 'half!\n'],
      ['other\nthi', 'half!\nanother!\n'],
    ] as const) {
      await client.ask(sent, got);
      await until(() => scene.clock.pending === 1);
      await scene.clock.advance(29_000);
    }
    await client.ask('rd\n', 'half!\nanother!\nthird!\n');
    await scene.clock.advance(3_600_000);
    await client.ask('still\n', 'half!\nanother!\nthird!\nstill!\n');
    expect(scene.kinds()).toEqual([]);
  });

  test('is not counted while we work', async () => {
    const scene = await Scene.start();
    const client = await scene.connected();
    client.send('wa');
    await until(() => scene.clock.pending === 1);
    client.send('it\nne');
    await until(() => scene.lines.waiting.length === 1);
    await scene.clock.advance(100_000);
    scene.lines.waiting[0]?.();
    await client.ask('xt\n', 'waited\nnext!\n');
    expect(scene.kinds()).toEqual([]);
  });

  test('an idle connection is never closed', async () => {
    const scene = await Scene.start();
    const client = await scene.connected();
    expect(scene.clock.pending).toBe(0);
    await scene.clock.advance(7 * 24 * 3_600_000);
    await client.ask('a\n', 'a!\n');
  });
});

describe('a peer that says nothing', () => {
  test('is let go after its time, which every request begins anew', async () => {
    const scene = await Scene.start({ idleTimeMs: 60_000 });
    const client = await scene.connected();
    await scene.clock.advance(59_000);
    await client.ask('a\n', 'a!\n');
    await scene.clock.advance(59_000);
    expect(client.isClosed).toBe(false);
    await scene.clock.advance(1_000);
    await client.closed();
    expect(scene.kinds()).toEqual([]);
    expect(scene.clock.pending).toBe(0);
  });

  test('from the beginning', async () => {
    const scene = await Scene.start({ idleTimeMs: 60_000 });
    const client = scene.connect();
    await until(() => scene.listener.connections === 1);
    await scene.clock.advance(60_000);
    await client.closed();
  });
});

describe('who may connect', () => {
  const networks = (text: string): NetworkSet => new NetworkSet([parseNetwork(text) ?? missing()]);

  test('those of the networks that are named', async () => {
    const scene = await Scene.start({ allow: networks('127.0.0.0/8') });
    await scene.connected();
    expect(scene.kinds()).toEqual([]);
  });

  test('others are closed at once, and reported once a minute', async () => {
    const scene = await Scene.start({ allow: networks('192.0.2.0/24') });
    await scene.connect().closed();
    await scene.connect().closed();
    expect(scene.kinds()).toEqual(['connection-refused']);
    await scene.clock.advance(60_000);
    await scene.connect().closed();
    expect(scene.kinds()).toEqual(['connection-refused', 'connection-refused']);
    expect(scene.listener.connections).toBe(0);
  });
});

describe('too many connections', () => {
  test('those over the limit are closed at once, and reported once a minute', async () => {
    const scene = await Scene.start({ maxConnections: 2 });
    const [first] = [await scene.connected(), await scene.connected()];
    await scene.connect().closed();
    await scene.connect().closed();
    const report = { kind: 'connection-limit', service: 'policy', limit: 2 };
    expect(scene.events.slice(1)).toEqual([report]);
    await scene.clock.advance(60_000);
    await scene.connect().closed();
    expect(scene.events.slice(1)).toEqual([report, report]);
    first.socket.destroy();
    await until(() => scene.listener.connections === 1);
    await scene.connected();
  });
});

describe('drain', () => {
  test('closes what is idle, lets be answered what is not, and takes nothing new', async () => {
    const scene = await Scene.start();
    const idle = await scene.connected();
    const waits = await scene.connected();
    const begun = await scene.connected();
    waits.send('wait\n');
    begun.send('ha');
    await until(() => scene.lines.waiting.length === 1 && scene.lines.log.includes('receive "ha"'));
    const drained = scene.listener.drain(5000);
    await idle.closed();
    const late = scene.connect();
    await late.closed();
    expect(late.got).toBe('');
    await begun.ask('lf\n', 'half!\n');
    await begun.closed();
    expect(scene.listener.connections).toBe(1);
    scene.lines.waiting[0]?.();
    expect(await drained).toBe(0);
    await waits.closed();
    expect(waits.got).toBe('waited\n');
    expect(scene.clock.pending).toBe(0);
    expect(scene.kinds()).toEqual([]);
  });

  test('gives up what is not answered in time', async () => {
    const scene = await Scene.start();
    const [waits, begun] = [await scene.connected(), await scene.connected()];
    waits.send('wait\n');
    begun.send('ha');
    await until(() => scene.lines.waiting.length === 1 && scene.lines.log.includes('receive "ha"'));
    const drained = scene.listener.drain(5000);
    await scene.clock.advance(4999);
    expect(scene.listener.connections).toBe(2);
    await scene.clock.advance(1);
    expect(await drained).toBe(2);
    await waits.closed();
  });

  test('a second time with less patience', async () => {
    const scene = await Scene.start();
    const client = await scene.connected();
    client.send('wait\n');
    await until(() => scene.lines.waiting.length === 1);
    const patient = scene.listener.drain(20_000);
    const hasty = scene.listener.drain(0);
    await scene.clock.advance(0);
    expect(await hasty).toBe(1);
    expect(await patient).toBe(1);
  });

  test('nobody there', async () => {
    const scene = await Scene.start();
    expect(await scene.listener.drain(5000)).toBe(0);
  });
});

function missing(): never {
  throw new Error('missing');
}
