/** `spfwarden spawn` as spawn(8) would run it: one socket for input, output and standard error. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';

import { lenient, lenientJudge } from '../../src/app/lenient-judge.js';
import { configuredJudge, policyOver } from '../../src/app/policy-service.js';
import { configOrDryRun, openJudge } from '../../src/app/spawn.js';
import { loadConfig } from '../../src/config/index.js';
import type { Event, Report } from '../../src/events/index.js';
import { parseZone } from '../../src/resolver/index.js';
import type { Judge } from '../../src/verdict/index.js';
import { startResponder, type DnsResponder } from '../support/dns-responder.js';
import { ManualClock } from '../support/manual-clock.js';
import { bytesOf, requestText } from '../support/policy-request.js';
import { BIN, runProgram } from '../support/program.js';
import { zone } from '../support/zone.js';

let folder: string;
let dns: DnsResponder;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'spfwarden-spawn-'));
  const names = await parseZone(
    'pass.example: [{TXT: "v=spf1 ip4:192.0.2.1 -all"}]\nfail.example: [{TXT: "v=spf1 -all"}]',
  );
  if (!names.ok) throw new Error(JSON.stringify(names.error));
  dns = await startResponder(names.value);
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

test('answers by itself where only systemd knows what the daemon listens on', async () => {
  const input = requestText({ sender: 'a@pass.example' });
  const { status, stdout } = await runProgram(['spawn', config({ systemd: 'policy' })], input);
  expect(stdout).toMatch(PASS);
  expect(status).toBe(0);
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
  { what: 'no logger(1)', env: { PATH: '/nonexistent' }, file: () => config() },
])('$what puts nothing on standard error and no message in danger', async ({ env, file }) => {
  const child = spawn(process.execPath, [BIN, 'spawn', file()], { env: { ...process.env, ...env } });
  const output: Buffer[] = [];
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => output.push(chunk));
  child.stdin.end(requestText({ client_address: '127.0.0.1' }));
  const [status] = (await once(child, 'close')) as [number];
  expect(Buffer.concat(output).toString('latin1')).toMatch(
    /^action=PREPEND Received-SPF: none \([^)]*: SPF was not checked, [^)]*\)\n\n$/,
  );
  expect(status).toBe(0);
});

describe('a configuration that is refused', () => {
  const files = [
    { what: 'errors', file: () => fileWith('profile: monitor\nlissten: {}\n') },
    { what: 'no YAML', file: () => fileWith('{{{') },
    { what: 'no file', file: () => join(folder, 'nowhere.yml') },
  ];

  test.each(files)('$what: no mail is touched', async ({ file }) => {
    // No name here has a domain, so no name server is asked: the result is `none`, which else has its field.
    const request = requestText({ helo_name: 'localhost', sender: 'a@localhost' });
    const { status, stdout, stderr } = await runProgram(['spawn', file()], request);
    expect({ status, stdout, stderr }).toEqual({ status: 0, stdout: 'action=DUNNO\n\n', stderr: '' });
  });

  test.each(files)('$what: a domain that fails is logged, as a dry run', async ({ file }) => {
    const { config, refused } = await configOrDryRun(file());
    expect(refused).toMatchObject({ kind: 'config-refused' });
    const lookup = zone({ 'fail.example': { TXT: ['v=spf1 -all'] } });
    const judge = configuredJudge(config, lookup, new ManualClock(), ignore);
    expect(
      await answers(() => judge, { sender: 'a@fail.example', client_address: '192.0.2.1' }),
    ).toStrictEqual({
      replies: ['action=DUNNO\n\n'],
      events: [expect.objectContaining({ kind: 'message-judged', action: 'reject', dryRun: true })],
    });
  });
});

test('DNS that cannot be opened stops no mail', async () => {
  const loaded = await loadConfig({ path: fileWith('dns: {servers: [tls://127.0.0.1@dns.example]}') });
  if (!loaded.ok) throw new Error('it was to be good');
  const config = { ...loaded.value.config, 'dns.tls_ca': join(folder, 'was-there-a-moment-ago.pem') };
  const open = async (report: Report): Promise<Judge> => (await openJudge(config, report)).judge;
  expect(await answers(open, { sender: 'a@fail.example' })).toStrictEqual({
    replies: ['action=DUNNO\n\n'],
    events: [
      expect.objectContaining({ kind: 'internal-error', where: 'opening the DNS' }),
      expect.objectContaining({ kind: 'message-judged', action: 'skip' }),
    ],
  });
});

describe('a judge that throws', () => {
  const error = new Error('a bug');
  test.each<{ readonly how: string; readonly judge: Judge['judge'] }>([
    {
      how: 'at once',
      judge: () => {
        throw error;
      },
    },
    { how: 'later', judge: () => Promise.reject(error) },
  ])('$how: it is reported, and the message goes on', async ({ judge }) => {
    const broken: Judge = { ...lenientJudge, judge };
    expect(await answers((report) => lenient(broken, report), { sender: 'a@fail.example' })).toStrictEqual({
      replies: ['action=DUNNO\n\n'],
      events: [
        { kind: 'internal-error', where: 'a check', error },
        expect.objectContaining({ kind: 'message-judged', action: 'skip' }),
      ],
    });
  });
});

test('evaluates by itself when the daemon closes before it replies', async () => {
  const server = createServer((socket) => socket.destroy());
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  const request = requestText({ sender: 'a@pass.example' });
  const { stdout } = await runProgram(['spawn', config(`127.0.0.1:${port}`)], request);
  expect(stdout).toMatch(PASS);
  server.close();
});

const ignore = (): void => undefined;

/** What a judge lets `spawn` answer to one request, and what is reported. */
async function answers(
  open: (report: Report) => Judge | Promise<Judge>,
  request: Parameters<typeof requestText>[0],
): Promise<{ readonly replies: readonly string[]; readonly events: readonly Event[] }> {
  const replies: string[] = [];
  const events: Event[] = [];
  const report = (event: Event): void => void events.push(event);
  const converse = policyOver(await open(report), new ManualClock(), report);
  const conversation = converse({
    peer: 'a test',
    host: null,
    send: (bytes) => replies.push(Buffer.from(bytes).toString('latin1')),
    close: ignore,
    hangUp: ignore,
  });
  await conversation.receive(bytesOf(requestText(request)));
  return { replies, events };
}

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

function config(listen: string | { readonly systemd: string } = 'off'): string {
  const text = JSON.stringify({ listen: { policy: listen }, dns: { servers: [dns.address], timeout: '1s' } });
  return fileWith(text);
}

/** A file with that text. */
function fileWith(text: string): string {
  const file = join(folder, `${Math.random()}.yml`);
  writeFileSync(file, text);
  return file;
}
