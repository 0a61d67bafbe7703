/** The daemon with a configuration file that is replaced while it runs. */
import { mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { startProgram, type Running } from './program.js';

/** What it says when it has taken another configuration over, and when it has refused one. */
export const RELOADED = /^the configuration is read anew and in force.*$/m;
export const REFUSED = /^the new configuration is refused, the one that is in force stays problem=.*$/m;

export interface Daemon extends Running {
  /** A folder of its own, removed when it is stopped. */
  readonly folder: string;
  /** Its configuration file, in that folder. */
  readonly file: string;
  /** Puts another configuration into the place of the file, at once and whole: a text, or an object as JSON,
   *  which is YAML. */
  write(config: string | object): void;
  /** Sends SIGHUP and resolves with the match of what is said to it. */
  hangUp(pattern?: RegExp): Promise<RegExpExecArray>;
  /** The port of its first listener on 127.0.0.1. */
  port(): Promise<number>;
}

export interface DaemonStart {
  /** More words for its command line. */
  readonly words?: readonly string[];
  readonly environment?: NodeJS.ProcessEnv;
  /** Called before it starts. */
  readonly prepare?: (folder: string, file: string) => void;
}

export function startDaemon(config: string | object, start: DaemonStart = {}): Daemon {
  const folder = mkdtempSync(join(tmpdir(), 'spfwarden-daemon-'));
  const file = join(folder, 'spfwarden.yml');
  const write = (next: string | object): void => {
    writeFileSync(`${file}.next`, typeof next === 'string' ? next : JSON.stringify(next));
    renameSync(`${file}.next`, file);
  };
  write(config);
  start.prepare?.(folder, file);
  const running = startProgram(['serve', '-c', file, ...(start.words ?? [])], start.environment);
  return {
    ...running,
    folder,
    file,
    write,
    hangUp(pattern = RELOADED) {
      const from = running.stderr().length;
      running.child.kill('SIGHUP');
      return running.said(pattern, from);
    },
    async port() {
      const [, port] = await running.said(/address=127\.0\.0\.1:(\d+)/);
      return Number(port);
    },
    async stop(signal) {
      const status = await running.stop(signal);
      rmSync(folder, { recursive: true, force: true });
      return status;
    },
  };
}
