/** `spfwarden spawn` as spawn(8) would run it: one socket for input, output and standard error. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';

import { parseZone } from '../../src/resolver/index.js';
import { startResponder, type DnsResponder } from '../support/dns-responder.js';
import { requestText } from '../support/policy-request.js';
import { BIN, runProgram } from '../support/program.js';

let folder: string;
let dns: DnsResponder;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'spfwarden-spawn-'));
  const zone = await parseZone(
    'pass.example: [{TXT: "v=spf1 ip4:192.0.2.1 -all"}]\nfail.example: [{TXT: "v=spf1 -all"}]',
  );
  if (!zone.ok) throw new Error(JSON.stringify(zone.error));
  dns = await startResponder(zone.value);
});
afterAll(async () => {
  await dns.close();
  rmSync(folder, { recursive: true });
});

const PASS = /^action=PREPEND Received-SPF: pass [^\n]*\n\n$/;

test('answers what comes on standard input, and ends when that ends', async () => {
  const input =
    requestText({ sender: 'a@pass.example', instance: '1' }) +
    requestText({ sender: 'a@fail.example', instance: '2' });
  const { status, stdout, stderr } = await runProgram(['spawn', config()], input);
  expect(stdout).toMatch(
    /^action=PREPEND Received-SPF: pass [^\n]*\n\naction=550 5\.7\.23 SPF fail: 192\.0\.2\.1 may not send for fail\.example \(-all\)\n\n$/,
  );
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
});

test('reads a file as well as a pipe', async () => {
  const file = join(folder, 'requests');
  writeFileSync(file, requestText({ sender: 'a@pass.example' }), 'latin1');
  const child = spawn('/bin/sh', [
    '-c',
    `exec "$0" "$@" < ${file} 2>&1`,
    process.execPath,
    BIN,
    'spawn',
    config(),
  ]);
  const chunks: Buffer[] = [];
  child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk));
  const [status] = (await once(child, 'close')) as [number];
  expect(Buffer.concat(chunks).toString('latin1')).toMatch(PASS);
  expect(status).toBe(0);
});

test.each([
  {
    what: 'a warning of Node',
    env: { NODE_OPTIONS: '--trace-deprecation --pending-deprecation' },
    file: () => config(),
  },
  { what: 'a configuration with errors', env: {}, file: () => fileWith('lissten: {}\n') },
  { what: 'a configuration that is no YAML', env: {}, file: () => fileWith('{{{') },
  { what: 'a configuration that is not there', env: {}, file: () => join(folder, 'nowhere.yml') },
  { what: 'no logger(1)', env: { PATH: '/nonexistent' }, file: () => config() },
])('$what puts nothing on standard error and no message in danger', async ({ env, file }) => {
  const child = spawn(process.execPath, [BIN, 'spawn', file()], { env: { ...process.env, ...env } });
  const output: Buffer[] = [];
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => output.push(chunk));
  child.stdin.end(requestText({ client_address: '127.0.0.1' }));
  const [status] = (await once(child, 'close')) as [number];
  expect(Buffer.concat(output).toString('latin1')).toBe('action=DUNNO\n\n');
  expect(status).toBe(0);
});

test('hands the conversation to a daemon that answers where the configuration says', async () => {
  const server = createServer((socket) => {
    socket.once('data', (chunk) => socket.end(`the daemon had ${chunk.length} octets\n`));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  const request = requestText({ sender: 'a@pass.example' });
  const { status, stdout, stderr } = await runProgram(['spawn', config(`127.0.0.1:${port}`)], request);
  expect(stdout).toBe(`the daemon had ${request.length} octets\n`);
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  server.close();
});

test('evaluates by itself when no daemon answers', async () => {
  const { stdout } = await runProgram(
    ['spawn', config('127.0.0.1:1')],
    requestText({ sender: 'a@pass.example' }),
  );
  expect(stdout).toMatch(PASS);
});

function config(listen = 'off'): string {
  const text = JSON.stringify({ listen: { policy: listen }, dns: { servers: [dns.address], timeout: '1s' } });
  return fileWith(text);
}

/** A file with that text. */
function fileWith(text: string): string {
  const file = join(folder, `${Math.random()}.yml`);
  writeFileSync(file, text);
  return file;
}
