/** Starts programs, and sees to it that none of them outlives the benchmark. */
import { fork, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { accessSync, closeSync, constants, openSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { delimiter, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

/** Daemons live where a login shell does not look. */
const FOLDERS = [...(process.env['PATH'] ?? '').split(delimiter), '/usr/local/sbin', '/usr/sbin', '/sbin'];

/** As Postfix gives its children: what else there is may slow every start down (`NODE_EXTRA_CA_CERTS`). */
export const CLEAN_ENVIRONMENT = { PATH: FOLDERS.join(delimiter), LANG: 'C.UTF-8' };

const STOP_MS = 3000;
const START_MS = 10_000;

/** The first file of that name that may be executed, or null. */
export function programPath(name: string): string | null {
  const found = FOLDERS.map((folder) => join(folder, name)).find((path) => {
    try {
      accessSync(path, constants.X_OK);
      return true;
    } catch {
      return false; // not there, or not ours to run: the same to us
    }
  });
  return found ?? null;
}

/** A port that nobody listens on, at least for now. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  return port;
}

/** A program of ours, and the port that it listens on. */
export interface Listening {
  readonly child: ChildProcess;
  readonly port: number;
}

export class Programs {
  readonly #running = new Set<ChildProcess>();

  constructor() {
    process.on('exit', () => {
      for (const child of this.#running) child.kill('SIGKILL');
    });
  }

  /** Starts a program that stays; what it writes goes to the file. */
  start(argv: readonly string[], log: string): ChildProcess {
    const [program = '', ...args] = argv;
    const output = openSync(log, 'a');
    const child = spawn(program, args, { stdio: ['ignore', output, output], env: CLEAN_ENVIRONMENT });
    closeSync(output);
    return this.#keep(child);
  }

  /** Starts a module of this folder, which ends when this process does. */
  fork(module: string, args: readonly string[]): ChildProcess {
    const path = fileURLToPath(new URL(`${module}.js`, import.meta.url));
    return this.#keep(fork(path, args, { env: CLEAN_ENVIRONMENT }));
  }

  /** The same for a module that sends the port that it listens on. */
  async listening(module: string, args: readonly string[]): Promise<Listening> {
    const child = this.fork(module, args);
    const port = await nextMessage(child, START_MS);
    if (typeof port !== 'number') throw new Error(`${module} did not say where it listens`);
    return { child, port };
  }

  /** SIGTERM, and after three seconds SIGKILL. Resolves when it is gone. */
  async stop(child: ChildProcess): Promise<void> {
    if (!this.#running.has(child)) return;
    const gone = new Promise<void>((resolve) => child.once('exit', resolve));
    child.kill('SIGTERM');
    await Promise.race([gone, sleep(STOP_MS, undefined, { ref: false })]);
    child.kill('SIGKILL');
    await gone;
  }

  async stopAll(): Promise<void> {
    await Promise.all([...this.#running].map((child) => this.stop(child)));
  }

  #keep(child: ChildProcess): ChildProcess {
    this.#running.add(child);
    const gone = (): void => {
      this.#running.delete(child);
    };
    child.once('exit', gone).once('error', gone);
    return child;
  }
}

/** The next message from a forked module; rejects when it ends before, or says nothing for so long. */
export function nextMessage(child: ChildProcess, withinMs: number): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const settle = (): void => {
      clearTimeout(timer);
      child.off('message', onMessage).off('exit', onExit);
    };
    const onMessage = (message: unknown): void => {
      settle();
      resolve(message);
    };
    const onExit = (): void => {
      settle();
      reject(new Error(`${child.spawnargs.at(1) ?? ''} ended too early`));
    };
    const timer = setTimeout(() => {
      settle();
      reject(new Error(`${child.spawnargs.at(1) ?? ''} said nothing for ${withinMs / 1000} s`));
    }, withinMs);
    child.on('message', onMessage).on('exit', onExit);
  });
}
