/**
 * Name servers that do whatever can go wrong. Each has its required outcome, alone and with a good server beside
 * it, and the longest time that it may take; and none of them leaves a socket, a timer or a question behind.
 */
import { readdirSync } from 'node:fs';

import { afterEach, describe, expect, test } from '@jest/globals';

import type { Event } from '../../src/events/index.js';
import { createResolver, RESOLVER_DEFAULTS, type ResolverSettings } from '../../src/resolver/index.js';
import { systemClock, type Clock } from '../../src/util/index.js';
import { shown } from './asking.js';
import { AUTHORITY, closing, FULL_ZONE, PLAIN, TCP, TEXT, TLS, type Row } from './chaos-rows.js';

afterEach(() => closing.close());

const SETTINGS: ResolverSettings = {
  ...RESOLVER_DEFAULTS,
  servers: [],
  tlsCa: AUTHORITY.cert,
  timeoutMs: 300,
  tries: 1,
};
/** Of a question, in milliseconds. */
const DEADLINE_MS = 2000;
/** What a busy machine may add. Not to be measured with: that is for the bench. */
const SLACK_MS = 2000;

/** What keeps this process alive, but for timers: those of the resolver come from its clock. */
function handles(): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const kind of process.getActiveResourcesInfo()) counts[kind] = (counts[kind] ?? 0) + 1;
  delete counts['Timeout'];
  return counts;
}

/** The system's clock, and how many callbacks of it are still to come. */
class CountingClock implements Clock {
  pending = 0;

  now(): number {
    return systemClock.now();
  }

  wall(): number {
    return systemClock.wall();
  }

  after(delayMs: number, callback: () => void): () => void {
    this.pending++;
    let isOver = false;
    const end = (): void => {
      if (!isOver) this.pending--;
      isOver = true;
    };
    const cancel = systemClock.after(delayMs, () => {
      end();
      callback();
    });
    return () => {
      end();
      cancel();
    };
  }
}

/** Node does not tell of sockets that let the process end; Linux does. */
function descriptors(): number {
  return process.platform === 'linux' ? readdirSync('/proc/self/fd').length : 0;
}

async function settled(): Promise<void> {
  for (let i = 0; i < 20; i++) await new Promise((turn) => setImmediate(turn));
}

/** Waits for sockets that close in later turns of the event loop. If they do not, the test never ends. */
async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await new Promise((turn) => setTimeout(turn, 2));
}

/** Asks three questions at once and gives what is said of the first; then looks at what is left. */
async function run(
  row: Row,
  isBeside: boolean,
  deadlineMs: number,
): Promise<{ answer: string; events: Event[] }> {
  await settled();
  const [before, descriptorsBefore] = [handles(), descriptors()];
  const first = await row.start();
  const servers = isBeside ? [first, (await closing.responder(FULL_ZONE)).server] : [first];
  const events: Event[] = [];
  const clock = new CountingClock();
  const resolver = createResolver({ ...SETTINGS, tries: row.tries ?? 1, servers }, clock, {
    report: (event) => events.push(event),
  });
  const [name, type] = [row.name ?? 'a.example', row.type ?? 'TXT'];
  const started = systemClock.now();
  const answers = await Promise.all([
    shown(resolver, name, type, deadlineMs),
    shown(resolver, 'a.example', 'MX', deadlineMs),
    shown(resolver, 'b.example', 'A', deadlineMs),
  ]);
  expect(systemClock.now() - started).toBeLessThan(deadlineMs + SLACK_MS);

  expect(clock.pending).toBe(0);

  // With the servers gone, nothing keeps the process alive, though the resolver is open.
  await closing.close();
  await until(() => JSON.stringify(handles()) === JSON.stringify(before));
  resolver.close();
  await until(() => descriptors() <= descriptorsBefore);
  expect([handles(), clock.pending]).toEqual([before, 0]);
  const [answer] = answers;
  return { answer: answer.startsWith('record 0') ? `${answer.split(', ').length} texts` : answer, events };
}

describe.each([
  ['over UDP', PLAIN],
  ['over TCP, after a truncated answer', TCP],
  ['over TLS', TLS],
])('%s', (_what, rows) => {
  test.each(rows)('$what: as it has to be', async (row) => {
    const alone = await run(row, false, DEADLINE_MS);
    expect(alone.answer).toEqual(row.alone ?? TEXT);
    const beside = await run(row, true, DEADLINE_MS);
    expect(beside.answer).toBe(row.beside ?? TEXT);
    const down = [...alone.events, ...beside.events].filter(({ kind }) => kind === 'dns-server-down');
    const reasons = down.map((event) => (event.kind === 'dns-server-down' ? event.why : ''));
    if (row.down === undefined) expect(reasons).toEqual([]);
    else expect(reasons.join()).toMatch(row.down);
  });

  test.each(rows)('$what: over when time is', async (row) => {
    const { answer } = await run(row, false, 40);
    if (!answer.startsWith('[')) expect(answer).toEqual(row.alone ?? TEXT);
  });
});
