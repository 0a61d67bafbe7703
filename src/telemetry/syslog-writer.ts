/**
 * Writes lines to syslog through logger(1): Node has no unix datagram sockets, so /dev/log is out of its
 * reach. Nothing of it touches our own standard streams, which under spawn(8) are the policy conversation.
 */
import { once } from 'node:events';
import type { Writable } from 'node:stream';

import type { LineWriter } from './line-queue.js';

export interface Command {
  readonly file: string;
  readonly args: readonly string[];
}

/** `--prio-prefix`: a line begins with its severity in angle brackets, the facility is that of `-p`. Without
 *  `--size` longer lines than 1 KiB would be cut in two. */
function loggerCommand(): Command {
  const args = [
    '-t',
    'spfwarden',
    '-p',
    'mail.info',
    '--prio-prefix',
    '--size',
    '8KiB',
    `--id=${process.pid}`,
  ];
  return { file: 'logger', args };
}

/** Starts the command with the first line, and again when it has ended and there is a further line. */
export function syslogWriter(command: Command = loggerCommand()): LineWriter {
  let input: Writable | null = null;

  async function start(): Promise<Writable> {
    const { spawn } = await import('node:child_process'); // not needed before, and not free
    const child = spawn(command.file, command.args, { stdio: ['pipe', 'ignore', 'ignore'] });
    child.unref();
    const { stdin } = child;
    const gone = (): void => {
      if (input === stdin) input = null;
    };
    stdin.on('error', gone);
    child.on('error', gone);
    child.on('exit', gone);
    await once(child, 'spawn'); // or the error that kept it from starting
    return stdin;
  }

  async function write(lines: string): Promise<void> {
    const stdin = (input ??= await start());
    await new Promise<void>((resolve, reject) => {
      stdin.write(lines, (error) => {
        if (error) reject(error);
        else resolve();
      });
    });
  }

  return {
    write(lines, done) {
      write(lines).then(
        () => {
          done(true);
        },
        () => {
          done(false); // the command is missing, or ends: there is nobody to tell, the queue counts it
        },
      );
    },
    close() {
      if (input === null) return;
      // What is in the pipe is still read and logged when we are gone. What does not fit into it would keep
      // us alive until somebody reads.
      if (input.writableLength === 0) input.end();
      else input.destroy();
    },
  };
}
