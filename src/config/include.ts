/** Finds the files that the main file includes. */
import { basename, dirname, isAbsolute, join, normalize } from 'node:path';

import { err, ok, type Result } from '../util/index.js';
import { isAbsent, systemReason, type ConfigFiles } from './files.js';
import type { Place } from './node.js';
import { shown, type Remark } from './problem.js';

const MAX_FILES = 100;

/**
 * The files that a pattern stands for, in byte order of their names. It is relative to the folder of the main
 * file, and has stars only in its last part: those names need not exist, nor their folder.
 */
export function filesOfPattern(
  pattern: string,
  mainFile: string,
  place: Place,
  files: ConfigFiles,
): Result<readonly string[], Remark> {
  const path = isAbsolute(pattern) ? pattern : join(dirname(mainFile), pattern);
  const name = basename(path);
  if (!name.includes('*')) return ok([path]);
  const folder = dirname(path);
  let names: readonly string[];
  try {
    names = files.list(folder);
  } catch (e) {
    const message = `the folder ${folder} cannot be read: ${systemReason(e)}`;
    return isAbsent(e) ? ok([]) : err({ place, code: 'unreadable', message, hint: null });
  }
  const matching = names.filter((candidate) => matches(candidate, name)).sort(byBytes);
  if (matching.length > MAX_FILES) {
    const message = `${shown(pattern)} stands for ${matching.length} files`;
    return err({ place, code: 'range', message, hint: `at most ${MAX_FILES}` });
  }
  const paths = matching.map((candidate) => join(folder, candidate));
  return ok(paths.filter((candidate) => candidate !== normalize(mainFile)));
}

/** As in a shell: a star is any part of a name, and names that begin with a dot are hidden from it. */
function matches(name: string, pattern: string): boolean {
  if (name.startsWith('.') && !pattern.startsWith('.')) return false;
  const [first = '', ...rest] = pattern.split('*');
  const last = rest.pop() ?? '';
  if (!name.startsWith(first) || name.length < first.length + last.length || !name.endsWith(last))
    return false;
  let at = first.length;
  for (const part of rest) {
    const found = name.indexOf(part, at);
    if (found === -1) return false;
    at = found + part.length;
  }
  return at <= name.length - last.length;
}

/** Not by the locale: the order is the same everywhere. */
function byBytes(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}
