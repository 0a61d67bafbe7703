/** Servers under load, side by side: what each of them took for it. */
import { availableMiB, cpuSeconds, ForeignCpu, residentMiB } from './process-figures.js';
import { nextMessage, type Programs } from './programs.js';
import type { Server } from './servers.js';

export interface Contestant<S extends Server> {
  readonly name: string;
  start(): Promise<S>;
  /** What every connection takes, in MiB: a machine that has not got it is spared. */
  readonly perConnectionMiB: number;
}

export interface Contest<S extends Server> {
  readonly contestants: readonly Contestant<S>[];
  /** The module of this folder that makes the load; it takes a `LoadOrder` and answers with its result. */
  readonly generator: string;
  /** The argument of that module, which goes there as JSON. */
  readonly planFor: (server: S) => object;
  readonly connections: number;
  readonly seconds: number;
  readonly repetitions: number;
  readonly dnsPid: number;
}

/** A message to a load generator: use all connections for so long; with 0 seconds, each of them once. */
export interface LoadOrder {
  readonly seconds: number;
}

/** One repetition. */
export interface Window<Result> {
  readonly result: Result;
  /** Seconds of the processor. */
  readonly cpu: number;
  readonly dnsCpu: number;
  readonly foreignCores: number;
}

export interface Measured<Result> {
  readonly name: string;
  readonly startMiB: number;
  readonly loadedMiB: number;
  readonly windows: readonly Window<Result>[];
}

/** Until all connections have had an answer: with policyd-spf each has to start a Python. */
const READY_MS = 120_000;
const GRACE_MS = 30_000;

interface Running<S extends Server> {
  readonly name: string;
  readonly server: S;
  readonly startMiB: number;
  readonly generator: ReturnType<Programs['fork']>;
}

/**
 * Measures all at one number of connections. They run at the same time and work in turns, so that a change of
 * the machine's mood meets all of them. `remark` is told what had to be left out.
 */
export async function compete<S extends Server, Result>(
  programs: Programs,
  contest: Contest<S>,
  remark: (text: string) => void,
): Promise<readonly Measured<Result>[]> {
  const { contestants, connections, seconds, repetitions } = contest;
  const all: { readonly running: Running<S>; readonly windows: Window<Result>[] }[] = [];
  for (const contestant of contestants) {
    try {
      all.push({ running: await open(programs, contestant, contest), windows: [] });
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      remark(`left out: ${contestant.name} with ${connections} connections: ${why}`);
    }
  }
  for (const { running } of all) await run(running.generator, seconds / 2, GRACE_MS); // warms the code
  for (let i = 0; i < repetitions; i++) {
    for (const { running, windows } of all) windows.push(await measureOnce<Result>(running, contest));
  }
  const measured = all.map(({ running: { name, server, startMiB }, windows }) => ({
    name,
    startMiB,
    loadedMiB: residentMiB(server.pids()),
    windows,
  }));
  for (const { running } of all) {
    await programs.stop(running.generator);
    await running.server.stop();
  }
  return measured;
}

async function open<S extends Server>(
  programs: Programs,
  contestant: Contestant<S>,
  { generator: module, planFor, connections }: Contest<S>,
): Promise<Running<S>> {
  const neededMiB = contestant.perConnectionMiB * connections;
  if (neededMiB > availableMiB()) throw new Error(`it takes ${neededMiB} MiB`);
  const server = await contestant.start();
  const startMiB = residentMiB(server.pids());
  const generator = programs.fork(module, [JSON.stringify(planFor(server))]);
  try {
    await run(generator, 0, READY_MS);
  } catch (error) {
    await programs.stop(generator);
    await server.stop();
    throw error;
  }
  return { name: contestant.name, server, startMiB, generator };
}

async function run(
  generator: Running<Server>['generator'],
  seconds: number,
  graceMs: number,
): Promise<unknown> {
  const order: LoadOrder = { seconds };
  const result = nextMessage(generator, seconds * 1000 + graceMs);
  generator.send(order);
  return result;
}

async function measureOnce<Result>(
  { generator, server }: Running<Server>,
  { seconds, dnsPid }: Pick<Contest<Server>, 'seconds' | 'dnsPid'>,
): Promise<Window<Result>> {
  const pids = server.pids();
  const foreign = new ForeignCpu();
  const [cpuBefore, dnsBefore] = [cpuSeconds(pids), cpuSeconds([dnsPid])];
  const result = (await run(generator, seconds, GRACE_MS)) as Result;
  return {
    result,
    cpu: cpuSeconds(pids) - cpuBefore,
    dnsCpu: cpuSeconds([dnsPid]) - dnsBefore,
    foreignCores: foreign.cores,
  };
}
