/** Appends lines to a file. */
import { constants } from 'node:fs';
import { open, type FileHandle } from 'node:fs/promises';

import { reason, type LineWriter, type WriteFailure } from './line-writer.js';

/** Who administers mail reads it, not everybody: it names who writes to whom. */
const MODE = 0o640;

/** `O_NONBLOCK` is for a named pipe that nobody reads: opening it would wait for a reader. */
const FLAGS = constants.O_WRONLY | constants.O_APPEND | constants.O_CREAT | constants.O_NONBLOCK;

const LINE_BREAK = 0x0a;

/**
 * Opens the file with the first line. After `reopen` lines go to the file that has the name then; till that is
 * open, and if it cannot be, they go on to the one before, which under another name still is the log.
 */
export function fileWriter(path: string): LineWriter {
  let file: FileHandle | null = null;
  /** Settles when a `reopen` that is under way is over. */
  let reopened = Promise.resolve();
  /** Whether the file ends in a piece of a line, for which there was no room. */
  let isMidLine = false;

  async function write(lines: readonly string[]): Promise<WriteFailure | null> {
    const leading = isMidLine ? '\n' : '';
    const bytes = Buffer.from(leading + lines.join(''));
    let at = 0;
    try {
      file ??= await open(path, FLAGS, MODE);
      while (at < bytes.length) at += (await file.write(bytes, at)).bytesWritten;
      isMidLine = false;
      return null;
    } catch (error) {
      if (at > 0) isMidLine = bytes[at - 1] !== LINE_BREAK;
      await close(); // what is opened anew may work where this did not
      const unwritten = lines.length - lineBreaks(bytes.subarray(leading.length, at));
      return { why: reason(error), lost: 0, unwritten };
    }
  }

  async function reopen(failed: (why: string) => void): Promise<void> {
    if (file === null) return;
    let next: FileHandle;
    try {
      next = await open(path, FLAGS, MODE);
    } catch (error) {
      failed(reason(error));
      return;
    }
    await close();
    file = next;
    isMidLine = false;
  }

  async function close(): Promise<void> {
    const closing = file;
    file = null;
    await closing?.close().catch(() => undefined); // written is written: there is nothing to do about it
  }

  return {
    write(lines, done) {
      void reopened.then(() => write(lines)).then(done);
    },
    reopen(failed) {
      reopened = reopened.then(() => reopen(failed));
    },
    close() {
      void reopened.then(close);
    },
  };
}

function lineBreaks(bytes: Buffer): number {
  let count = 0;
  for (const byte of bytes) if (byte === LINE_BREAK) count++;
  return count;
}
