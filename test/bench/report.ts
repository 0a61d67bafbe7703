/** Prints what was measured, with ratios, and the marks beside them. */
import type { EngineReport } from './engine.js';
import { STYLES, type MilterFigures, type MilterPlan } from './milter.js';
import type { PolicyFigures } from './policy.js';
import type { SpawnFigures } from './spawn.js';
import { figure, table } from './table.js';

/** Policy servers are compared at this number of connections. */
const COMPARED_AT = 50;
const LARGE = 500;

export function printEngine({ figures, results }: EngineReport, foreignCores: number): string {
  const checks = [...results.values()].reduce((sum, count) => sum + count, 0);
  const shares = [...results].map(([result, count]) => `${result} ${percent(count / checks)}`);
  return table(
    `engine: checks of MAIL FROM on one thread, DNS in memory (${shares.join(', ')})`,
    ['', 'checks/s', 'checks/CPU-s', 'us/check', 'foreign CPU'],
    figures.map(({ name, checksPerSecond, checksPerCpuSecond }) => [
      name,
      checksPerSecond,
      checksPerCpuSecond,
      1e6 / checksPerCpuSecond,
      foreignCores,
    ]),
  );
}

export function printPolicy(figures: readonly PolicyFigures[]): string {
  const [ours] = figures;
  if (ours === undefined) return '';
  return table(
    `policy: ${ours.connections} connections, one request at a time on each`,
    [
      'server',
      'req/s',
      'p50 us',
      'p99 us',
      'CPU s/10k',
      'DNS CPU s/10k',
      'MiB start',
      'MiB loaded',
      'generator CPU',
      'foreign CPU',
      'ours/it req/s',
      'it/ours CPU',
      'answers',
    ],
    figures.map((row) => [
      row.name,
      row.perSecond,
      row.p50Us,
      row.p99Us,
      row.cpu,
      row.dnsCpu,
      row.startMiB,
      row.loadedMiB,
      row.generatorCores,
      row.foreignCores,
      ours.perSecond / row.perSecond,
      row.cpu / ours.cpu,
      answers(row),
    ]),
  );
}

export function printMilter(
  figures: readonly MilterFigures[],
  { socket, style, connections }: Pick<MilterPlan, 'socket' | 'style' | 'connections'>,
): string {
  const [ours] = figures;
  if (ours === undefined) return '';
  return table(
    `milter: ${connections} connections at a time over ${socket} sockets, as Postfix writes, messages on each: ${STYLES[style]}`,
    [
      'milter',
      'msg/s',
      'p50 us',
      'p99 us',
      'session p50 us',
      'session p99 us',
      'CPU s/10k',
      'DNS CPU s/10k',
      'generator CPU',
      'foreign CPU',
      'ours/it msg/s',
      'it/ours CPU',
      'fields/msg',
      'answers',
    ],
    figures.map((row) => [
      row.name,
      row.perSecond,
      row.p50Us,
      row.p99Us,
      row.sessionP50Us,
      row.sessionP99Us,
      row.cpu,
      row.dnsCpu,
      row.generatorCores,
      row.foreignCores,
      ours.perSecond / row.perSecond,
      row.cpu / ours.cpu,
      row.fields / row.messages,
      shares(row.answers),
    ]),
  );
}

export function printSpawn(figures: readonly SpawnFigures[], starts: number, foreignCores: number): string {
  const [ours] = figures;
  return table(
    `spawn: from the start of a process to its first answer, ${starts} starts (foreign CPU ${figure(foreignCores)})`,
    ['', 'median ms', 'p90 ms', 'it/ours'],
    figures.map(({ name, medianMs, p90Ms }) => [name, medianMs, p90Ms, medianMs / (ours?.medianMs ?? NaN)]),
  );
}

/** The marks, and whether each is met. */
export function printSummary(policy: readonly PolicyFigures[], spawned: readonly SpawnFigures[]): string {
  const at = (name: string, connections: number): PolicyFigures | undefined =>
    policy.find((row) => row.name === name && row.connections === connections);
  const ours = at('spfwarden', COMPARED_AT);
  const peer = at('policyd-spf', COMPARED_AT);
  const floor = at('DUNNO in Node', COMPARED_AT);
  const large = at('spfwarden', LARGE);
  const rows: (readonly string[])[] = [];
  const mark = (what: string, value: number, least: number | null, most: number | null): void => {
    const isMet = value >= (least ?? -Infinity) && value <= (most ?? Infinity);
    const wanted = least === null ? `at most ${most ?? ''}` : `at least ${least}`;
    rows.push([what, figure(value), wanted, isMet ? 'met' : 'missed']);
  };
  if (floor !== undefined) {
    rows.push(['requests/s that the load generator is known to reach', figure(floor.perSecond), '', '']);
  }
  if (ours !== undefined && peer !== undefined) {
    mark(
      `requests/s, ours/policyd-spf, ${COMPARED_AT} connections`,
      ours.perSecond / peer.perSecond,
      12,
      null,
    );
    mark(`CPU per request, policyd-spf/ours, ${COMPARED_AT} connections`, peer.cpu / ours.cpu, 20, null);
  }
  if (large !== undefined) mark(`MiB with ${LARGE} connections`, large.loadedMiB, null, 150);
  const ms = (name: string): number => spawned.find((row) => row.name === name)?.medianMs ?? NaN;
  const ratio = ms('policyd-spf') / ms('spfwarden, by itself');
  if (!Number.isNaN(ratio)) rows.push(['spawn, policyd-spf/ours by itself', figure(ratio), '', '']);
  return rows.length === 0 ? '' : table('summary', ['', 'is', 'mark', ''], rows);
}

const WORDS: Readonly<Record<string, string>> = {
  D: 'dunno',
  P: 'prepend',
  p: 'prepend',
  d: 'dunno',
  '5': '550',
};

function answers({ actions }: PolicyFigures): string {
  return shares(actions, (letter) => WORDS[letter] ?? letter);
}

/** What each is of all, the largest first. */
function shares(
  counts: Readonly<Record<string, number>>,
  wordFor: (key: string) => string = (key) => key,
): string {
  const all = Object.values(counts).reduce((sum, count) => sum + count, 0);
  return Object.entries(counts)
    .sort(([, a], [, b]) => b - a)
    .map(([key, count]) => `${wordFor(key)} ${percent(count / all)}`)
    .join(' ');
}

function percent(share: number): string {
  return `${Math.round(share * 100)}%`;
}
