/** The filter of stages.c: built, started, and played conversations to. */
import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';

import { decodeResponse, PacketReader } from '../../../src/milter/index.js';
import type { Played } from './session-log.js';

const SOURCE = join(process.cwd(), 'test/e2e/libmilter/stages.c');

/** Compiles it into the folder; returns the path of the program. */
export function buildStages(folder: string): string {
  const program = join(folder, 'stages');
  execFileSync('gcc', ['-Wall', '-Wextra', '-Werror', '-o', program, SOURCE, '-lmilter', '-lpthread']);
  return program;
}

export class Stages {
  readonly #child: ChildProcess;
  readonly #socket: string;
  readonly #log: string;
  #read = 0;

  private constructor(child: ChildProcess, socket: string, log: string) {
    this.#child = child;
    this.#socket = socket;
    this.#log = log;
  }

  /** One that asks for those protocol flags. */
  static async start(program: string, folder: string, steps: number): Promise<Stages> {
    const [socket, log] = [join(folder, `${steps}.sock`), join(folder, `${steps}.log`)];
    const child = spawn(program, [`unix:${socket}`, log, String(steps)], {
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    const ended = once(child, 'close').then(() => Promise.reject(new Error('stages did not start')));
    ended.catch(() => undefined); // it is stopped in the end
    await Promise.race([once(child.stdout, 'data'), ended]);
    return new Stages(child, socket, log);
  }

  /** Sends all of a conversation and reads to its end. One at a time: they have one log. */
  async play(packets: readonly Uint8Array[]): Promise<Played> {
    const socket = connect(this.#socket);
    const reader = new PacketReader(decodeResponse);
    const replies: string[] = [];
    socket.on('data', (chunk) => {
      reader.feed(chunk);
      for (let read = reader.next(); read !== null; read = reader.next()) {
        replies.push(read.ok ? read.value.kind : read.error.code);
      }
    });
    socket.on('error', () => undefined); // it may end before it has read all
    const closed = new Promise((resolve) => socket.on('close', resolve));
    socket.end(Buffer.concat(packets));
    await closed;
    const text = existsSync(this.#log) ? readFileSync(this.#log, 'latin1') : '';
    const lines = text.slice(this.#read).split('\n').slice(0, -1);
    this.#read = text.length;
    return { lines, replies };
  }

  async stop(): Promise<void> {
    const closed = once(this.#child, 'close');
    this.#child.kill('SIGKILL'); // libmilter's own way takes seconds
    await closed;
  }
}
