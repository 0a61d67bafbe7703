/** A daemon under load whose configuration is replaced again and again: is any answer lost, and is any of no
 *  configuration, of two, or of another than the rest of its message? */
import { existsSync, readdirSync, rmSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

import { nameKey, queryName } from '../../src/dns/index.js';
import type { Zone } from '../../src/resolver/index.js';
import { SeededRandom } from '../bench/random.js';
import { REFUSED, RELOADED, startDaemon, type Daemon } from '../support/daemon.js';
import { startResponder } from '../support/dns-responder.js';
import { ownerOf } from '../support/zone.js';
import { policyLoad, type Asked, type LoadFigures, type Mail } from './policy-load.js';
import { brokenFile, FAULTS, goodFile, KINDS, numberOf, RECORDS } from './reload-files.js';

export interface ReloadPlan {
  readonly seed: number;
  readonly seconds: number;
  readonly perSecond: number;
  /** How many times the file is replaced; a third of the files are broken. */
  readonly reloads: number;
}

export interface ReloadReport extends LoadFigures {
  /** What was wrong, in words; the first ones. */
  readonly wrong: readonly string[];
  readonly wrongCount: number;
  /** Messages that ended under a configuration that was not in force any more. */
  readonly across: number;
  /** How many files of each kind there were, and how many times the log tells each. */
  readonly goodFiles: number;
  readonly brokenFiles: number;
  readonly taken: number;
  readonly refused: number;
  /** What else the log tells: nothing, if all is well. */
  readonly remarks: readonly string[];
  /** Files and sockets of the daemon before the first connection and after the last; 0 where the kernel does not
   *  tell. */
  readonly filesBefore: number;
  readonly filesAfter: number;
  /** Of the daemon, when it was told to stop. */
  readonly exitStatus: number | null;
}

const CONNECTIONS = 16;
/** Of each kind. */
export const DOMAINS = 50;
/** So that there are always checks in progress. */
const DNS_DELAY_MS = 3;
const SHOWN = 20;
const WORD_WITHIN_MS = 30_000;
/** For connections that are closed, and questions whose answer nobody needs any more. */
const REST_MS = 1000;
/** The sockets of one resolver, which may be kept for a while. */
const BREATH_FILES = 20;

/** A message, and which configurations could be the one that it began with. */
interface Message extends Mail {
  readonly oldest: number;
  /** The configuration of its first answer. */
  number: number | null;
}

export async function reloadUnderLoad(plan: ReloadPlan): Promise<ReloadReport> {
  const options = {
    ttl: 1,
    keepsQueries: false,
    react: (_query: unknown, usual: Buffer | null) =>
      usual === null ? ('drop' as const) : { messages: [usual], afterMs: DNS_DELAY_MS },
  };
  const responders = await Promise.all([startResponder(zone(), options), startResponder(zone(), options)]);
  const servers = responders.map(({ address }) => address);
  const daemon = startDaemon(goodFile(0, servers));
  try {
    return await run(plan, daemon, servers);
  } finally {
    if (daemon.child.exitCode === null) await daemon.stop('SIGKILL');
    await Promise.all(responders.map((responder) => responder.close()));
  }
}

async function run(plan: ReloadPlan, daemon: Daemon, servers: readonly string[]): Promise<ReloadReport> {
  const random = new SeededRandom(plan.seed);
  const good = new Set([0]);
  let inForce = 0;
  let across = 0;
  const wrong: string[] = [];
  let wrongCount = 0;
  const isWrong = (what: string, { message, stage, answer }: Asked<Message>): void => {
    if (++wrongCount <= SHOWN) wrong.push(`${message.kind} ${stage}: ${what}: ${JSON.stringify(answer)}`);
  };

  const begin = (): Message => {
    const kind = random.pick(KINDS);
    return {
      kind,
      sender: `user@${kind}${random.integer(1, DOMAINS)}.example`,
      oldest: inForce,
      number: null,
    };
  };
  const onAnswer = (asked: Asked<Message>): void => {
    const { message, stage, isFirst, answer } = asked;
    const number = numberOf(answer, message.kind, stage);
    if (number === null) isWrong('of no configuration, or a mixture', asked);
    else if (!good.has(number)) isWrong('of a file that is broken or not written yet', asked);
    else if (number < message.oldest)
      isWrong(`older than number ${message.oldest}, which was in force`, asked);
    else if (!isFirst && number !== message.number) isWrong(`number ${message.number} came before`, asked);
    if (isFirst) message.number = number;
    else if (number !== null && number < inForce) across++;
  };

  const requests = plan.seconds * plan.perSecond;
  const everyMs = (plan.seconds * 1000) / (plan.reloads + 1);
  const port = await daemon.port();
  const filesBefore = openFiles(daemon);
  const load = { port, connections: CONNECTIONS, perSecond: plan.perSecond, requests };
  const loading = policyLoad({ ...load, holdMs: everyMs }, begin, onAnswer);

  const startMs = performance.now();
  let brokenInThree = 0;
  let brokenFiles = 0;
  for (let i = 1; i <= plan.reloads; i++) {
    await sleep(Math.max(0, startMs + i * everyMs - performance.now()));
    if (i % 3 === 1) brokenInThree = random.integer(0, 2);
    const isBroken = (i - 1) % 3 === brokenInThree;
    if (isBroken) {
      brokenFiles++;
      const text = brokenFile(i, servers, random.pick(FAULTS));
      if (text === null) rmSync(daemon.file, { force: true });
      else daemon.write(text);
    } else {
      good.add(i);
      daemon.write(goodFile(i, servers));
    }
    await withinTime(daemon.hangUp(isBroken ? REFUSED : RELOADED), `file ${i}`);
    if (!isBroken) inForce = i;
  }
  const figures = await loading;
  await sleep(REST_MS);
  const filesAfter = openFiles(daemon);
  const exitStatus = await daemon.stop();
  const lines = daemon.stderr().trimEnd().split('\n');
  return {
    ...figures,
    wrong,
    wrongCount,
    across,
    goodFiles: plan.reloads - brokenFiles,
    brokenFiles,
    taken: lines.filter((line) => RELOADED.test(line)).length,
    // All of these files have one problem, and the same warning besides.
    refused: lines.filter((line) => REFUSED.test(line) && !line.includes(WARNING)).length,
    remarks: lines.filter((line) => !isExpected(line)),
    filesBefore,
    filesAfter,
    exitStatus,
  };
}

/** That other programs could take forged fields for those which tell the messages' configurations. */
const WARNING = 'warning: headers.add: ';
/** What a daemon says that is well. */
const EXPECTED = [RELOADED, REFUSED, /^listening /, /^stopping /, /^stopped abandoned=0$/];

function isExpected(line: string): boolean {
  return line.includes(WARNING) || EXPECTED.some((pattern) => pattern.test(line));
}

function openFiles({ child }: Daemon): number {
  const folder = `/proc/${child.pid ?? 0}/fd`;
  return existsSync(folder) ? readdirSync(folder).length : 0;
}

async function withinTime<T>(waited: Promise<T>, what: string): Promise<T> {
  const stop = new AbortController();
  const late = sleep(WORD_WITHIN_MS, null, { signal: stop.signal }).then(() => {
    throw new Error(`the daemon has no word on ${what}`);
  });
  late.catch(() => undefined); // when it is called off
  try {
    return await Promise.race([waited, late]);
  } finally {
    stop.abort();
  }
}

/** The records of all sender domains. */
export function zone(): Zone {
  const names = KINDS.flatMap((kind) =>
    Array.from({ length: DOMAINS }, (_, i) => [kind, `${kind}${i + 1}.example`] as const),
  );
  return new Map(
    names.map(([kind, text]) => {
      const name = queryName(text);
      return [nameKey(name), ownerOf(name, { TXT: [RECORDS[kind]] })];
    }),
  );
}

/** All that is not as it should be, a line each. */
export function problemsOf(plan: ReloadPlan, report: ReloadReport): readonly string[] {
  const { sent, answered, wrong, wrongCount, taken, refused, goodFiles, brokenFiles, remarks } = report;
  const problems = [...wrong];
  const say = (isSo: boolean, text: string): void => {
    if (isSo) problems.push(text);
  };
  say(wrongCount > wrong.length, `and ${wrongCount - wrong.length} more that were wrong`);
  say(sent !== plan.seconds * plan.perSecond, `only ${sent} requests could be sent`);
  say(answered !== sent, `${sent - answered} requests were not answered`);
  say(taken !== goodFiles, `${taken} of ${goodFiles} good files were taken`);
  say(refused !== brokenFiles, `${refused} of ${brokenFiles} broken files were refused`);
  for (const remark of remarks.slice(0, SHOWN)) problems.push(`the log says: ${remark}`);
  const { filesBefore, filesAfter } = report;
  say(filesAfter > filesBefore + BREATH_FILES, `open files have grown from ${filesBefore} to ${filesAfter}`);
  say(report.exitStatus !== 0, `the daemon ended with ${report.exitStatus ?? 'a signal'}`);
  return problems;
}
