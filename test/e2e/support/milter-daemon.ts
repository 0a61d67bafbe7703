/** Our daemon in the lab as a milter alone. A test may have several, each with settings of its own. */
import { mkdirSync } from 'node:fs';

import type { Lab, Program } from './lab.js';

/** Where the built-in configuration has it; those after the first listen on the next ports. */
const FIRST_PORT = 8894;

export const USUAL_DNS = 'dns: {servers: [127.0.0.1], timeout: 1s}';

export class MilterDaemon {
  readonly port: number;
  readonly #lab: Lab;
  readonly #name: string;
  readonly #configuration: string;
  #program: Program | undefined;

  /** `settings`: lines of its configuration besides the name of the host and where it listens. `hasSocket`: on a unix
   *  socket, too, where a chrooted smtpd finds it. */
  constructor(lab: Lab, name: string, index: number, settings: readonly string[], hasSocket: boolean) {
    this.port = FIRST_PORT + index;
    this.#lab = lab;
    this.#name = `milter-${name}`;
    const lines = ['hostname: mx.lab.example', ...settings, 'listen:', '  policy: off', '  milter:'];
    lines.push(`    - 127.0.0.1:${this.port}`);
    if (hasSocket) {
      mkdirSync(lab.path('queue/spfwarden'), { recursive: true });
      const path = lab.path(`queue/spfwarden/${name}.sock`);
      lines.push(`    - {socket: ${path}, group: postfix, mode: "0660"}`);
    }
    this.#configuration = lab.write(`${this.#name}.yml`, `${lines.join('\n')}\n`);
  }

  /** Starts it and waits until it listens. */
  async start(): Promise<void> {
    const argv = this.#lab.spfwarden('serve', '-c', this.#configuration);
    this.#program = await this.#lab.start(this.#name, argv);
    await this.#lab.listening(this.#program, this.port);
  }

  /** Sends the signal and waits for the end. */
  async stop(signal: 'SIGTERM' | 'SIGKILL'): Promise<void> {
    if (this.#program === undefined) throw new Error('the daemon was not started');
    this.#program.signal(signal);
    await this.#program.ended();
  }

  /** All it has logged. */
  log(): string {
    return this.#program?.output() ?? '';
  }
}

/** Where the one with these settings listens, if `startMilters` starts it. */
export function milterPort<Name extends string>(
  settings: Readonly<Record<Name, readonly string[]>>,
  name: NoInfer<Name>,
): number {
  return FIRST_PORT + Object.keys(settings).indexOf(name);
}

/** One for each set of settings, in that order, all of them listening; `sockets` names those that do so on a unix
 *  socket as well, `unix:spfwarden/NAME.sock` to Postfix. */
export async function startMilters<Name extends string>(
  lab: Lab,
  settings: Readonly<Record<Name, readonly string[]>>,
  sockets: readonly NoInfer<Name>[] = [],
): Promise<Readonly<Record<Name, MilterDaemon>>> {
  const names = Object.keys(settings) as Name[];
  const daemons = names.map(
    (name, i) => new MilterDaemon(lab, name, i, settings[name], sockets.includes(name)),
  );
  await Promise.all(daemons.map((daemon) => daemon.start()));
  return Object.fromEntries(names.map((name, i) => [name, daemons[i]])) as Record<Name, MilterDaemon>;
}
