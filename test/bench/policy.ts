/** Requests a second, latency, work and memory of policy servers, side by side. */
import type { LoadOrder, LoadPlan, LoadResult } from './load-process.js';
import { availableMiB, cpuSeconds, ForeignCpu, residentMiB } from './process-figures.js';
import { nextMessage, type Programs } from './programs.js';
import type { PolicyServer } from './servers.js';
import { median } from './statistics.js';

export interface Contestant {
  readonly name: string;
  start(): Promise<PolicyServer>;
  /** What every connection takes, in MiB: a machine that has not got it is spared. */
  readonly perConnectionMiB: number;
}

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

/** Until all connections have had an answer: with policyd-spf each has to start a Python. */
const READY_MS = 120_000;
const GRACE_MS = 30_000;

interface Running {
  readonly contestant: Contestant;
  readonly server: PolicyServer;
  readonly startMiB: number;
  readonly generator: ReturnType<Programs['fork']>;
  readonly windows: Window[];
}

interface Window {
  readonly result: LoadResult;
  readonly cpu: number;
  readonly dnsCpu: number;
  readonly foreignCores: number;
}

/**
 * Measures all at one number of connections. They run at the same time and work in turns, so that a change of
 * the machine's mood meets all of them. `remark` is told what had to be left out.
 */
export async function measurePolicy(
  programs: Programs,
  contestants: readonly Contestant[],
  plan: PolicyPlan,
  remark: (text: string) => void,
): Promise<readonly PolicyFigures[]> {
  const running: Running[] = [];
  for (const contestant of contestants) {
    try {
      running.push(await open(programs, contestant, plan));
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      remark(`left out: ${contestant.name} with ${plan.connections} connections: ${why}`);
    }
  }
  for (const { generator } of running) await run(generator, plan.seconds / 2, GRACE_MS); // warms the code
  for (let i = 0; i < plan.repetitions; i++) for (const one of running) await measureOnce(one, plan);
  const figures = running.map((one) => figuresOf(one, plan));
  for (const { generator, server } of running) {
    await programs.stop(generator);
    await server.stop();
  }
  return figures;
}

async function open(programs: Programs, contestant: Contestant, plan: PolicyPlan): Promise<Running> {
  const neededMiB = contestant.perConnectionMiB * plan.connections;
  if (neededMiB > availableMiB()) throw new Error(`it takes ${neededMiB} MiB`);
  const server = await contestant.start();
  const startMiB = residentMiB(server.pids());
  const load: LoadPlan = { port: server.port, connections: plan.connections, seed: plan.seed };
  const generator = programs.fork('load-process', [JSON.stringify(load)]);
  try {
    await run(generator, 0, READY_MS);
  } catch (error) {
    await programs.stop(generator);
    await server.stop();
    throw error;
  }
  return { contestant, server, startMiB, generator, windows: [] };
}

async function run(generator: Running['generator'], seconds: number, graceMs: number): Promise<LoadResult> {
  const order: LoadOrder = { seconds };
  const result = nextMessage(generator, seconds * 1000 + graceMs);
  generator.send(order);
  return (await result) as LoadResult;
}

async function measureOnce(
  { generator, server, windows }: Running,
  { seconds, dnsPid }: PolicyPlan,
): Promise<void> {
  const pids = server.pids();
  const foreign = new ForeignCpu();
  const [cpuBefore, dnsBefore] = [cpuSeconds(pids), cpuSeconds([dnsPid])];
  const result = await run(generator, seconds, GRACE_MS);
  const per10k = 10_000 / result.requests;
  windows.push({
    result,
    cpu: (cpuSeconds(pids) - cpuBefore) * per10k,
    dnsCpu: (cpuSeconds([dnsPid]) - dnsBefore) * per10k,
    foreignCores: foreign.cores,
  });
}

function figuresOf({ contestant, server, startMiB, windows }: Running, plan: PolicyPlan): PolicyFigures {
  const medianOf = (figure: (window: Window) => number): number => median(windows.map(figure));
  return {
    name: contestant.name,
    connections: plan.connections,
    perSecond: medianOf(({ result }) => result.perSecond),
    p50Us: medianOf(({ result }) => result.p50Us),
    p99Us: medianOf(({ result }) => result.p99Us),
    cpu: medianOf(({ cpu }) => cpu),
    dnsCpu: medianOf(({ dnsCpu }) => dnsCpu),
    startMiB,
    loadedMiB: residentMiB(server.pids()),
    generatorCores: medianOf(({ result }) => result.generatorCores),
    foreignCores: Math.max(...windows.map(({ foreignCores }) => foreignCores)),
    actions: windows.at(-1)?.result.actions ?? {},
  };
}
