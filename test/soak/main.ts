/**
 * `npm run soak -- [--minutes N] [--seed N]`: 500 messages at once against a name server that fails three questions
 * of ten. Exits with 1 if a result was wrong or something has grown.
 * With `--reload`: a daemon under load whose configuration is replaced 200 times a minute.
 * With `--milter`: a daemon with 1,000 mail servers at once, each with 20 messages, that is stopped while they are at work.
 */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { parseArgs } from 'node:util';
import { fileURLToPath } from 'node:url';

import { SPF_RESULTS } from '../../src/smtp/index.js';
import { milterUnderLoad, problemsOf as problemsOfMilter } from './milter.js';
import { problemsOf as problemsOfReload, reloadUnderLoad } from './reload.js';
import { isMore, soak, type Handles, type Interval, type SoakReport } from './soak.js';

const AT_ONCE = 500;
const SHARE = 0.3;
const MINUTE_MS = 60_000;
/** A heap may breathe by so much between two of its measurements. */
const BREATH_BYTES = 2 * 2 ** 20;
/** The same for open files: sockets are kept for a while. */
const BREATH_FILES = 50;
const SHOWN_WRONG = 20;

/** Of the soak of the reload. */
const REQUESTS_PER_SECOND = 2000;
const RELOADS_PER_MINUTE = 200;

/** Of the soak of the milter. */
const MILTER = { connections: 1000, messages: 20, reloads: 5, thinkMs: 100 };

const WIDTHS = [8, 10, 10, ...SPF_RESULTS.map(() => 10), 7, 6, 7, 10] as const;

function printRow(cells: readonly (string | number)[]): void {
  process.stdout.write(`${cells.map((cell, i) => String(cell).padStart(WIDTHS[i] ?? 0)).join('')}\n`);
}

function mebibytes(bytes: number | null): string {
  return bytes === null ? '-' : (bytes / 2 ** 20).toFixed(2);
}

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      minutes: { type: 'string' },
      seed: { type: 'string' },
      reload: { type: 'boolean' },
      milter: { type: 'boolean' },
    },
  });
  const isReload = values.reload === true;
  const minutes = Number(values.minutes ?? (isReload ? 1 : 10));
  const seed = Number(values.seed ?? 1);
  if (!(minutes > 0) || !Number.isInteger(seed) || seed === 0) {
    process.stderr.write('usage: npm run soak -- [--reload | --milter] [--minutes N] [--seed N]\n');
    return 64;
  }
  if (values.milter === true) return soakMilter(seed);
  return isReload ? soakReload(minutes, seed) : soakChecks(minutes, seed);
}

async function soakChecks(minutes: number, seed: number): Promise<number> {
  const responder = fork(fileURLToPath(new URL('responder-process.js', import.meta.url)), [
    String(seed),
    String(SHARE),
  ]);
  const [server] = (await once(responder, 'message')) as [string];
  const questions = async (): Promise<number> => {
    responder.send('count');
    const [count] = (await once(responder, 'message')) as [number];
    return count;
  };

  // At least three, so that there is something to compare.
  const intervals = Math.max(3, Math.round(minutes));
  const plan = { server, seed, atOnce: AT_ONCE, intervals, intervalMs: (minutes * MINUTE_MS) / intervals };
  process.stdout.write(
    `soak: seed ${seed}, ${minutes} min, ${AT_ONCE} messages at once, ${100 * SHARE} % of all questions fail\n`,
  );
  printRow(['minute', 'messages', 'questions', ...SPF_RESULTS, 'wrong', 'busy', 'files', 'heap MiB']);
  let asked = 0;
  let passed = 0;
  const report = await soak(plan, async (interval) => {
    passed++;
    const count = await questions();
    printInterval(((minutes * passed) / intervals).toFixed(1), interval, count - asked);
    asked = count;
  });
  const problems = problemsOf(report);
  for (const problem of problems) process.stdout.write(`${problem}\n`);
  process.stdout.write(problems.length === 0 ? 'nothing was wrong, nothing has grown\n' : '');
  responder.disconnect();
  return problems.length === 0 ? 0 : 1;
}

function printInterval(
  minute: string,
  { messages, results, wrong, handles, heapBytes }: Interval,
  asked: number,
): void {
  const counts = SPF_RESULTS.map((result) => results.get(result) ?? 0);
  const { busy, files } = handles;
  printRow([minute, messages, asked, ...counts, wrong.length, busy, files, mebibytes(heapBytes)]);
}

function problemsOf({ intervals, before, after }: SoakReport): readonly string[] {
  const problems = intervals.flatMap(({ wrong }) => wrong).slice(0, SHOWN_WRONG);
  const heaps = intervals.map(({ heapBytes }) => heapBytes ?? 0);
  const [first = 0, last = 0] = [heaps[0], heaps.at(-1)];
  if (last > first + BREATH_BYTES) {
    problems.push(`the heap has grown from ${mebibytes(first)} to ${mebibytes(last)} MiB`);
  }
  const [firstFiles = 0, lastFiles = 0] = [intervals[0]?.handles.files, intervals.at(-1)?.handles.files];
  if (lastFiles > firstFiles + BREATH_FILES) {
    problems.push(`open files have grown from ${firstFiles} to ${lastFiles}`);
  }
  if (isMore(after, before)) problems.push(`left open: ${show(after)}; before: ${show(before)}`);
  return problems;
}

function show({ busy, files }: Handles): string {
  return `${busy} busy handles, ${files} files`;
}

async function soakReload(minutes: number, seed: number): Promise<number> {
  const plan = {
    seed,
    seconds: Math.ceil(60 * minutes),
    perSecond: REQUESTS_PER_SECOND,
    reloads: Math.ceil(RELOADS_PER_MINUTE * minutes),
  };
  process.stdout.write(
    `soak: seed ${seed}, ${plan.seconds} s, ${plan.perSecond} policy requests a second, ${plan.reloads} reloads\n`,
  );
  const report = await reloadUnderLoad(plan);
  const rows = [
    ['requests sent', report.sent],
    ['answered', report.answered],
    ['wrong', report.wrongCount],
    ['messages across a reload', report.across],
    ['slowest answer, ms', report.slowestMs.toFixed(1)],
    ['good files', report.goodFiles],
    ['taken', report.taken],
    ['broken files', report.brokenFiles],
    ['refused', report.refused],
    ['open files at first', report.filesBefore],
    ['open files at last', report.filesAfter],
  ] as const;
  printFigures(rows);
  return concluded(problemsOfReload(plan, report));
}

async function soakMilter(seed: number): Promise<number> {
  const plan = { ...MILTER, seed };
  process.stdout.write(
    `soak: seed ${seed}, ${plan.connections} mail servers at once, ${plan.messages} messages each, ${plan.reloads} reloads\n`,
  );
  const report = await milterUnderLoad(plan);
  const seconds = report.elapsedMs / 1000;
  printFigures([
    ['messages begun', report.begun],
    ['finished', report.finished],
    ['refused', report.refused],
    ['with a line in the log', report.logged],
    ['turned away by the stop', report.turnedAway],
    ['lost', report.lost],
    ['wrong or not asked for', report.wrong],
    ['reloads', report.reloaded],
    ['connections at the stop', report.openAtStop],
    ['seconds until the stop', seconds.toFixed(1)],
    ['slowest answer, ms', report.slowestMs.toFixed(1)],
    ['drain, ms', report.drainMs.toFixed(0)],
    ['exit status', report.exitStatus ?? 'a signal'],
  ]);
  return concluded(problemsOfMilter(plan, report));
}

function printFigures(rows: readonly (readonly [name: string, value: string | number])[]): void {
  for (const [name, value] of rows) process.stdout.write(`${name.padEnd(28)}${String(value).padStart(8)}\n`);
}

/** The exit status. */
function concluded(problems: readonly string[]): number {
  for (const problem of problems) process.stdout.write(`${problem}\n`);
  process.stdout.write(problems.length === 0 ? 'nothing was lost, nothing was wrong\n' : '');
  return problems.length === 0 ? 0 : 1;
}

process.exitCode = await main();
