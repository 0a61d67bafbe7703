/** What the commands print. */
import { closeSync, openSync } from 'node:fs';
import type { Writable } from 'node:stream';

import { EXIT } from './exit-status.js';

/** One line to standard error. */
export function fail(text: string): void {
  process.stderr.write(`${text}\n`);
}

/** Writes to standard output; a promise while whoever reads it is slower. */
export function print(text: string): Promise<void> | undefined {
  if (process.stdout.write(text)) return undefined;
  return new Promise((resolve) => process.stdout.once('drain', resolve));
}

/** Ends quietly when nobody reads any more (`spfwarden query --batch | head`). */
export function endWithReader(): void {
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    process.exit(error.code === 'EPIPE' ? EXIT.ok : EXIT.io);
  });
}

/** How long a message on standard error may wait for its reader, as long as the log. */
const STDERR_WITHIN_MS = 1000;

/** Settles when all of standard output has been written, or its reader is gone. Standard error, whose reader
 *  may never come, has a second for the same. */
export async function flush(): Promise<void> {
  await written(process.stdout);
  await Promise.race([
    written(process.stderr),
    new Promise<void>((resolve) => setTimeout(resolve, STDERR_WITHIN_MS)),
  ]);
}

function written(stream: Writable): Promise<void> {
  if (stream.writableLength === 0 || stream.destroyed) return Promise.resolve();
  return new Promise((resolve) => {
    const done = (): void => {
      resolve();
    };
    stream.once('error', done).once('close', done);
    if (stream.writableEnded) stream.once('finish', done);
    else stream.write('', done); // called back after all that was written before
  });
}

/**
 * Leads standard error nowhere. spawn(8) makes it the same socket as standard output: whatever is written
 * there, by us or by Node, is a broken reply.
 */
export function silenceStandardError(): void {
  closeSync(2);
  openSync('/dev/null', 'w'); // the lowest free descriptor, which is 2
}
