/** Messages a second, latency and work of milters, side by side. */
import { compete, type Contestant, type Measured } from './contest.js';
import type { MilterLoadPlan, MilterLoadResult } from './milter-load-process.js';
import type { MilterServer, SocketKind } from './milter-servers.js';
import type { Programs } from './programs.js';
import { median } from './statistics.js';

/** Messages of a connection: most clients send Postfix one, those of mailing lists send many. */
export const STYLES = { postfix: 1, many: 20 } as const;
export type Style = keyof typeof STYLES;

/** Medians of the repetitions. */
export interface MilterFigures {
  readonly name: string;
  readonly perSecond: number;
  readonly p50Us: number;
  readonly p99Us: number;
  readonly sessionP50Us: number;
  readonly sessionP99Us: number;
  /** Seconds of the processor for 10,000 messages. */
  readonly cpu: number;
  /** The same, of the name server. */
  readonly dnsCpu: number;
  readonly generatorCores: number;
  /** The largest of the repetitions. */
  readonly foreignCores: number;
  /** Of the last repetition. */
  readonly messages: number;
  readonly answers: MilterLoadResult['answers'];
  readonly fields: number;
}

export interface MilterPlan {
  /** All contestants listen on such a one. */
  readonly socket: SocketKind;
  readonly style: Style;
  readonly connections: number;
  readonly seconds: number;
  readonly repetitions: number;
  readonly seed: number;
  readonly dnsPid: number;
}

/** Measures all with one kind of load. `remark` is told what had to be left out. */
export async function measureMilter(
  programs: Programs,
  contestants: readonly Contestant<MilterServer>[],
  plan: MilterPlan,
  remark: (text: string) => void,
): Promise<readonly MilterFigures[]> {
  const planFor = ({ address }: MilterServer): MilterLoadPlan => ({
    address,
    connections: plan.connections,
    messagesPerConnection: STYLES[plan.style],
    seed: plan.seed,
  });
  const contest = { ...plan, contestants, generator: 'milter-load-process', planFor };
  const measured = await compete<MilterServer, MilterLoadResult>(programs, contest, remark);
  return measured.map(figuresOf);
}

function figuresOf({ name, windows }: Measured<MilterLoadResult>): MilterFigures {
  const medianOf = (figure: (window: (typeof windows)[number]) => number): number =>
    median(windows.map(figure));
  const last = windows.at(-1)?.result;
  return {
    name,
    perSecond: medianOf(({ result }) => result.perSecond),
    p50Us: medianOf(({ result }) => result.p50Us),
    p99Us: medianOf(({ result }) => result.p99Us),
    sessionP50Us: medianOf(({ result }) => result.sessionP50Us),
    sessionP99Us: medianOf(({ result }) => result.sessionP99Us),
    cpu: medianOf(({ cpu, result }) => (cpu * 10_000) / result.messages),
    dnsCpu: medianOf(({ dnsCpu, result }) => (dnsCpu * 10_000) / result.messages),
    generatorCores: medianOf(({ result }) => result.generatorCores),
    foreignCores: Math.max(...windows.map(({ foreignCores }) => foreignCores)),
    messages: last?.messages ?? 0,
    answers: last?.answers ?? {},
    fields: last?.fields ?? 0,
  };
}
