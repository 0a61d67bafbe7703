/** Runs the program itself, as a person or a mail server would. */
import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

/** The compiled entry of the build that the tests belong to. */
export const BIN = fileURLToPath(new URL('../../src/bin.js', import.meta.url));

export interface Finished {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs `spfwarden` with the given words, feeds it standard input, and waits for its end. */
export async function runProgram(
  words: readonly string[],
  input: string | Buffer = '',
  environment: NodeJS.ProcessEnv = {},
): Promise<Finished> {
  const env = { ...process.env, ...environment };
  const child = spawn(process.execPath, [BIN, ...words], { stdio: 'pipe', env });
  const stdout = collect(child.stdout);
  const stderr = collect(child.stderr);
  child.stdin.on('error', () => undefined); // it may end before it has read all
  child.stdin.end(input);
  const [status] = (await once(child, 'close')) as [number | null];
  return { status, stdout: stdout(), stderr: stderr() };
}

function collect(stream: NodeJS.ReadableStream): () => string {
  const chunks: Buffer[] = [];
  stream.on('data', (chunk: Buffer) => chunks.push(chunk));
  return () => Buffer.concat(chunks).toString('utf8');
}

export interface Running {
  readonly child: ChildProcessWithoutNullStreams;
  /** What it has written to standard error so far. */
  stderr(): string;
  /** Resolves with the whole match when standard error matches, from that character on; rejects when the program
   *  ends before. */
  said(pattern: RegExp, from?: number): Promise<RegExpExecArray>;
  /** Sends a signal and waits for the exit status. */
  stop(signal?: NodeJS.Signals): Promise<number | null>;
}

/** Says to which process descriptors are handed over; a number that is not known before it runs. */
const WITH_LISTEN_PID = 'LISTEN_PID=$$ exec "$@"';

/** Starts `spfwarden` and leaves it running. It has the `descriptors` as 3 and on, as systemd would hand them over. */
export function startProgram(
  words: readonly string[],
  environment: NodeJS.ProcessEnv = {},
  descriptors: readonly number[] = [],
): Running {
  // Of many daemons at once only one can have the default address of a listener.
  const env = { ...process.env, JOURNAL_STREAM: '', SPFWARDEN_LISTEN_MILTER: 'off', ...environment };
  const program = [process.execPath, BIN, ...words];
  const [command = '', ...more] =
    descriptors.length === 0 ? program : ['/bin/sh', '-c', WITH_LISTEN_PID, 'sh', ...program];
  const stdio = ['pipe', 'pipe', 'pipe', ...descriptors] as const;
  const child = spawn(command, more, { stdio: [...stdio], env }) as ChildProcessWithoutNullStreams;
  const stderr = collect(child.stderr);
  child.stdin.on('error', () => undefined);
  const closed = once(child, 'close') as Promise<[number | null]>;
  return {
    child,
    stderr,
    said: (pattern, from = 0) =>
      new Promise((resolve, reject) => {
        const forget = (): void => {
          child.stderr.off('data', look);
          child.off('close', onClose);
        };
        const look = (): void => {
          const match = pattern.exec(stderr().slice(from));
          if (match === null) return;
          forget();
          resolve(match);
        };
        const onClose = (): void => {
          forget();
          reject(new Error(`ended without saying ${String(pattern)}:\n${stderr()}`));
        };
        child.stderr.on('data', look);
        child.on('close', onClose);
        look();
      }),
    async stop(signal = 'SIGTERM') {
      child.kill(signal);
      const [status] = await closed;
      return status;
    },
  };
}
