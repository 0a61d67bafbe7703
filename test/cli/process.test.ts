/** How the program ends: crashes, readers that go away or never come, and what spawn(8) must not see. */
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, constants, existsSync, mkdtempSync, openSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';

import { BIN, runProgram } from '../support/program.js';

let folder: string;
let zone: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'spfwarden-process-'));
  zone = join(folder, 'zone.yml');
  writeFileSync(zone, 'pass.example: [{TXT: "v=spf1 ip4:192.0.2.0/24 -all"}]\n');
});
afterAll(() => {
  rmSync(folder, { recursive: true });
});

interface Ended {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs node with the given words and environment; standard input is empty. */
async function runNode(words: readonly string[], environment: NodeJS.ProcessEnv = {}): Promise<Ended> {
  const child = spawn(process.execPath, words, { env: { ...process.env, ...environment } });
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  child.stdin.end();
  const [status] = (await once(child, 'close')) as [number | null];
  return { status, stdout, stderr };
}

describe('an exception that no command expects', () => {
  const SYSTEM = "Object.assign(new Error('write failed'), {code: 'ENOSPC', syscall: 'write'})";
  const OPEN = "Object.assign(new Error('not for you'), {code: 'EACCES', syscall: 'open'})";
  const NODE = "Object.assign(new TypeError('boom'), {code: 'ERR_INVALID_ARG_TYPE'})";
  test.each([
    {
      what: 'a bug',
      throws: "throw new Error('boom\\nand \\x9b more')",
      status: 70,
      says: 'a bug: Error: boom and',
    },
    { what: 'a word of Node', throws: `throw ${NODE}`, status: 70, says: 'a bug: TypeError' },
    { what: 'a word of the system', throws: `throw ${SYSTEM}`, status: 74, says: 'write failed' },
    { what: 'a file that is closed to us', throws: `throw ${OPEN}`, status: 66, says: 'not for you' },
    {
      what: 'a bug that nobody awaits',
      throws: "setImmediate(() => { throw new Error('boom'); }); return false",
      status: 70,
      says: 'a bug: Error: boom',
    },
    {
      what: 'a promise that nobody awaits',
      throws: "void Promise.reject(new Error('boom')); return false",
      status: 70,
      says: 'a bug: Error: boom',
    },
  ])('$what is one line, and $status', async ({ throws, status, says }) => {
    const preloaded = `data:text/javascript,${encodeURIComponent(`process.stdout.write = () => { ${throws}; };`)}`;
    const words = ['query', '--dns', zone, '--exit-code', '192.0.2.1', 'u@pass.example'];
    const ended = await runNode(['--import', preloaded, BIN, ...words]);
    expect(ended.stderr).toMatch(/^spfwarden: [\x20-\x7e]*\n$/);
    expect(ended.stderr).toContain(says);
    expect(ended.status).toBe(status);
  });
});

describe('readers', () => {
  test.each([
    { words: (dns: string) => ['query', '--dns', dns, '192.0.2.1', 'u@pass.example'] },
    { words: (dns: string) => ['query', '--dns', dns, '--json', '192.0.2.1', 'u@pass.example'] },
    { words: () => ['query', '--help'] },
    { words: () => ['check', '-c', '/dev/null'] },
  ])('that are gone end it quietly (%#)', async ({ words }) => {
    const child = spawn(process.execPath, [BIN, ...words(zone)], { stdio: ['ignore', 'pipe', 'pipe'] });
    child.stdout.destroy();
    let stderr = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
    const [status] = (await once(child, 'close')) as [number | null];
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  });

  test('that are slow get everything', async () => {
    // The pipe is full before the program begins, and stays so until it has nothing more to do.
    const script = '(head -c 65536 /dev/zero; exec "$@") | (sleep 2; wc -l)';
    const words = [process.execPath, BIN, 'query', '--dns', zone, '192.0.2.1', 'u@pass.example'];
    const child = spawn('/bin/sh', ['-c', script, 'sh', ...words], { stdio: ['ignore', 'pipe', 'ignore'] });
    let stdout = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
    await once(child, 'close');
    expect(stdout.trim()).toBe('3');
  });

  test('of the log that never read do not keep it from ending', async () => {
    const fifo = join(folder, 'fifo');
    const socket = join(folder, 'socket');
    execFileSync('mkfifo', [fifo]);
    const reader = openSync(fifo, constants.O_RDWR | constants.O_NONBLOCK);
    const writer = openSync(fifo, constants.O_WRONLY);
    const filler = spawn(
      '/bin/sh',
      ['-c', 'dd if=/dev/zero bs=4096 count=64 oflag=nonblock 2>/dev/null >&3'],
      {
        stdio: ['ignore', 'ignore', 'ignore', writer],
      },
    );
    await once(filler, 'close');
    const config = join(folder, 'serve.yml');
    writeFileSync(
      config,
      JSON.stringify({
        listen: { policy: `unix:${socket}`, milter: 'off' },
        dns: { servers: ['127.0.0.1'] },
      }),
    );
    const child = spawn(process.execPath, [BIN, 'serve', '-c', config], {
      stdio: ['ignore', 'ignore', writer],
    });
    const ended = once(child, 'close') as Promise<[number | null]>;
    await answers(socket);
    child.kill('SIGTERM');
    const [status] = await ended;
    closeSync(writer);
    closeSync(reader);
    expect(status).toBe(0);
  });
});

/** Asks the daemon there for one decision, as soon as it listens. */
async function answers(path: string): Promise<void> {
  for (let i = 0; i < 500 && !existsSync(path); i++) await new Promise((resolve) => setTimeout(resolve, 20));
  const socket = connect(path);
  socket.write(REQUEST);
  await once(socket, 'data');
  socket.destroy();
}

const REQUEST = 'request=smtpd_access_policy\nprotocol_state=RCPT\nclient_address=127.0.0.1\n\n';

describe('spawn', () => {
  test.each([
    { words: ['-c', '/dev/null'], status: 0, says: 'action=' },
    { words: ['--config', '/dev/null'], status: 0, says: 'action=' },
    { words: ['--config=/dev/null'], status: 0, says: 'action=' },
    { words: ['/dev/null'], status: 0, says: 'action=' },
    { words: ['a', 'b'], status: 64, says: '' },
    { words: ['-c'], status: 64, says: '' },
    { words: ['-c', '/dev/null', 'b'], status: 64, says: '' },
    { words: ['--frobnicate'], status: 64, says: '' },
    { words: ['--', 'b'], status: 64, says: '' },
    { words: ['--help'], status: 0, says: 'spfwarden spawn [file]' },
  ])('$words: $status, and nothing on standard error', async ({ words, status, says }) => {
    const ended = await runProgram(['spawn', ...words], REQUEST);
    expect(ended.stderr).toBe('');
    expect(ended.stdout.slice(0, says === '' ? undefined : says.length)).toBe(says);
    expect(ended.status).toBe(status);
  });
});

test('help is in one language', async () => {
  const [english, german] = await Promise.all(
    ['C', 'de_DE.UTF-8'].map((locale) => runNode([BIN, '--help'], { LC_ALL: locale, LANG: locale })),
  );
  expect(german).toEqual(english);
  expect(german?.stdout).toContain('Options:');
});
