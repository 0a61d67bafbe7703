/**
 * Writes lines to the syslog of this host through logger(1): Node has no unix datagram sockets, so /dev/log is
 * out of its reach. Nothing of it touches our own standard streams, which under spawn(8) are the policy
 * conversation.
 */
import { once } from 'node:events';
import type { Writable } from 'node:stream';

import type { Clock } from '../util/index.js';
import type { Origin } from './frame.js';
import { lost, reason, untouched, type LineWriter, type WriteFailure } from './line-writer.js';
import { pace } from './pace.js';

export interface Command {
  readonly file: string;
  readonly args: readonly string[];
}

/** `--prio-prefix`: a line begins with its severity in angle brackets, the facility is that of `-p`. Without
 *  `--size` longer lines than 1 KiB would be cut in two. */
export function loggerCommand({ tag, facility, pid }: Origin): Command {
  const args = ['-t', tag, '-p', `${facility}.info`, '--prio-prefix', '--size', '8KiB', `--id=${pid}`];
  return { file: 'logger', args };
}

/** Starts the command with the first line, and again when it has ended and there is a further line. */
export function syslogWriter(command: () => Command, clock: Clock): LineWriter {
  let input: Writable | null = null;
  let mayStart = pace(clock);
  let lastEnd = '';

  async function start(): Promise<Writable> {
    const { spawn } = await import('node:child_process'); // not needed before, and not free
    const { file, args } = command();
    lastEnd = `${file} has ended`;
    const child = spawn(file, args, { stdio: ['pipe', 'ignore', 'ignore'] });
    child.unref();
    const { stdin } = child;
    const gone = (): void => {
      if (input === stdin) input = null;
    };
    stdin.on('error', gone);
    child.on('error', gone);
    child.on('exit', (status, signal) => {
      lastEnd = `${file} has ended, ${signal ?? `status ${status ?? 0}`}`;
      gone();
    });
    await once(child, 'spawn'); // or the error that kept it from starting
    return stdin;
  }

  async function write(lines: readonly string[]): Promise<WriteFailure | null> {
    if (input === null) {
      if (!mayStart()) return untouched(lines, lastEnd);
      try {
        input = await start();
      } catch (error) {
        return untouched(lines, reason(error));
      }
    }
    const stdin = input;
    return new Promise((resolve) => {
      stdin.write(lines.join(''), (error) => {
        resolve(error ? lost(lines, error.message) : null);
      });
    });
  }

  function close(): void {
    if (input === null) return;
    // What is in the pipe is still read and logged when we are gone. What does not fit into it would keep
    // us alive until somebody reads.
    if (input.writableLength === 0) input.end();
    else input.destroy();
    input = null;
  }

  return {
    write(lines, done) {
      void write(lines).then(done);
    },
    reopen() {
      close();
      mayStart = pace(clock);
    },
    close,
  };
}
