/** The little that loading a configuration asks of the file system. */
import { closeSync, openSync, readdirSync, readSync, statSync } from 'node:fs';

import { err, ok, type Result } from '../util/index.js';
import { nowhere } from './node.js';
import type { Remark } from './problem.js';

export interface ConfigFiles {
  /** A file, or as much of it as `limit` bytes. Throws what the system says. */
  read(path: string, limit: number): Uint8Array;
  isDirectory(path: string): boolean;
  /** The names in a folder, in any order. Throws what the system says. */
  list(folder: string): readonly string[];
}

/** The real ones. Synchronous: there is nothing else to do before the configuration is known. */
export const systemFiles: ConfigFiles = {
  read(path, limit) {
    const fd = openSync(path, 'r');
    try {
      // To the end and not by size: a pipe (`-c <(generate)`) has none.
      const chunks: Buffer[] = [];
      let total = 0;
      while (total < limit) {
        const chunk = Buffer.alloc(Math.min(limit - total, 65_536));
        const length = readSync(fd, chunk);
        if (length === 0) break;
        chunks.push(chunk.subarray(0, length));
        total += length;
      }
      return Buffer.concat(chunks);
    } finally {
      closeSync(fd);
    }
  },
  isDirectory(path) {
    try {
      return statSync(path).isDirectory();
    } catch {
      return false; // nor is it one for whoever may not look
    }
  },
  list: (folder) => readdirSync(folder),
};

const MAX_FILE_BYTES = 1 << 20;

/** The text of a file; null for one that may be absent, and is. */
export function readText(
  path: string,
  mayBeAbsent: boolean,
  files: ConfigFiles,
  limit: number = MAX_FILE_BYTES,
): Result<string | null, Remark> {
  const place = nowhere('', path);
  let bytes: Uint8Array;
  try {
    bytes = files.read(path, limit + 1);
  } catch (e) {
    const reason = systemReason(e);
    if (mayBeAbsent && isAbsent(e)) return ok(null);
    return err({ place, code: 'unreadable', message: `cannot be read: ${reason}`, hint: null });
  }
  if (bytes.length > limit) {
    return err({ place, code: 'too-large', message: `larger than ${limit >> 20} MiB`, hint: null });
  }
  try {
    return ok(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch (e) {
    if (codeOf(e) !== 'ERR_ENCODING_INVALID_ENCODED_DATA') throw e;
    return err({ place, code: 'encoding', message: 'not UTF-8', hint: 'save it as UTF-8' });
  }
}

/** Whether the system says that there is no such file or folder. */
export function isAbsent(e: unknown): boolean {
  return codeOf(e) === 'ENOENT';
}

/** Why the system did not do it, in words. Anything but an error of the system is a bug, and thrown on. */
export function systemReason(e: unknown): string {
  const code = codeOf(e);
  if (code === null) throw e;
  return REASONS.get(code) ?? code;
}

const REASONS: ReadonlyMap<string, string> = new Map([
  ['ENOENT', 'there is no such file'],
  ['EACCES', 'permission denied'],
  ['EISDIR', 'it is a directory'],
  ['ENOTDIR', 'part of its path is not a directory'],
  ['ELOOP', 'it is a link that leads nowhere'],
]);

/** The code of an error of Node or the system. */
function codeOf(e: unknown): string | null {
  return typeof e === 'object' && e !== null && 'code' in e && typeof e.code === 'string' ? e.code : null;
}
