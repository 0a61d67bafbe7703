/** Many checks at once against a name server that is ill, for as long as it takes: is any result wrong, and does
 *  anything grow? */
import { existsSync, readdirSync } from 'node:fs';
import { setImmediate as turn, setTimeout as sleep } from 'node:timers/promises';

import { openDns } from '../../src/app/dns.js';
import { configuredJudge } from '../../src/app/policy-service.js';
import { loadConfig, printProblems, type Config, type OptionName } from '../../src/config/index.js';
import { nameKey, queryName, type Lookup } from '../../src/dns/index.js';
import { zoneLookup, type Zone, type ZoneOwner } from '../../src/resolver/index.js';
import type { SpfResult } from '../../src/smtp/index.js';
import { matchedTerm, type Outcome } from '../../src/spf/index.js';
import { systemClock } from '../../src/util/index.js';
import type { Judge, Transaction, Verdict } from '../../src/verdict/index.js';
import { drawMail } from '../bench/mail.js';
import { generateWorld, type World } from '../bench/world.js';
import { transactionOf } from '../support/transaction.js';
import { ownerOf } from '../support/zone.js';

export interface SoakPlan {
  /** The name server, as the configuration names it. */
  readonly server: string;
  /** Of the world that it serves. */
  readonly seed: number;
  /** How many messages are judged at the same time. */
  readonly atOnce: number;
  readonly intervals: number;
  readonly intervalMs: number;
}

/** What is open. */
export interface Handles {
  /** Sockets and timers that would keep the process from ending. */
  readonly busy: number;
  /** All that the kernel knows of; 0 where it does not tell. */
  readonly files: number;
}

export interface Interval {
  readonly messages: number;
  /** Of the identities that were checked. */
  readonly results: ReadonlyMap<SpfResult, number>;
  /** What came that is neither the right result nor temperror. */
  readonly wrong: readonly string[];
  /** When all messages of the interval were judged, and nothing more was asked for a second. */
  readonly handles: Handles;
  /** After garbage collection, or null where that cannot be asked for. */
  readonly heapBytes: number | null;
}

export interface SoakReport {
  readonly intervals: readonly Interval[];
  /** Before anything was opened, and when all was closed. */
  readonly before: Handles;
  readonly after: Handles;
}

const MAIL = 4000;
/** For what was asked ahead and is not needed: more than the tries of a question take together. */
const REST_MS = 1000;
const CLOSING_MS = 10_000;

/** What the two halves of the messages are judged with: little time for a server, so that much goes wrong. */
const COMMON = { 'dns.timeout': '200ms', 'dns.tries': '2', 'dns.outage_guard.then': 'off' };
const CONFIGS = [
  { ...COMMON, 'dns.cache.entries': '0' },
  // Less than the world has names, and shorter than an interval: it is full, and all it holds is replaced.
  { ...COMMON, 'dns.cache.entries': '400', 'dns.cache.failure_ttl': '1s', 'dns.cache.serve_stale': '5s' },
] as const;

/** Runs it. `onInterval` is told of each interval as it ends, and holds up the next one. */
export async function soak(
  plan: SoakPlan,
  onInterval: (interval: Interval) => Promise<void>,
): Promise<SoakReport> {
  const world = generateWorld(plan.seed);
  const configs = await Promise.all(CONFIGS.map((options) => configOf(plan.server, options)));
  const cases = casesOf(world, configs[0] ?? missing());
  const before = openHandles();
  const sources = await Promise.all(configs.map((config) => openDns(config, systemClock, () => undefined)));
  const judges = configs.map((config, i) => judgeOf(config, (sources[i] ?? missing()).lookup));
  const intervals: Interval[] = [];
  for (let i = 0; i < plan.intervals; i++) {
    const interval = await runInterval(plan, judges, cases);
    await onInterval(interval);
    intervals.push(interval);
  }
  for (const source of sources) source.close();
  return { intervals, before, after: await handlesBackAt(before) };
}

/** The names of a world as a zone. */
export function zoneOf(world: World): Zone {
  const zone = new Map<string, ZoneOwner>();
  for (const [text, at] of world.zone) {
    const name = queryName(text);
    zone.set(nameKey(name), ownerOf(name, at));
  }
  return zone;
}

interface Case {
  readonly transaction: Transaction;
  /** From the same zone in memory. */
  readonly right: Verdict;
}

/** The world has no `ptr`: a failure there is no error but no match (RFC 7208 §5.5), so results may differ. */
function casesOf(world: World, config: Config): readonly Case[] {
  const judge = judgeOf(config, zoneLookup(zoneOf(world)));
  return drawMail(world, MAIL, world.senders.length).map((mail) => {
    const transaction = transactionOf(mail);
    const right = judge.judge(transaction);
    if (right instanceof Promise) throw new Error('a promise, though every answer is at hand');
    return { transaction, right };
  });
}

async function configOf(server: string, options: Readonly<Record<string, string>>): Promise<Config> {
  const overrides = Object.entries({ 'dns.servers': [server], ...options }).map(([option, value]) => ({
    option: option as OptionName,
    flag: 'soak',
    value,
  }));
  const loaded = await loadConfig({ path: '/dev/null', overrides });
  if (!loaded.ok) throw new Error(printProblems(loaded.error));
  return loaded.value.config;
}

function judgeOf(config: Config, lookup: Lookup): Judge {
  return configuredJudge(config, lookup, systemClock, () => undefined);
}

async function runInterval(
  plan: SoakPlan,
  judges: readonly Judge[],
  cases: readonly Case[],
): Promise<Interval> {
  const endMs = performance.now() + plan.intervalMs;
  const results = new Map<SpfResult, number>();
  const wrong: string[] = [];
  let messages = 0;
  const work = async (judge: Judge): Promise<void> => {
    while (performance.now() < endMs) {
      const one = cases[messages++ % cases.length] ?? missing();
      const verdict = judge.judge(one.transaction);
      // An answer at hand is no reason to keep the others from theirs.
      const given = verdict instanceof Promise ? await verdict : await turn(verdict);
      for (const identity of ['helo', 'mailFrom'] as const) {
        const outcome = given[identity];
        if (outcome !== null) results.set(outcome.result, (results.get(outcome.result) ?? 0) + 1);
        if (!isRight(outcome, one.right[identity])) wrong.push(difference(one, identity, outcome));
      }
    }
  };
  await Promise.all(
    Array.from({ length: plan.atOnce }, (_, i) => work(judges[i % judges.length] ?? missing())),
  );
  await sleep(REST_MS);
  return { messages, results, wrong, handles: openHandles(), heapBytes: await heapBytes() };
}

function isRight(outcome: Outcome | null, right: Outcome | null): boolean {
  if (outcome === null || right === null) return outcome === right;
  if (outcome.result === 'temperror') return true;
  return outcome.result === right.result && matchedTerm(outcome) === matchedTerm(right);
}

function difference(
  { transaction, right }: Case,
  identity: 'helo' | 'mailFrom',
  got: Outcome | null,
): string {
  return JSON.stringify({
    ...transaction,
    client: transaction.client?.toString(),
    identity,
    got,
    right: right[identity],
  });
}

function openHandles(): Handles {
  return {
    busy: process.getActiveResourcesInfo().filter((kind) => /^(?:UDP|TCP|TLS|Timeout)/.test(kind)).length,
    files: existsSync('/proc/self/fd') ? readdirSync('/proc/self/fd').length : 0,
  };
}

/** What is open when it is no more than it was, or when patience ends. */
async function handlesBackAt(before: Handles): Promise<Handles> {
  const endMs = performance.now() + CLOSING_MS;
  for (;;) {
    const now = openHandles();
    if (!isMore(now, before) || performance.now() > endMs) return now;
    await turn();
  }
}

/** Whether something is open that was not before. */
export function isMore(now: Handles, before: Handles): boolean {
  return now.busy > before.busy || now.files > before.files;
}

async function heapBytes(): Promise<number | null> {
  if (globalThis.gc === undefined) return null;
  for (let i = 0; i < 3; i++) {
    await turn(); // what was waiting for a turn to be let go
    globalThis.gc();
  }
  return process.memoryUsage().heapUsed;
}

function missing(): never {
  throw new Error('a list is shorter than it was made');
}
