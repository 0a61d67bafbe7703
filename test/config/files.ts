/** A file system of literals for the loader. */
import type { ConfigFiles } from '../../src/config/index.js';

/** Errors as node:fs throws them. */
function systemError(code: string): Error {
  return Object.assign(new Error(code), { code });
}

/** Paths with their content; a content that is an upper-case word of the system is the error of reading it,
 *  and of listing a folder of that name. Other folders hold the files whose paths begin with theirs. */
export function filesOf(content: Readonly<Record<string, string | Uint8Array>>): ConfigFiles {
  const files = new Map(Object.entries(content));
  return {
    read(path, limit) {
      const found = files.get(path);
      if (found === undefined) throw systemError('ENOENT');
      if (typeof found !== 'string') return found.subarray(0, limit);
      if (/^E[A-Z]+$/.test(found)) throw systemError(found);
      return Buffer.from(found).subarray(0, limit);
    },
    isDirectory: (path) => path === '/run',
    list(folder) {
      const refusal = files.get(folder);
      if (typeof refusal === 'string') throw systemError(refusal);
      const inside = [...files.keys()].filter((path) => path.startsWith(`${folder}/`));
      if (inside.length === 0) throw systemError('ENOENT');
      return inside.map((path) => path.slice(folder.length + 1)).filter((name) => !name.includes('/'));
    },
  };
}
