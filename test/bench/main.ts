/** `npm run bench`: what the engine and the policy server do, beside their peers and what Node itself allows. */
import { mkdtempSync, rmSync } from 'node:fs';
import { availableParallelism, cpus, tmpdir } from 'node:os';
import { join } from 'node:path';

import { COLD_REPETITIONS, DELAY_MS, reportCold, type ColdContestant } from './cold.js';
import { policyClient, rspamd } from './cold-servers.js';
import { startDelayServer } from './delay-server.js';
import { measureEngine } from './engine.js';
import { drawMail } from './mail.js';
import { furnish, insideFolder, runInside, whyNoNamespaces } from './namespaces.js';
import { startNameServer, type NameServer } from './name-server.js';
import { readOptions, USAGE, type BenchOptions } from './options.js';
import { goFirst, goInTurn } from './priority.js';
import { measurePolicy, type Contestant, type PolicyFigures } from './policy.js';
import { ForeignCpu } from './process-figures.js';
import { freePort, programPath, Programs } from './programs.js';
import { printEngine, printPolicy, printSpawn, printSummary } from './report.js';
import { prepareRequests } from './requests.js';
import { policydSpf, spfwarden, startDaemon, startFloor, startSpawned, writeConfig } from './servers.js';
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
  const command = peer(folder, obstacle);
  if (options.parts.includes('cold')) print(await coldPart(programs, folder, command));
  if (options.parts.every((part) => part === 'engine' || part === 'cold')) return 0;

  const nameServer = await startNameServer(programs, world, SEED, folder, obstacle === null ? DNS_PORT : 0);
  print(`the resolver is ${nameServer.name}, with every answer at hand\n`);
  const bench: Bench = { options, programs, folder, nameServer, peer: command };
  const policy = options.parts.includes('policy') ? await policyPart(bench) : [];
  const spawned = options.parts.includes('spawn') ? await spawnPart(bench) : [];
  print(printSummary(policy, spawned));
  await programs.stopAll();
  return 0;
}

/** policyd-spf asks whom resolv.conf names, so that it has to be ours. */
function peer(folder: string, obstacle: string | null): readonly string[] | null {
  const path = programPath('policyd-spf');
  if (path !== null && obstacle === null) return policydSpf(path, folder);
  print(`left out: policyd-spf: ${obstacle ?? 'it is not installed'}`);
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
  const contestants: Contestant[] = [
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

async function spawnPart(bench: Bench): Promise<readonly SpawnFigures[]> {
  const { programs, folder, nameServer, peer: command } = bench;
  const daemon = await startDaemon(programs, folder, nameServer.port);
  const alone = writeConfig(folder, 'alone.yml', await freePort(), nameServer.port);
  const withDaemon = writeConfig(folder, 'with-daemon.yml', daemon.port, nameServer.port);
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
