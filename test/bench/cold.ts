/** How long a check takes of names that nobody has asked for yet, when every DNS answer takes its time. */
import { setTimeout as sleep } from 'node:timers/promises';

import { COLD_SHAPES, coldMail, type ColdShape } from './cold-shapes.js';
import type { ColdServer } from './cold-servers.js';
import type { DelayServer } from './delay-server.js';
import { ForeignCpu } from './process-figures.js';
import { median, quantile } from './statistics.js';
import { table, type Cell } from './table.js';

export const DELAY_MS = 20;
/** Of each shape; the first few warm the code and do not count. */
export const COLD_REPETITIONS = 14;
const WARMING = 3;

/** What each shape may take, in what it must take. */
const MARK = 1.15;

/** Questions of a check that has its answer may still be under way: the next one waits until they are not. */
const REST_MS = 2 * DELAY_MS;

export interface ColdContestant {
  readonly name: string;
  readonly server: ColdServer;
}

/** One check. */
interface Sample {
  readonly ms: number;
  readonly questions: number;
  readonly result: string;
}

export interface ColdFigures {
  readonly shape: ColdShape;
  /** In the order of the contestants. */
  readonly samples: readonly (readonly Sample[])[];
}

/** Asks all of them in turns, so that a change of the machine's mood meets each. Their names and caches are cold,
 *  their code is not. */
export async function measureCold(
  contestants: readonly ColdContestant[],
  dns: DelayServer,
): Promise<readonly ColdFigures[]> {
  const all = COLD_SHAPES.map((shape) => ({ shape, samples: contestants.map((): Sample[] => []) }));
  for (let repetition = 0; repetition < COLD_REPETITIONS; repetition++) {
    for (const [number, { shape, samples }] of all.entries()) {
      for (const [index, { server }] of contestants.entries()) {
        const before = await dns.questions();
        const { ms, result } = await server.check(coldMail(shape, number, repetition));
        await sleep(REST_MS);
        const questions = (await dns.questions()) - before;
        if (repetition >= WARMING) samples[index]?.push({ ms, questions, result });
      }
    }
  }
  return all;
}

/** The table, and beside it what the measuring itself costs. The first contestant is ours. */
export async function reportCold(contestants: readonly ColdContestant[], dns: DelayServer): Promise<string> {
  const foreign = new ForeignCpu();
  const times = await dns.answerTimes(100);
  const figures = await measureCold(contestants, dns);
  const names = contestants.map(({ name }) => name);
  return [
    table(
      `cold: every DNS answer after ${DELAY_MS} ms, HELO and MAIL FROM, names nobody has asked for ` +
        `(medians of ${COLD_REPETITIONS - WARMING}; foreign CPU ${foreign.cores.toFixed(2)})`,
      [
        'record',
        'result',
        'links',
        'least ms',
        ...names.flatMap((name) => [`${name} ms`, 'x least', 'questions']),
        'ours, 9 of 10',
        'mark',
        '',
      ],
      figures.map(rowOf),
    ),
    `  links: questions of the longest chain in which each needs the answer to the one before; least: ${DELAY_MS} ms for each.`,
    `  A plain socket has its answer from this name server after ${milliseconds(median(times))} ms, ` +
      `nine of ten times within ${milliseconds(quantile(times, 0.9))} ms.\n`,
  ].join('\n');
}

function rowOf({ shape, samples }: ColdFigures): readonly Cell[] {
  const leastMs = shape.links * DELAY_MS;
  const timesLeast = (values: readonly Sample[], share: number): number =>
    quantile(
      values.map(({ ms }) => ms / leastMs),
      share,
    );
  const cells = samples.flatMap((values): Cell[] => {
    const wrong = values.find(({ result }) => result !== shape.result);
    const ms = milliseconds(median(values.map((sample) => sample.ms)));
    return [
      wrong === undefined ? ms : `${ms} (${wrong.result}!)`,
      timesLeast(values, 0.5),
      String(median(values.map(({ questions }) => questions))),
    ];
  });
  const ours = samples[0] ?? [];
  const isMet = timesLeast(ours, 0.5) <= MARK && ours.every((sample) => sample.result === shape.result);
  const mark = [`at most ${MARK}`, isMet ? 'met' : 'missed'];
  const { name, result, links } = shape;
  return [name, result, String(links), String(leastMs), ...cells, timesLeast(ours, 0.9), ...mark];
}

function milliseconds(ms: number): string {
  return ms.toFixed(1);
}
