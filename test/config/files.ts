/** A file system of literals for the loader. */
import type { ConfigFiles } from '../../src/config/index.js';

/** Errors as node:fs throws them. */
function systemError(code: string): Error {
  return Object.assign(new Error(code), { code });
}

/** Paths with their content; a content that is an upper-case word of the system is the error of reading it. */
export function filesOf(content: Readonly<Record<string, string | Uint8Array>>): ConfigFiles {
  return {
    read(path, limit) {
      const found = new Map(Object.entries(content)).get(path);
      if (found === undefined) throw systemError('ENOENT');
      if (typeof found !== 'string') return found.subarray(0, limit);
      if (/^E[A-Z]+$/.test(found)) throw systemError(found);
      return Buffer.from(found).subarray(0, limit);
    },
    isDirectory: (path) => path === '/run',
  };
}
