/** Requests a second, latency, work and memory of policy servers, side by side. */
import { compete, type Contestant, type Measured } from './contest.js';
import type { LoadPlan, LoadResult } from './load-process.js';
import type { Programs } from './programs.js';
import type { PolicyServer } from './servers.js';
import { median } from './statistics.js';

/** Medians of the repetitions. */
export interface PolicyFigures {
  readonly name: string;
  readonly connections: number;
  readonly perSecond: number;
  readonly p50Us: number;
  readonly p99Us: number;
  /** Seconds of the processor for 10,000 requests. */
  readonly cpu: number;
  /** The same, of the name server. */
  readonly dnsCpu: number;
  readonly startMiB: number;
  readonly loadedMiB: number;
  readonly generatorCores: number;
  /** The largest of the repetitions. */
  readonly foreignCores: number;
  readonly actions: LoadResult['actions'];
}

export interface PolicyPlan {
  readonly connections: number;
  readonly seconds: number;
  readonly repetitions: number;
  readonly seed: number;
  readonly dnsPid: number;
}

/** Measures all at one number of connections. `remark` is told what had to be left out. */
export async function measurePolicy(
  programs: Programs,
  contestants: readonly Contestant<PolicyServer>[],
  plan: PolicyPlan,
  remark: (text: string) => void,
): Promise<readonly PolicyFigures[]> {
  const planFor = ({ port }: PolicyServer): LoadPlan => ({
    port,
    connections: plan.connections,
    seed: plan.seed,
  });
  const contest = { ...plan, contestants, generator: 'load-process', planFor };
  const measured = await compete<PolicyServer, LoadResult>(programs, contest, remark);
  return measured.map((one) => figuresOf(one, plan.connections));
}

function figuresOf(
  { name, startMiB, loadedMiB, windows }: Measured<LoadResult>,
  connections: number,
): PolicyFigures {
  const medianOf = (figure: (window: (typeof windows)[number]) => number): number =>
    median(windows.map(figure));
  return {
    name,
    connections,
    perSecond: medianOf(({ result }) => result.perSecond),
    p50Us: medianOf(({ result }) => result.p50Us),
    p99Us: medianOf(({ result }) => result.p99Us),
    cpu: medianOf(({ cpu, result }) => (cpu * 10_000) / result.requests),
    dnsCpu: medianOf(({ dnsCpu, result }) => (dnsCpu * 10_000) / result.requests),
    startMiB,
    loadedMiB,
    generatorCores: medianOf(({ result }) => result.generatorCores),
    foreignCores: Math.max(...windows.map(({ foreignCores }) => foreignCores)),
    actions: windows.at(-1)?.result.actions ?? {},
  };
}
