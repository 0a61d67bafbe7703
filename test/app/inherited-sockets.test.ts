/** Socket activation: what the environment says, and the daemon with sockets that another process has bound. */
import { once } from 'node:events';
import { mkdtempSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { connect, createServer, type AddressInfo, type ListenOptions, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';

import { inheritedSockets } from '../../src/app/inherited-sockets.js';
import { requestText } from '../support/policy-request.js';
import { startProgram, type Running } from '../support/program.js';

const PID = 4711;
const MANY = Array.from({ length: 999 }, (_, index) => 3 + index);

describe('the descriptors', () => {
  test.each([
    [{ LISTEN_PID: '4711', LISTEN_FDS: '1', LISTEN_FDNAMES: 'milter' }, { milter: [3] }],
    [
      { LISTEN_PID: '4711', LISTEN_FDS: '3', LISTEN_FDNAMES: 'milter:a.socket:milter' },
      { milter: [3, 5], 'a.socket': [4] },
    ],
    [{ LISTEN_PID: '4711', LISTEN_FDS: '2' }, { unknown: [3, 4] }],
    [{ LISTEN_PID: '4711', LISTEN_FDS: '999' }, { unknown: MANY }],
    [{ LISTEN_PID: '4711', LISTEN_FDS: '1', LISTEN_FDNAMES: '__proto__' }, { ['__proto__']: [3] }],
  ])('%j', (environment, expected) => {
    expect(Object.fromEntries(inheritedSockets(environment, PID))).toStrictEqual(expected);
  });

  test.each([
    {},
    { LISTEN_PID: '4712', LISTEN_FDS: '1', LISTEN_FDNAMES: 'milter' },
    { LISTEN_PID: '04711', LISTEN_FDS: '1', LISTEN_FDNAMES: 'milter' },
    { LISTEN_FDS: '1', LISTEN_FDNAMES: 'milter' },
    { LISTEN_PID: '4711', LISTEN_FDNAMES: 'milter' },
    ...['0', '-1', '1.5', ' 1', 'x', '', '1000', '99999999999999999999'].map((count) => ({
      LISTEN_PID: '4711',
      LISTEN_FDS: count,
    })),
    { LISTEN_PID: '4711', LISTEN_FDS: '1', LISTEN_FDNAMES: 'a:b' },
    { LISTEN_PID: '4711', LISTEN_FDS: '2', LISTEN_FDNAMES: 'a' },
  ])('none of %j', (environment) => {
    expect(inheritedSockets(environment, PID).size).toBe(0);
  });
});

let folder: string;
let running: Running | null = null;
const servers: Server[] = [];

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'spfwarden-inherited-'));
});
afterEach(async () => {
  await running?.stop('SIGKILL');
  running = null;
  for (const server of servers.splice(0)) server.close();
});
afterAll(() => {
  rmSync(folder, { recursive: true });
});

describe('the daemon', () => {
  test('listens on what it was given, and leaves the path of a unix socket where it is', async () => {
    const tcp = await bind({ host: '127.0.0.1', port: 0 });
    const { port } = tcp.address() as AddressInfo;
    const path = join(folder, 'policy.sock');
    const unix = await bind({ path: `${path}.new` });
    renameSync(`${path}.new`, path); // the server that bound it removes the other name
    const daemon = activate('{systemd: policy}', 'policy:policy', [tcp, unix]);
    await daemon.said(/(listening service=policy address=systemd:policy.*\n){2}/);
    expect(await ask({ host: '127.0.0.1', port })).toMatch(/^action=/);
    expect(await ask({ path })).toMatch(/^action=/);
    expect(await daemon.stop()).toBe(0);
    expect(statSync(path).isSocket()).toBe(true);
  });

  test('takes each name where the configuration has it', async () => {
    const [first, second] = [
      await bind({ path: join(folder, 'a') }),
      await bind({ host: '127.0.0.1', port: 0 }),
    ];
    const { port } = second.address() as AddressInfo;
    const daemon = activate('[127.0.0.1:0, {systemd: b}]', 'a:b', [first, second]);
    await daemon.said(/address=127\.0\.0\.1:.*\n.*address=systemd:b/);
    expect(await ask({ host: '127.0.0.1', port })).toMatch(/^action=/);
    expect(daemon.stderr()).not.toContain('systemd:a');
  });

  test('closes connections of clients that "allow" does not name', async () => {
    const tcp = await bind({ host: '127.0.0.1', port: 0 });
    const { port } = tcp.address() as AddressInfo;
    const daemon = activate('{systemd: policy, allow: 192.0.2.1}', 'policy', [tcp]);
    await daemon.said(/address=systemd:policy/);
    const client = connect(port, '127.0.0.1');
    client.on('error', () => undefined);
    await once(client, 'close');
    await daemon.said(/127\.0\.0\.1:\d+/);
  });

  test.each([
    [
      'another name',
      '{systemd: milter}',
      'policy:b',
      /no[^\n]* named "milter"; handed over: "policy", "b"\n/,
    ],
    [
      '"allow" for a unix socket',
      '{systemd: policy, allow: 192.0.2.1}',
      'policy:b',
      /systemd:policy: it is a unix/,
    ],
    ['what is no listening socket', '{systemd: b}', 'policy:b', /cannot listen on systemd:b: /],
  ])('ends with 74: %s', async (_what, listen, names, message) => {
    const unix = await bind({ path: join(folder, 'c') });
    const daemon = activate(listen, names, [unix], [2]);
    const [status] = (await once(daemon.child, 'close')) as [number];
    expect(daemon.stderr()).toMatch(message);
    expect(status).toBe(74);
  });

  test('ends with 74 when systemd has not started it', async () => {
    const daemon = activate('{systemd: milter}', '', []);
    const [status] = (await once(daemon.child, 'close')) as [number];
    expect(daemon.stderr()).toContain('systemd has not handed over a socket named "milter" or any other\n');
    expect(status).toBe(74);
  });
});

async function bind(where: ListenOptions): Promise<Server> {
  const server = createServer().listen(where);
  servers.push(server);
  await once(server, 'listening');
  return server;
}

/** Starts the daemon with these sockets, which this process then has no more. */
function activate(
  listen: string,
  names: string,
  sockets: readonly Server[],
  others: readonly number[] = [],
): Running {
  const file = join(folder, `${Math.random()}.yml`);
  writeFileSync(file, `listen: {policy: ${listen}}\ndns: {servers: ["127.0.0.1:1"]}\n`);
  const descriptors = [...sockets.map(descriptorOf), ...others];
  const environment = { LISTEN_FDS: String(descriptors.length), LISTEN_FDNAMES: names };
  running = startProgram(['serve', '-c', file], environment, descriptors);
  for (const socket of sockets) socket.close();
  return running;
}

function descriptorOf(server: Server): number {
  const { fd } = Reflect.get(server, '_handle') as { readonly fd: number };
  return fd;
}

async function ask(
  where: { readonly path: string } | { readonly host: string; readonly port: number },
): Promise<string> {
  const socket = connect(where);
  socket.write(requestText({ client_address: '127.0.0.1' }), 'latin1');
  const [reply] = (await once(socket, 'data')) as [Buffer];
  socket.destroy();
  return reply.toString('latin1');
}
