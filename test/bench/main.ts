/** `npm run bench`: what the engine, the policy server and the milter do, beside their peers and what Node itself
 *  allows. `--help`, or any word that is no option, tells what there is. */
import { mkdtempSync, rmSync } from 'node:fs';
import { availableParallelism, cpus, tmpdir } from 'node:os';
import { join } from 'node:path';

import { COLD_REPETITIONS, DELAY_MS, reportCold, type ColdContestant } from './cold.js';
import { policyClient, rspamd } from './cold-servers.js';
import type { Contestant } from './contest.js';
import { startDelayServer } from './delay-server.js';
import { measureEngine } from './engine.js';
import { drawMail } from './mail.js';
import { measureMilter } from './milter.js';
import {
  freeAddress,
  startMilterDaemon,
  startMilterFloor,
  startPyspfMilter,
  type MilterServer,
  type SocketKind,
} from './milter-servers.js';
import { furnish, insideFolder, runInside, whyNoNamespaces } from './namespaces.js';
import { startNameServer, type NameServer } from './name-server.js';
import { readOptions, USAGE, type BenchOptions } from './options.js';
import { goFirst, goInTurn } from './priority.js';
import { measurePolicy, type PolicyFigures } from './policy.js';
import { ForeignCpu } from './process-figures.js';
import { freePort, programPath, Programs } from './programs.js';
import { printEngine, printMilter, printPolicy, printSpawn, printSummary } from './report.js';
import { prepareRequests } from './requests.js';
import {
  policydSpf,
  spfwarden,
  startDaemon,
  startFloor,
  startSpawned,
  writeConfig,
  type PolicyServer,
} from './servers.js';
import { measureSpawn, type SpawnFigures, type Starter } from './spawn.js';
import { generateWorld } from './world.js';

const SEED = 1;
const REPETITIONS = 3;
const STARTS = 20;
const DNS_PORT = 53;

function print(text: string): void {
  process.stdout.write(`${text}\n`);
}

/** What all parts share. */
interface Bench {
  readonly options: BenchOptions;
  readonly programs: Programs;
  readonly folder: string;
  readonly nameServer: NameServer;
  /** The words that run policyd-spf, where it can be measured. */
  readonly peer: readonly string[] | null;
  /** Why nothing that asks whom resolv.conf names can be measured; null if it can. */
  readonly obstacle: string | null;
}

async function main(): Promise<number> {
  const options = readOptions(process.argv.slice(2));
  if (options === null) {
    process.stderr.write(USAGE);
    return 64;
  }
  const inside = insideFolder();
  if (inside !== null) return run(options, inside, null);
  const folder = mkdtempSync(join(tmpdir(), 'spfwarden-bench-'));
  process.on('exit', () => {
    rmSync(folder, { recursive: true, force: true });
  });
  const obstacle = whyNoNamespaces();
  return obstacle === null ? runInside(folder) : run(options, folder, obstacle);
}

/** `obstacle` says why this does not happen in namespaces of our own; null if it does. */
async function run(options: BenchOptions, folder: string, obstacle: string | null): Promise<number> {
  const stop = (): void => process.exit(1);
  process.on('SIGINT', stop).on('SIGTERM', stop);
  print(
    `${availableParallelism()} x ${cpus()[0]?.model.trim() ?? 'unknown processor'}, Node ${process.version}`,
  );
  const world = generateWorld(SEED);
  if (options.parts.includes('engine')) {
    const foreign = new ForeignCpu();
    const report = measureEngine(world, options.seconds, REPETITIONS);
    print(printEngine(report, foreign.cores));
  }
  if (options.parts.every((part) => part === 'engine')) return 0;

  if (obstacle === null) furnish(folder);
  const programs = new Programs();
  const command = options.parts.some((part) => part !== 'engine' && part !== 'milter')
    ? peer(folder, obstacle)
    : null;
  if (options.parts.includes('cold')) print(await coldPart(programs, folder, command));
  if (options.parts.every((part) => part === 'engine' || part === 'cold')) return 0;

  const nameServer = await startNameServer(programs, world, SEED, folder, obstacle === null ? DNS_PORT : 0);
  print(`the resolver is ${nameServer.name}, with every answer at hand\n`);
  const bench: Bench = { options, programs, folder, nameServer, peer: command, obstacle };
  const policy = options.parts.includes('policy') ? await policyPart(bench) : [];
  if (options.parts.includes('milter')) await milterPart(bench);
  const spawned = options.parts.includes('spawn') ? await spawnPart(bench) : [];
  print(printSummary(policy, spawned));
  await programs.stopAll();
  return 0;
}

function peer(folder: string, obstacle: string | null): readonly string[] | null {
  const path = pathOfPeer('policyd-spf', obstacle);
  return path === null ? null : policydSpf(path, folder);
}

/** Peers ask whom resolv.conf names, so that it has to be ours. */
function pathOfPeer(name: string, obstacle: string | null): string | null {
  const path = programPath(name);
  if (path !== null && obstacle === null) return path;
  print(`left out: ${name}: ${obstacle ?? 'it is not installed'}`);
  return null;
}

/** Over before the resolver of the other parts takes its port. */
async function coldPart(programs: Programs, folder: string, command: Bench['peer']): Promise<string> {
  if (!goFirst()) print('cold: not allowed to go before other processes, so that they may add to the times');
  const dns = await startDelayServer(programs, DELAY_MS, COLD_REPETITIONS, command === null ? 0 : DNS_PORT);
  const daemon = await startDaemon(programs, folder, dns.port);
  const contestants: ColdContestant[] = [{ name: 'spfwarden', server: await policyClient(daemon) }];
  if (command !== null) {
    const server = await policyClient(await startSpawned(programs, command));
    contestants.push({ name: 'policyd-spf', server });
  }
  const startRspamd = rspamd(programs, folder, dns.port);
  if (startRspamd === null) print('left out: rspamd: it is not installed');
  else contestants.push({ name: 'rspamd', server: await startRspamd() });
  const text = await reportCold(contestants, dns);
  for (const { server } of contestants) await server.stop();
  await dns.stop();
  goInTurn();
  return text;
}

async function policyPart(bench: Bench): Promise<readonly PolicyFigures[]> {
  const { options, programs, folder, nameServer, peer: command } = bench;
  const contestants: Contestant<PolicyServer>[] = [
    { name: 'spfwarden', perConnectionMiB: 0, start: () => startDaemon(programs, folder, nameServer.port) },
    { name: 'DUNNO in Node', perConnectionMiB: 0, start: () => startFloor(programs) },
  ];
  if (command !== null) {
    const start = () => startSpawned(programs, command);
    contestants.push({ name: 'policyd-spf', perConnectionMiB: 12, start });
  }
  const all: PolicyFigures[] = [];
  for (const connections of options.connections) {
    const { seconds } = options;
    const plan = { connections, seconds, repetitions: REPETITIONS, seed: SEED, dnsPid: nameServer.pid };
    const figures = await measurePolicy(programs, contestants, plan, print);
    print(printPolicy(figures));
    all.push(...figures);
  }
  return all;
}

async function milterPart(bench: Bench): Promise<void> {
  const { options, programs, nameServer } = bench;
  const { seconds, milter } = options;
  const pyspfMilter = pathOfPeer('pyspf-milter', bench.obstacle);
  let round = 0;
  for (const socket of milter.sockets) {
    for (const style of milter.styles) {
      for (const connections of milter.connections) {
        const contestants = milters(bench, socket, pyspfMilter, `${++round}`);
        const load = { socket, style, connections };
        const plan = { ...load, seconds, repetitions: REPETITIONS, seed: SEED, dnsPid: nameServer.pid };
        print(printMilter(await measureMilter(programs, contestants, plan, print), load));
      }
    }
  }
}

/** `round` tells the files of these from those that were measured before. */
function milters(
  { programs, folder, nameServer }: Bench,
  socket: SocketKind,
  pyspfMilter: string | null,
  round: string,
): readonly Contestant<MilterServer>[] {
  const address = (name: string) => freeAddress(socket, folder, `${name}-${round}`);
  const ours = async () => startMilterDaemon(programs, folder, await address('ours'), nameServer.port);
  const floor = async () => startMilterFloor(programs, folder, await address('floor'));
  const contestants: Contestant<MilterServer>[] = [
    { name: 'spfwarden', perConnectionMiB: 0, start: ours },
    { name: 'one field, in Node', perConnectionMiB: 0, start: floor },
  ];
  if (pyspfMilter !== null) {
    const start = async () => startPyspfMilter(programs, pyspfMilter, folder, await address('pyspf'));
    contestants.push({ name: 'pyspf-milter', perConnectionMiB: 0, start });
  }
  return contestants;
}

async function spawnPart(bench: Bench): Promise<readonly SpawnFigures[]> {
  const { programs, folder, nameServer, peer: command } = bench;
  const daemon = await startDaemon(programs, folder, nameServer.port);
  const at = (port: number) => ({ policy: `127.0.0.1:${port}` });
  const alone = writeConfig(folder, 'alone.yml', at(await freePort()), nameServer.port);
  const withDaemon = writeConfig(folder, 'with-daemon.yml', at(daemon.port), nameServer.port);
  const starters: Starter[] = [
    { name: 'spfwarden, by itself', argv: spfwarden('spawn', alone), answers: true },
    { name: 'spfwarden, to the daemon', argv: spfwarden('spawn', withDaemon), answers: true },
    { name: 'node -e 0', argv: [process.execPath, '-e', '0'], answers: false },
  ];
  if (command !== null) starters.push({ name: 'policyd-spf', argv: command, answers: true });
  const mail = drawMail(generateWorld(SEED), 100, 3).find(({ sender }) => sender !== '');
  const [request] = mail === undefined ? [] : prepareRequests(mail);
  if (request === undefined) throw new Error('no mail was drawn');
  const foreign = new ForeignCpu();
  const figures = await measureSpawn(starters, request, STARTS);
  print(printSpawn(figures, STARTS, foreign.cores));
  await daemon.stop();
  return figures;
}

process.exitCode = await main();
