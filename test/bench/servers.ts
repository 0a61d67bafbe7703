/** The servers that are compared, and how each of them is started. */
import { spawnSync, type ChildProcess } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { until } from '../e2e/support/until.js';
import { family } from './process-figures.js';
import { freePort, type Programs } from './programs.js';

/** The program as it ships. */
const BIN = fileURLToPath(new URL('../../src/bin.js', import.meta.url));

export interface Server {
  /** The processes that are the server: their work and their memory count. */
  pids(): readonly number[];
  stop(): Promise<void>;
}

export interface PolicyServer extends Server {
  readonly port: number;
}

/** Where a server listens: a port of 127.0.0.1, or the path of a unix socket. */
export type Address = { readonly port: number } | { readonly path: string };

/** Where our daemon listens; what is left out is off. */
export type Listen = Readonly<Partial<Record<'policy' | 'milter', string>>>;

/** The words that run spfwarden. */
export function spfwarden(...args: readonly string[]): readonly string[] {
  return [process.execPath, BIN, ...args];
}

/** Writes a configuration file and returns its path. */
export function writeConfig(folder: string, name: string, listen: Listen, dnsPort: number): string {
  const path = join(folder, name);
  const text = `hostname: mx.receiver.example
listen: ${JSON.stringify({ policy: 'off', milter: 'off', ...listen })}
dns: {servers: ["127.0.0.1:${dnsPort}"]}
`;
  writeFileSync(path, text);
  return path;
}

/** Our daemon as a policy server. */
export async function startDaemon(
  programs: Programs,
  folder: string,
  dnsPort: number,
): Promise<PolicyServer> {
  const port = await freePort();
  const child = await serve(programs, folder, { policy: `127.0.0.1:${port}` }, { port }, dnsPort);
  return { port, ...serverOf(programs, child) };
}

/** Our daemon, listening at the address. It logs as it does by default, one line for each message, to a file. */
export async function serve(
  programs: Programs,
  folder: string,
  listen: Listen,
  address: Address,
  dnsPort: number,
): Promise<ChildProcess> {
  const name = `serve-${'port' in address ? address.port : basename(address.path)}.yml`;
  const config = writeConfig(folder, name, listen, dnsPort);
  const child = programs.start(spfwarden('serve', '-c', config), join(folder, 'serve.log'));
  await listening('our daemon', child, address, folder);
  return child;
}

/** Answers DUNNO and does nothing else: what Node and the machine allow. */
export async function startFloor(programs: Programs): Promise<PolicyServer> {
  const { child, port } = await programs.listening('floor-process', []);
  return { port, ...serverOf(programs, child) };
}

/** What Debian's settings of policyd-spf and pyspf-milter have in common. */
export const DEBIAN_SETTINGS = `debugLevel = 1
TestOnly = 1
HELO_reject = Fail
Mail_From_reject = Fail
PermError_reject = False
TempError_Defer = False
skip_addresses = 127.0.0.0/8,::ffff:127.0.0.0/104,::1
`;

/** The words that run Debian's policyd-spf, with Debian's own settings. */
export function policydSpf(path: string, folder: string): readonly string[] {
  const config = join(folder, 'policyd-spf.conf');
  writeFileSync(config, DEBIAN_SETTINGS);
  return [...withPydns(folder), path, config];
}

/** Of two DNS libraries pyspf prefers dnspython, which costs it half as much again; Debian installs pydns with it.
 *  So a dnspython that happens to be there is hidden. */
export function withPydns(folder: string): readonly string[] {
  if (spawnSync('/usr/bin/python3', ['-c', 'import DNS']).status !== 0) return [];
  const modules = join(folder, 'python');
  mkdirSync(modules, { recursive: true });
  writeFileSync(join(modules, 'dns.py'), "raise ImportError('hidden')\n");
  return ['/usr/bin/env', `PYTHONPATH=${modules}`];
}

/** A command that spawn(8) would run, one process for each connection. Who starts them does not count. */
export async function startSpawned(programs: Programs, argv: readonly string[]): Promise<PolicyServer> {
  const { child, port } = await programs.listening('spawner-process', argv);
  return { port, ...serverOf(programs, child, (pid) => family(pid).slice(1)) };
}

/** A running program as a server; `pidsOf` where it is not the one process itself. */
export function serverOf(
  programs: Programs,
  child: ChildProcess,
  pidsOf: (pid: number) => readonly number[] = (pid) => [pid],
): Server {
  const { pid } = child;
  if (pid === undefined) throw new Error(`cannot start ${child.spawnfile}`);
  return { pids: () => pidsOf(pid), stop: () => programs.stop(child) };
}

/** Waits until the program, of which people say `what`, takes connections. What it writes is in the folder. */
export async function listening(
  what: string,
  child: ChildProcess,
  address: Address,
  folder: string,
): Promise<void> {
  await until(
    what,
    async () => {
      if (child.exitCode !== null) throw new Error(`${what} ended with status ${child.exitCode}`);
      return (await isListening(address)) ? true : undefined;
    },
    () => `see ${folder}`,
  );
}

function isListening(address: Address): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host: '127.0.0.1', ...address });
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => {
      resolve(false);
    });
  });
}
