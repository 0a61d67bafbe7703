/** One conversation on standard input and output, as spawn(8) and inetd start one. */
import type { Readable, Writable } from 'node:stream';
import type { Converse } from '../util/index.js';
import { Connection, type ConnectionOptions } from './connection.js';

/**
 * Converses until the input ends or the output is gone. Resolves when everything was written, so that the
 * process may exit. Either stream may be a socket (with spawn(8) both are the same one), a pipe or a file.
 * Standard error is not touched: with spawn(8) it is that socket too, and a line on it is a broken reply.
 */
export function stdio(
  converse: Converse,
  options: ConnectionOptions,
  input: Readable = process.stdin,
  output: Writable = process.stdout,
): Promise<void> {
  return new Promise((resolve) => {
    const streams = { input, output, peer: () => 'standard input', host: () => null };
    new Connection(streams, converse, options, resolve);
    input.resume(); // `relay` gives back an input that is paused
  });
}
