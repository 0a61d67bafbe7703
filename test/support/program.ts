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
export async function runProgram(words: readonly string[], input: string | Buffer = ''): Promise<Finished> {
  const child = spawn(process.execPath, [BIN, ...words], { stdio: 'pipe' });
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
  /** Resolves with the whole match when standard error matches; rejects when the program ends before. */
  said(pattern: RegExp): Promise<RegExpExecArray>;
  /** Sends a signal and waits for the exit status. */
  stop(signal?: NodeJS.Signals): Promise<number | null>;
}

/** Starts `spfwarden` and leaves it running. */
export function startProgram(words: readonly string[], environment: NodeJS.ProcessEnv = {}): Running {
  const env = { ...process.env, JOURNAL_STREAM: '', ...environment };
  const child = spawn(process.execPath, [BIN, ...words], { stdio: 'pipe', env });
  const stderr = collect(child.stderr);
  child.stdin.on('error', () => undefined);
  const closed = once(child, 'close') as Promise<[number | null]>;
  return {
    child,
    stderr,
    said: (pattern) =>
      new Promise((resolve, reject) => {
        const look = (): void => {
          const match = pattern.exec(stderr());
          if (match !== null) resolve(match);
        };
        child.stderr.on('data', look);
        child.on('close', () => {
          reject(new Error(`ended without saying ${String(pattern)}:\n${stderr()}`));
        });
        look();
      }),
    async stop(signal = 'SIGTERM') {
      child.kill(signal);
      const [status] = await closed;
      return status;
    },
  };
}
