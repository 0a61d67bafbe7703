/** Reads the main file and those that it includes, and lays them over one another. */
import type { ConfigKey } from './config.js';
import { readText, type ConfigFiles } from './files.js';
import { findOptions } from './find-options.js';
import { filesOfPattern } from './include.js';
import { merge } from './merge.js';
import { isNothing, scalar, type ConfigNode } from './node.js';
import { OPTIONS } from './options.js';
import type { ProblemList } from './problem-list.js';
import { problemOf } from './problem.js';
import { readYaml } from './yaml-document.js';

export interface FilesGiven {
  readonly options: ReadonlyMap<ConfigKey, ConfigNode>;
  /** Those that were read, in order. The main file may be absent. */
  readonly files: readonly string[];
}

/**
 * Reads the files. `include`, where it is not null, comes from the environment or the command line and
 * stands for what the main file says.
 */
export async function readFiles(
  mainFile: string,
  mayBeAbsent: boolean,
  include: ConfigNode | null,
  files: ConfigFiles,
  problems: ProblemList,
): Promise<FilesGiven> {
  const main = await readFile(mainFile, mayBeAbsent, files, problems);
  const options = new Map(main ?? []);
  const read = main === null ? [] : [mainFile];

  const node = include ?? options.get('include');
  for (const file of includedFiles(node, mainFile, files, problems)) {
    const found = await readFile(file, false, files, problems);
    if (found === null) continue;
    read.push(file);
    for (const [key, value] of found) {
      const before = options.get(key);
      if (key === 'include') {
        const message = 'only the main file can include others';
        problems.push(
          problemOf({ place: value.place, code: 'conflict', message, hint: 'name it there' }, 'error'),
        );
      } else if (before === undefined) options.set(key, value);
      else {
        const merged = merge(key, before, value, (remark) => {
          problems.push(problemOf(remark, 'note'));
        });
        options.set(key, merged);
      }
    }
  }
  return { options, files: read };
}

function includedFiles(
  node: ConfigNode | undefined,
  mainFile: string,
  files: ConfigFiles,
  problems: ProblemList,
): readonly string[] {
  const given = node === undefined || isNothing(node) ? scalar('include', OPTIONS.include.default) : node;
  const pattern = OPTIONS.include.kind.read(given, () => undefined);
  if (!pattern.ok || pattern.value === null) return []; // what is refused is told with the other options
  const found = filesOfPattern(pattern.value, mainFile, given.place, files);
  if (found.ok) return found.value;
  problems.push(problemOf(found.error, 'error'));
  return [];
}

/** What a file says; null for one that is not there, or cannot be read. */
async function readFile(
  file: string,
  mayBeAbsent: boolean,
  files: ConfigFiles,
  problems: ProblemList,
): Promise<ReadonlyMap<ConfigKey, ConfigNode> | null> {
  const text = readText(file, mayBeAbsent, files);
  if (!text.ok) {
    problems.push(problemOf(text.error, 'error'));
    return null;
  }
  if (text.value === null) return null;
  if (isEmpty(text.value)) return new Map();
  const { root, problems: ofYaml } = await readYaml(text.value, { name: file, path: '', hasLines: true });
  for (const remark of ofYaml) problems.push(problemOf(remark, 'error'));
  if (root === null) return new Map();
  const found = findOptions(root);
  for (const remark of found.problems) problems.push(problemOf(remark, 'error'));
  return found.options;
}

/** Whether there are only comments: then the YAML library, which takes its time, is not needed. */
function isEmpty(text: string): boolean {
  return text.split('\n').every((line) => /^[ \r]*(?:#|$)/.test(line));
}
