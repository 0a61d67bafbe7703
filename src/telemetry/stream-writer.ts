/** Writes lines to a stream: standard error as a rule. */
import type { Writable } from 'node:stream';

import { lost, type LineWriter } from './line-writer.js';

/**
 * A writer that survives whatever becomes of the stream. Node writes to a pipe or a socket without waiting
 * for its reader, and never closes standard error, so writing is tried again after a full disk too.
 */
export function streamWriter(stream: Writable): LineWriter {
  stream.on('error', () => {
    // The callback below is told too; without a listener (EPIPE, ENOSPC) it would end the process.
  });
  return {
    write(lines, done) {
      stream.write(lines.join(''), (error) => {
        done(error ? lost(lines, error.message) : null);
      });
    },
    reopen() {
      // It was opened by whoever started us.
    },
    close() {
      // Not ours to close.
    },
  };
}
