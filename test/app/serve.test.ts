/** The daemon as a process: a name server, a client, signals. */
import { once } from 'node:events';
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';

import { parseZone, type Zone } from '../../src/resolver/index.js';
import { startResponder, type DnsResponder, type Reaction } from '../support/dns-responder.js';
import { requestText } from '../support/policy-request.js';
import { startProgram, type Running } from '../support/program.js';

const ZONE = `
pass.example: [{TXT: "v=spf1 ip4:192.0.2.1 -all"}]
fail.example: [{TXT: "v=spf1 -all"}]
`;

let folder: string;
let dns: DnsResponder;
/** What the name server does about the next queries. */
let reaction: Reaction = 'usual';
let running: Running | null = null;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'spfwarden-serve-'));
  dns = await startResponder(await zoneOf(ZONE), { react: () => reaction });
});
afterEach(async () => {
  reaction = 'usual';
  await running?.stop('SIGKILL');
  running = null;
});
afterAll(async () => {
  await dns.close();
  rmSync(folder, { recursive: true });
});

describe('serve', () => {
  test('answers on TCP and on a unix socket, logs a line for each message, and stops on SIGTERM', async () => {
    const path = join(folder, 'policy.sock');
    const daemon = serve({ listen: ['127.0.0.1:0', `unix:${path}`] });
    await daemon.said(/listening service=policy address=unix:/);
    expect(statSync(path).mode & 0o777).toBe(0o660);
    const tcp = connect(await portOf(daemon), '127.0.0.1');
    const unix = connect(path);
    expect(await ask(tcp, { sender: 'a@pass.example', instance: '1' })).toMatch(
      /^action=PREPEND Received-SPF: pass \(mx\.receiver\.example: .* identity=mailfrom; /,
    );
    expect(await ask(unix, { sender: 'a@pass.example', instance: '1' })).toBe('action=DUNNO\n\n');
    expect(await ask(unix, { sender: 'a@fail.example', instance: '2', queue_id: '4BxYz1' })).toBe(
      'action=550 5.7.23 SPF fail: 192.0.2.1 may not send for fail.example (-all)\n\n',
    );
    await daemon.said(
      /^NOQUEUE: spf accept client=192\.0\.2\.1 .* mail_from=pass why="mail-from pass \(ip4:192/m,
    );
    await daemon.said(/^4BxYz1: spf reject .* mail_from=fail why="mail-from fail \(-all\)"/m);
    expect(await daemon.stop()).toBe(0);
    expect(daemon.stderr()).toMatch(
      /stopping signal=SIGTERM connections=2\nthe DNS cache hits=0 misses=4 .*\nstopped abandoned=0\n$/,
    );
    expect(() => statSync(path)).toThrow('ENOENT');
  });

  test('a check in progress is answered after SIGTERM, idle connections are closed, new ones refused', async () => {
    const daemon = serve({ listen: ['127.0.0.1:0'] });
    const port = await portOf(daemon);
    const [busy, idle] = [connect(port, '127.0.0.1'), connect(port, '127.0.0.1')];
    await ask(idle, { sender: 'a@pass.example', instance: '1' });
    reaction = 'drop';
    const before = dns.queries.length;
    const answer = ask(busy, { sender: 'b@pass.example', instance: '2' });
    while (dns.queries.length === before) await new Promise((resolve) => setTimeout(resolve, 5));
    const stopped = daemon.stop();
    await once(idle, 'close');
    const [refused] = (await once(connect(port, '127.0.0.1'), 'error')) as [NodeJS.ErrnoException];
    expect(refused.code).toBe('ECONNREFUSED');
    expect(await answer).toContain('Received-SPF: temperror');
    expect(await stopped).toBe(0);
  });

  test('a second SIGTERM gives up what is in progress', async () => {
    const daemon = serve({ listen: ['127.0.0.1:0'], dnsTimeout: '50s' });
    const busy = connect(await portOf(daemon), '127.0.0.1');
    reaction = 'drop';
    const before = dns.queries.length;
    busy.write(requestText({ sender: 'b@pass.example' }), 'latin1');
    while (dns.queries.length === before) await new Promise((resolve) => setTimeout(resolve, 5));
    daemon.child.kill('SIGTERM');
    await daemon.said(/stopping signal=SIGTERM connections=1/);
    expect(await daemon.stop()).toBe(0);
    expect(daemon.stderr()).toMatch(/stopped abandoned=1\n$/);
  });

  test('SIGHUP ends nothing', async () => {
    const daemon = serve({ listen: ['127.0.0.1:0'] });
    const client = connect(await portOf(daemon), '127.0.0.1');
    daemon.child.kill('SIGHUP');
    expect(await ask(client, { sender: 'a@pass.example' })).toContain('Received-SPF: pass');
    expect(daemon.child.exitCode).toBeNull();
  });

  test('only logs with --dry-run', async () => {
    const daemon = serve({ listen: ['127.0.0.1:0'], words: ['--dry-run'] });
    const client = connect(await portOf(daemon), '127.0.0.1');
    expect(await ask(client, { sender: 'a@fail.example', instance: '1' })).toBe('action=DUNNO\n\n');
    expect(await ask(client, { sender: 'a@pass.example', instance: '2' })).toBe('action=DUNNO\n\n');
    await daemon.said(/spf reject .* dry_run=true/);
  });

  test('a second daemon at the same address says so and ends with 74', async () => {
    const first = serve({ listen: ['127.0.0.1:0'] });
    const port = await portOf(first);
    const second = serve({ listen: [`127.0.0.1:${port}`] });
    running = first;
    const [status] = (await once(second.child, 'close')) as [number];
    expect(second.stderr()).toMatch(/^spfwarden: .*127\.0\.0\.1:\d+/m);
    expect(status).toBe(74);
  });
});

interface Settings {
  readonly listen: readonly string[];
  readonly dnsTimeout?: string;
  readonly words?: readonly string[];
}

function serve({ listen, dnsTimeout = '300ms', words = [] }: Settings): Running {
  const file = join(folder, `${Math.random()}.yml`);
  const config = {
    hostname: 'mx.receiver.example',
    listen: { policy: listen },
    dns: { servers: [dns.address], timeout: dnsTimeout, tries: 1 },
  };
  writeFileSync(file, JSON.stringify(config)); // JSON is YAML
  running = startProgram(['serve', '-c', file, ...words]);
  return running;
}

async function portOf(daemon: Running): Promise<number> {
  const [, port] = await daemon.said(/address=127\.0\.0\.1:(\d+)/);
  return Number(port);
}

async function ask(socket: Socket, attributes: Parameters<typeof requestText>[0]): Promise<string> {
  socket.write(requestText(attributes), 'latin1');
  const [reply] = (await once(socket, 'data')) as [Buffer];
  return reply.toString('latin1');
}

async function zoneOf(text: string): Promise<Zone> {
  const zone = await parseZone(text);
  if (!zone.ok) throw new Error(JSON.stringify(zone.error));
  return zone.value;
}
