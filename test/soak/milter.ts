/** A daemon with many mail servers at once over the milter protocol, reloads, and a stop while they are at work: is any
 *  message lost that had begun, and is anything said that nobody asked? */
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import { SeededRandom } from '../bench/random.js';
import type { MilterClient } from '../support/milter-client.js';
import { RELOADED, startDaemon, type Daemon } from '../support/daemon.js';
import { startResponder } from '../support/dns-responder.js';
import { openLine, runLane, type Lane, type Line, type Watch } from './milter-mail.js';
import { zone, DOMAINS } from './reload.js';
import { goodFile } from './reload-files.js';

export interface MilterPlan {
  readonly seed: number;
  /** Half of them over a unix socket, the others over TCP. */
  readonly connections: number;
  /** Of each connection. */
  readonly messages: number;
  readonly reloads: number;
  /** The longest that a mail server thinks. */
  readonly thinkMs: number;
}

export interface MilterReport {
  readonly begun: number;
  readonly finished: number;
  readonly refused: number;
  /** Of the begun ones: not answered at all, because the daemon was stopping. */
  readonly turnedAway: number;
  readonly lost: number;
  readonly wrong: number;
  /** What was lost or wrong, in words; the first ones. */
  readonly problems: readonly string[];
  /** When the daemon was told to stop. */
  readonly openAtStop: number;
  readonly reloaded: number;
  /** Finished messages with one line in the log, and lines of any other number or message. */
  readonly logged: number;
  readonly othersLogged: number;
  readonly slowestMs: number;
  readonly elapsedMs: number;
  /** From the signal to the end of the process. */
  readonly drainMs: number;
  readonly exitStatus: number | null;
  /** What else the log tells: nothing, if all is well. */
  readonly remarks: readonly string[];
}

/** So that there are always checks in progress. */
const DNS_DELAY_MS = 20;
/** Connections that are made at the same time: a unix socket refuses those that its queue has no room for. */
const AT_ONCE = 50;
/** The daemon is told to stop when so much of the mail is through. */
const STOP_AT = 0.85;
const TICK_MS = 2;
export const DRAIN_MS = 20_000;
const SHOWN = 20;

/** A message's line in the log begins with its queue id. */
const LINE = /^(l\d+m\d+): spf /gm;
/** What a daemon says besides that is well. */
const EXPECTED = [
  /^l\d+m\d+: spf /,
  RELOADED,
  /^listening /,
  /^stopping /,
  /^the DNS cache /,
  /^stopped abandoned=0$/,
];

/** Throws where the system lets a process have too few files open. */
export async function milterUnderLoad(plan: MilterPlan): Promise<MilterReport> {
  const [limit, needed] = [openFilesLimit(), 2 * plan.connections];
  if (limit !== null && limit < needed) {
    throw new Error(`a process may have only ${limit} files open (ulimit -n), and this takes ${needed}`);
  }
  const folder = mkdtempSync(join(tmpdir(), 'spfwarden-soak-'));
  const responder = await startResponder(zone(), {
    ttl: 1,
    keepsQueries: false,
    react: (_query, usual) => (usual === null ? 'drop' : { messages: [usual], afterMs: DNS_DELAY_MS }),
  });
  const path = join(folder, 'milter.sock');
  const file = (number: number): object => ({
    ...goodFile(number, [responder.address]),
    listen: { policy: 'off', milter: [`unix:${path}`, '127.0.0.1:0'] },
    log: { level: 'info' },
    server: { max_connections: plan.connections, drain: `${DRAIN_MS}ms` },
  });
  const daemon = startDaemon(file(0), { environment: { SPFWARDEN_LISTEN_MILTER: undefined } });
  try {
    return await run(plan, daemon, path, file);
  } finally {
    if (daemon.child.exitCode === null) await daemon.stop('SIGKILL');
    await responder.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

async function run(
  plan: MilterPlan,
  daemon: Daemon,
  path: string,
  file: (number: number) => object,
): Promise<MilterReport> {
  const port = await daemon.port();
  const total = plan.connections * plan.messages;
  const finished = new Set<string>();
  const clients: MilterClient[] = [];
  const problems: string[] = [];
  const count = { begun: 0, refused: 0, turnedAway: 0, lost: 0, wrong: 0, open: 0 };
  let slowestMs = 0;
  let inForce = 0;
  let isStopping = false;
  const say = (problem: string): void => {
    if (problems.length < SHOWN) problems.push(problem);
  };
  const watch: Watch = {
    oldest: () => inForce,
    isStopping: () => isStopping,
    opened: (client) => clients.push(client),
    begun: () => count.begun++,
    finished: (queueId, isRefused) => {
      finished.add(queueId);
      if (isRefused) count.refused++;
    },
    turnedAway: () => count.turnedAway++,
    lost: (why) => {
      count.lost++;
      say(`lost: ${why}`);
    },
    wrong: (why) => {
      count.wrong++;
      say(`wrong: ${why}`);
    },
    answeredIn: (elapsedMs) => (slowestMs = Math.max(slowestMs, elapsedMs)),
  };

  const lanes = Array.from({ length: plan.connections }, (_, i): Lane => ({
    name: `l${i}`,
    random: new SeededRandom(plan.seed + i),
    messages: plan.messages,
    domains: DOMAINS,
    thinkMs: plan.thinkMs,
    dial: () => dial(i % 2 === 0 ? connect(path) : connect(port, '127.0.0.1')),
  }));
  const opened = await openAll(lanes, watch);
  const startMs = performance.now();
  count.open = lanes.length;
  const running = opened.map(([lane, line]) => runLane(lane, line, watch).finally(() => count.open--));
  const share = async (part: number): Promise<void> => {
    while (count.open > 0 && finished.size < part * total) await sleep(TICK_MS);
  };

  for (let i = 1; i <= plan.reloads; i++) {
    await share((STOP_AT * i) / (plan.reloads + 1));
    daemon.write(file(i));
    await daemon.hangUp();
    inForce = i;
  }
  await share(STOP_AT);
  const openAtStop = count.open;
  const stopMs = performance.now();
  isStopping = true;
  const exitStatus = await daemon.stop();
  const drainMs = performance.now() - stopMs;
  await Promise.all(running);
  for (const { unasked } of clients) {
    for (const { kind } of unasked) watch.wrong(`${kind}, and nobody had asked`);
  }

  const log = daemon.stderr();
  const logged = logOf(log, finished);
  return {
    ...count,
    ...logged,
    finished: finished.size,
    problems,
    openAtStop,
    reloaded: [...log.matchAll(/^the configuration is read anew and in force/gm)].length,
    slowestMs,
    elapsedMs: stopMs - startMs,
    drainMs,
    exitStatus,
    remarks: log
      .trimEnd()
      .split('\n')
      .filter((line) => !EXPECTED.some((pattern) => pattern.test(line))),
  };
}

async function openAll(lanes: readonly Lane[], watch: Watch): Promise<(readonly [Lane, Line])[]> {
  const opened: (readonly [Lane, Line])[] = [];
  for (let i = 0; i < lanes.length; i += AT_ONCE) {
    const some = lanes.slice(i, i + AT_ONCE);
    opened.push(
      ...(await Promise.all(some.map(async (lane) => [lane, await openLine(lane, watch)] as const))),
    );
  }
  return opened;
}

async function dial(socket: Socket): Promise<Socket> {
  socket.setNoDelay();
  await once(socket, 'connect');
  return socket;
}

function logOf(log: string, finished: ReadonlySet<string>): { logged: number; othersLogged: number } {
  const counts = new Map<string, number>();
  for (const [, queueId = ''] of log.matchAll(LINE)) counts.set(queueId, (counts.get(queueId) ?? 0) + 1);
  const logged = [...finished].filter((queueId) => counts.get(queueId) === 1).length;
  return { logged, othersLogged: counts.size - logged };
}

/** All that is not as it should be, a line each. */
export function problemsOf(plan: MilterPlan, report: MilterReport): readonly string[] {
  const { begun, finished, turnedAway, lost, logged, othersLogged, remarks } = report;
  const problems = [...report.problems];
  const say = (isSo: boolean, text: string): void => {
    if (isSo) problems.push(text);
  };
  say(lost > 0, `${lost} messages were lost`);
  say(report.wrong > 0, `${report.wrong} answers were wrong`);
  say(
    begun !== finished + turnedAway + lost,
    `nobody knows of ${begun - finished - turnedAway - lost} messages`,
  );
  say(report.openAtStop === 0, 'all was done before the daemon was told to stop');
  say(report.reloaded !== plan.reloads, `${report.reloaded} of ${plan.reloads} reloads are in the log`);
  say(logged !== finished, `${finished - logged} finished messages have not one line in the log`);
  say(othersLogged > 0, `${othersLogged} other messages have lines in the log`);
  say(report.drainMs > DRAIN_MS, `the daemon took ${report.drainMs.toFixed(0)} ms to end`);
  for (const remark of remarks.slice(0, SHOWN)) problems.push(`the log says: ${remark}`);
  say(report.exitStatus !== 0, `the daemon ended with ${report.exitStatus ?? 'a signal'}`);
  return problems;
}

/** How many files this process may have open; null where the kernel does not tell. */
function openFilesLimit(): number | null {
  if (!existsSync('/proc/self/limits')) return null;
  const [, limit] = /^Max open files +(\d+)/m.exec(readFileSync('/proc/self/limits', 'utf8')) ?? [];
  return limit === undefined ? null : Number(limit);
}
