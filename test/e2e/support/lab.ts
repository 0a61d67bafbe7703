/**
 * A lab: private network, mount and process namespaces with a folder of their own, in which daemons run as if the
 * machine were theirs (port 25, port 53, /etc/resolv.conf). Nothing of it is seen outside, and nothing survives it.
 */
import { type ChildProcess, type ChildProcessWithoutNullStreams, fork, spawn } from 'node:child_process';
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Order, Report } from './agent-messages.js';
import { until } from './until.js';

/** The compiled tree that this file is part of; `src/bin.js` lies in it. */
const OUT = fileURLToPath(new URL('../../..', import.meta.url));

/** A long-running program in the lab. */
export interface Program {
  readonly name: string;
  /** Undefined while it runs; then its exit status, or null if a signal ended it. */
  readonly status: () => number | null | undefined;
  readonly signal: (signal: NodeJS.Signals) => void;
  /** Resolves when it has ended. */
  readonly ended: () => Promise<void>;
  /** All it has written so far. */
  readonly output: () => string;
}

type Waiting = (report: Report, handle: unknown) => void;

export class Lab {
  /** The lab's folder. Everybody may pass through it, so that daemons can give up root. */
  readonly folder: string;
  readonly #holder: ChildProcess;
  readonly #waiting = new Map<number, Waiting>();
  readonly #conversations: ChildProcess[] = [];
  #lastId = 0;

  private constructor(folder: string, holder: ChildProcess) {
    this.folder = folder;
    this.#holder = holder;
    holder.on('message', (report: Report, handle: unknown) => {
      if (report.did !== 'open') this.#waiting.get(report.id)?.(report, handle);
    });
  }

  /** Makes the namespaces: loopback up, resolv.conf naming 127.0.0.1, the checkout readable at `this.path('app')`. */
  static async open(): Promise<Lab> {
    const folder = mkdtempSync(join(tmpdir(), 'spfwarden-e2e-'));
    chmodSync(folder, 0o755);
    const holder = fork(join(OUT, 'test/e2e/support/agent.js'), {
      execPath: 'unshare',
      execArgv: ['--mount', '--net', '--pid', '--fork', '--kill-child=KILL', '--', process.execPath],
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    });
    const lab = new Lab(folder, holder);
    try {
      await new Promise<void>((resolve, reject) => {
        holder.once('message', () => {
          resolve();
        });
        holder.once('error', reject);
        holder.once('exit', () => {
          reject(new Error('unshare ended at once'));
        });
      });
      await lab.#furnish();
      return lab;
    } catch (e) {
      await lab.close();
      throw e;
    }
  }

  async #furnish(): Promise<void> {
    await this.run('ip', 'link', 'set', 'lo', 'up');
    const resolvConf = this.write('resolv.conf', 'nameserver 127.0.0.1\noptions timeout:5 attempts:2\n');
    await this.run('mount', '--bind', resolvConf, realpathSync('/etc/resolv.conf'));
    // Under spawn(8) a stranger runs the program: neither the checkout nor node need be readable to it where they are.
    mkdirSync(this.path('app'));
    await this.run('mount', '-o', 'bind,ro', checkout(), this.path('app'));
    this.write('node', '');
    await this.run('mount', '-o', 'bind,ro', process.execPath, this.path('node'));
  }

  /** A path in the lab's folder. */
  path(name: string): string {
    return join(this.folder, name);
  }

  /** Writes a file into the lab's folder and returns its path. */
  write(name: string, text: string): string {
    writeFileSync(this.path(name), text, { mode: 0o644 });
    return this.path(name);
  }

  /** The words that run spfwarden, readable and executable for any user in the lab. */
  spfwarden(...args: readonly string[]): readonly string[] {
    const bin = join(relative(checkout(), OUT), 'src/bin.js');
    return [this.path('node'), join(this.path('app'), bin), ...args];
  }

  /** Runs a program to its end; throws unless it exits with 0. */
  async run(...argv: readonly string[]): Promise<void> {
    const program = await this.start(argv.join(' '), argv, 'run.log');
    await program.ended();
    if (program.status() !== 0) throw new Error(`${program.name} failed:\n${program.output()}`);
  }

  /** Starts a program that stays. Its output goes to a file, which the lab's errors quote. */
  async start(name: string, argv: readonly string[], logName = `${name}.log`): Promise<Program> {
    const log = this.path(logName);
    const id = ++this.#lastId;
    let status: number | null | undefined;
    await new Promise<void>((resolve, reject) => {
      this.#waiting.set(id, (report) => {
        if (report.did === 'started') resolve();
        if (report.did === 'failed') reject(new Error(`${name}: ${report.why}`));
        if (report.did === 'exit') status = report.status;
      });
      this.#order({ do: 'start', id, argv, log });
    });
    const output = (): string => readFileSync(log, 'utf8');
    return {
      name,
      status: () => status,
      signal: (signal) => {
        this.#order({ do: 'signal', id, signal });
      },
      ended: async () => {
        await until(`the end of ${name}`, () => (status === undefined ? undefined : true), output);
      },
      output,
    };
  }

  /** A connection to a port on the lab's loopback; undefined if nobody listens there. `from`: one of the addresses
   *  that the lab has, IPv4 or IPv6, and then it is the loopback of that family. */
  async connect(port: number, from: string | null = null): Promise<Socket | undefined> {
    const id = ++this.#lastId;
    const socket = await new Promise<Socket | undefined>((resolve) => {
      this.#waiting.set(id, (_report, handle) => {
        resolve(handle instanceof Socket ? handle : undefined);
      });
      this.#order({ do: 'connect', id, port, from });
    });
    this.#waiting.delete(id);
    return socket;
  }

  /** Waits until a program that was just started listens on a port. */
  async listening(program: Program, port: number): Promise<void> {
    await until(
      `${program.name} listening on port ${port}`,
      async () => {
        if (program.status() !== undefined) throw new Error(`${program.name} ended:\n${program.output()}`);
        const socket = await this.connect(port);
        socket?.destroy();
        return socket === undefined ? undefined : true;
      },
      program.output,
    );
  }

  /** Runs a program in the lab whose standard input, output and error are the caller's. */
  converse(argv: readonly string[]): ChildProcessWithoutNullStreams {
    const namespaces = [`--target=${this.#holder.pid ?? ''}`, '--mount', '--net', '--root'];
    const program = spawn('nsenter', [...namespaces, '--', ...argv]);
    this.#conversations.push(program);
    return program;
  }

  /** Ends everything in the lab and removes its folder. */
  async close(): Promise<void> {
    for (const program of this.#conversations) program.kill('SIGKILL'); // not in the process namespace
    if (this.#holder.exitCode === null && this.#holder.signalCode === null) {
      const gone = new Promise((resolve) => this.#holder.once('exit', resolve));
      this.#holder.kill('SIGKILL');
      await gone;
    }
    rmSync(this.folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 });
  }

  #order(order: Order): void {
    this.#holder.send(order);
  }
}

/** The folder with node_modules above the compiled tree. */
function checkout(): string {
  for (let folder = OUT; ; folder = dirname(folder)) {
    try {
      realpathSync(join(folder, 'node_modules'));
      return realpathSync(folder);
    } catch (e) {
      if (folder === dirname(folder)) throw e;
    }
  }
}
