import { afterAll, afterEach, describe, expect, test } from '@jest/globals';
import {
  existsSync,
  linkSync,
  lstatSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import type { Event } from '../../src/events/index.js';
import { listen, ListenError, type ListenAddress, type Listener } from '../../src/server/index.js';
import { groupNumber, userNumber } from '../../src/server/accounts.js';
import { ManualClock } from '../support/manual-clock.js';
import { Client } from './client.js';
import { Lines } from './lines.js';

type UnixAddress = Extract<ListenAddress, { kind: 'unix' }>;

const directory = mkdtempSync(join(tmpdir(), 'sw-'));
let number = 0;
const listeners: Listener[] = [];

afterEach(async () => {
  for (const listener of listeners.splice(0)) await listener.drain(0);
});
afterAll(() => {
  rmSync(directory, { recursive: true });
});

function address(more: Partial<UnixAddress> = {}): UnixAddress {
  const path = join(directory, `s${++number}`);
  return { kind: 'unix', path, mode: 0o660, owner: null, group: null, ...more };
}

async function start(
  where: ListenAddress,
  report: (event: Event) => void = () => undefined,
): Promise<Listener> {
  const listener = await listen(where, new Lines().converse, {
    service: 'policy',
    clock: new ManualClock(),
    report,
  });
  listeners.push(listener);
  return listener;
}

async function refusal(where: ListenAddress): Promise<ListenError> {
  try {
    await start(where);
  } catch (error) {
    if (error instanceof ListenError) return error;
    throw error;
  }
  throw new Error('it listens');
}

async function answers(where: ListenAddress): Promise<void> {
  const client = new Client(where);
  await client.ask('a\n', 'a!\n');
  client.socket.destroy();
}

/** A socket that nobody listens on, as a server leaves it that was killed. */
async function stale(path: string): Promise<void> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(`${path}.other`, resolve));
  linkSync(`${path}.other`, path);
  await new Promise((resolve) => server.close(resolve));
}

describe('a unix socket', () => {
  test('answers, is reported, and is gone afterwards', async () => {
    const events: Event[] = [];
    const where = address();
    const listener = await start(where, (event) => events.push(event));
    expect(events).toEqual([{ kind: 'listening', service: 'policy', address: `unix:${where.path}` }]);
    await answers(where);
    const client = new Client(where);
    await client.ask('host\n', 'null\n');
    client.socket.destroy();
    await listener.drain(0);
    expect(existsSync(where.path)).toBe(false);
  });

  test.each([0o660, 0o666, 0o600, 0o777])('has mode %o, whatever the umask', async (mode) => {
    const before = process.umask(0o027);
    const where = address({ mode });
    await start(where);
    expect(process.umask(before)).toBe(0o027);
    expect(lstatSync(where.path).mode & 0o777).toBe(mode);
  });

  test('has the owner and the group that it shall have', async () => {
    const mine = { uid: process.getuid?.() ?? 0, gid: process.getgid?.() ?? 0 };
    // Only root can give a socket away.
    const { uid, gid } = mine.uid === 0 ? { uid: 65_534, gid: 65_534 } : mine;
    const where = address({ owner: String(uid), group: String(gid) });
    await start(where);
    expect(lstatSync(where.path)).toMatchObject({ uid, gid });
    await answers(where);
  });

  test('keeps its owner where only the group is said', async () => {
    const gid = process.getgid?.() ?? 0;
    const where = address({ group: String(gid) });
    await start(where);
    expect(lstatSync(where.path)).toMatchObject({ uid: process.getuid?.(), gid });
  });

  test('takes the place of a stale one', async () => {
    const where = address();
    await stale(where.path);
    await start(where);
    await answers(where);
  });

  test('does not take the place of a living one', async () => {
    const where = address();
    await start(where);
    const error = await refusal(where);
    expect(error).toMatchObject({ code: 'in-use', message: `another server is listening on ${where.path}` });
    await answers(where);
  });

  test('never of a plain file', async () => {
    const where = address();
    writeFileSync(where.path, 'precious');
    expect(await refusal(where)).toMatchObject({ code: 'not-a-socket' });
    expect(readFileSync(where.path, 'utf8')).toBe('precious');
  });

  test('nor of a link, even to a stale socket', async () => {
    const [where, other] = [address(), address()];
    await stale(other.path);
    symlinkSync(other.path, where.path);
    expect(await refusal(where)).toMatchObject({ code: 'not-a-socket' });
    expect(existsSync(other.path)).toBe(true);
  });

  test('has a path of 107 octets', async () => {
    const where = address({ path: `${directory}/`.padEnd(107, 'p') });
    await start(where);
    await answers(where);
  });

  test.each<{ name: string; more: () => Partial<UnixAddress>; code: string }>([
    {
      name: 'a path of 108 octets',
      more: () => ({ path: `${directory}/`.padEnd(108, 'p') }),
      code: 'bad-path',
    },
    { name: 'no directory', more: () => ({ path: join(directory, 'no', 's') }), code: 'no-directory' },
    { name: 'no such group', more: () => ({ group: 'no-such-group' }), code: 'unknown-account' },
    { name: 'no such user', more: () => ({ owner: 'no-such-user' }), code: 'unknown-account' },
  ])('refused: $name', async ({ more, code }) => {
    const where = address(more());
    expect(await refusal(where)).toMatchObject({ code });
    expect(existsSync(where.path)).toBe(false);
  });
});

test('a TCP port that is taken', async () => {
  const listener = await start({ kind: 'tcp', host: '127.0.0.1', port: 0 });
  const error = await refusal(listener.address);
  expect(error.code).toBe('in-use');
  expect(error.message).toMatch(/^cannot listen on 127\.0\.0\.1:\d+: /);
  expect(error.cause).toMatchObject({ code: 'EADDRINUSE' });
});

test.each([
  { account: 'mail', number: 8 },
  { account: 'postfix', number: 115 },
  { account: '42', number: 42 },
  { account: 'x', number: null },
  { account: 'broken', number: null },
])('the number of "$account"', ({ account, number: expected }) => {
  const file = join(directory, 'accounts');
  writeFileSync(file, 'mail:x:8:\npostfix:x:115:a,b\nbroken:x\n\nbroken:x:y:\n');
  expect(groupNumber(account, file)).toBe(expected);
  expect(userNumber(account, file)).toBe(expected);
});
