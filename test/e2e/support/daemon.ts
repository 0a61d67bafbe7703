/** Our daemon in the lab, which a test may stop and start again while Postfix runs. */
import { mkdirSync } from 'node:fs';
import type { Lab, Program } from './lab.js';

/** Not the built-in one: what runs under spawn(8) shall not find the daemon by it. */
const PORT = 10023;

const BASE = `hostname: mx.lab.example
dns:
  servers: [127.0.0.1]
  timeout: 1s
`;

/** Where the daemon listens, as check_policy_service names it. The relative path serves a chrooted smtpd, too. */
export const ENDPOINTS = { tcp: `inet:127.0.0.1:${PORT}`, unix: 'unix:spfwarden/policy.sock' };

/** The words that run one policy conversation on standard input and output, without a daemon to hand it to. */
export function spawnArgv(lab: Lab): readonly string[] {
  return lab.spfwarden('spawn', lab.write('spawn.yml', BASE));
}

export class Daemon {
  readonly #lab: Lab;
  readonly #configuration: string;
  #program: Program | undefined;

  /** `settings`: further lines of its configuration. */
  constructor(lab: Lab, settings = '') {
    this.#lab = lab;
    mkdirSync(lab.path('queue/spfwarden'), { recursive: true });
    this.#configuration = lab.write(
      'serve.yml',
      `${BASE}${settings}listen:
  policy:
    - 127.0.0.1:${PORT}
    - {socket: ${lab.path('queue/spfwarden/policy.sock')}, group: postfix, mode: "0660"}
`,
    );
  }

  /** The words that run one policy conversation under the daemon's own configuration: it finds the daemon. */
  spawnArgv(): readonly string[] {
    return this.#lab.spfwarden('spawn', this.#configuration);
  }

  /** Starts it and waits until it listens. */
  async start(): Promise<void> {
    const argv = this.#lab.spfwarden('serve', '-c', this.#configuration);
    this.#program = await this.#lab.start('spfwarden', argv);
    await this.#lab.listening(this.#program, PORT);
  }

  /** Sends the signal and waits for the end; the exit status, null if the signal did it. */
  async stop(signal: 'SIGTERM' | 'SIGKILL'): Promise<number | null> {
    if (this.#program === undefined) throw new Error('the daemon was not started');
    this.#program.signal(signal);
    await this.#program.ended();
    return this.#program.status() ?? null;
  }

  /** All it has logged. */
  log(): string {
    return this.#program?.output() ?? '';
  }
}
