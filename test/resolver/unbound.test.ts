/** Against a server that is not ours: TCP and TLS as unbound speaks them. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect, createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';

import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals';

import type { ServerAddress } from '../../src/dns/index.js';
import { IpAddress } from '../../src/net/index.js';
import { Authority } from '../support/certificates.js';
import { describeWith, programPath } from '../support/requires.js';
import { Closing, shown } from './asking.js';

const closing = new Closing();
afterEach(() => closing.close());

const BIG = 'x'.repeat(200);

function configuration(folder: string, plain: number, tls: number): string {
  const big = Array.from({ length: 20 }, (_, i) => `  local-data: 'big.example. TXT "${BIG}${i}"'`);
  return `server:
  interface: 127.0.0.1@${plain}
  interface: 127.0.0.1@${tls}
  tls-port: ${tls}
  tls-service-key: "${folder}/key.pem"
  tls-service-pem: "${folder}/cert.pem"
  access-control: 127.0.0.0/8 allow
  username: ""
  chroot: ""
  directory: "${folder}"
  pidfile: ""
  use-syslog: no
  do-daemonize: no
  module-config: "iterator"
  num-threads: 1
  local-zone: "example." static
  local-data: 'a.example. A 192.0.2.1'
  local-data: 'a.example. TXT "v=spf1 -all"'
${big.join('\n')}
remote-control:
  control-enable: no
`;
}

/** A port that nobody uses at the moment. */
async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  return port;
}

async function listening(port: number): Promise<void> {
  for (;;) {
    const socket = connect(port, '127.0.0.1');
    const isThere = await Promise.race([
      once(socket, 'connect').then(() => true),
      once(socket, 'close').then(() => false),
    ]).catch(() => false);
    socket.destroy();
    if (isThere) return;
    await setTimeout(20);
  }
}

describeWith('unbound', ['unbound'], () => {
  const authority = new Authority();
  let folder = '';
  let unbound: ChildProcess | null = null;
  let plain: ServerAddress;
  let tls: ServerAddress;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'spfwarden-unbound-'));
    const { cert, key } = authority.issue({ names: ['dns.example'] });
    writeFileSync(join(folder, 'cert.pem'), cert);
    writeFileSync(join(folder, 'key.pem'), key);
    const ports = [await freePort(), await freePort()] as const;
    writeFileSync(join(folder, 'unbound.conf'), configuration(folder, ...ports));
    const program = programPath('unbound') ?? 'unbound';
    unbound = spawn(program, ['-d', '-c', join(folder, 'unbound.conf')], { stdio: 'ignore' });
    const address = IpAddress.of([127, 0, 0, 1]);
    plain = { address, port: ports[0] };
    tls = { address, port: ports[1], tls: { name: 'dns.example' } };
    await Promise.all(ports.map(listening));
  });

  afterAll(async () => {
    if (unbound !== null && unbound.exitCode === null) {
      unbound.kill();
      await once(unbound, 'exit');
    }
    rmSync(folder, { recursive: true, force: true });
  });

  test.each([
    ['UDP and TCP', () => plain],
    ['TLS', () => tls],
  ])('answers over %s, 200 questions at once', async (_what, server) => {
    const resolver = closing.resolver([server()], { tlsCa: authority.cert, timeoutMs: 5000 });
    const big = Array.from({ length: 20 }, (_, i) => `${BIG}${i}`).sort();
    const asked = Array.from({ length: 100 }, async (_, i) => [
      await shown(resolver, `n${i}.example`, 'A'),
      await shown(resolver, 'a.example', 'TXT'),
      (await shown(resolver, 'big.example', 'TXT')).split(', ').sort(),
    ]);
    expect(await Promise.all(asked)).toEqual(Array(100).fill(['nxdomain', 'v=spf1 -all', big]));
  });

  test('a certificate that our authority has not signed is refused', async () => {
    const resolver = closing.resolver([tls], { tlsCa: new Authority('Other').cert });
    expect(await shown(resolver, 'a.example', 'TXT')).toBe('[unreachable]');
  });
});
