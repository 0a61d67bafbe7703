/** Reads the file of `skip.senders_file`: one pattern a line. */
import { readText, type ConfigFiles } from './files.js';
import type { ListNode, Place } from './node.js';
import { OPTIONS, type Config } from './options.js';
import { MAX_PROBLEMS } from './problem-list.js';
import type { Remark } from './problem.js';

const MAX_LINES = 100_000;
const MAX_BYTES = 8 << 20;

export interface SendersFile {
  readonly patterns: Config['skip.senders'];
  readonly problems: readonly Remark[];
}

/** The patterns of a file. Empty lines, and what follows a `#` at the beginning of a word, say nothing. */
export function readSendersFile(file: string, option: Place, files: ConfigFiles): SendersFile {
  const text = readText(file, false, files, MAX_BYTES);
  if (!text.ok) {
    const message = `${file} ${text.error.message}`;
    return { patterns: [], problems: [{ ...text.error, place: option, message }] };
  }
  const lines = (text.value ?? '').split('\n');
  if (lines.length > MAX_LINES + 1) {
    const message = `${file} has more than ${MAX_LINES} lines`;
    return { patterns: [], problems: [{ place: option, code: 'too-large', message, hint: null }] };
  }
  const patterns: Config['skip.senders'][number][] = [];
  const problems: Remark[] = [];
  for (const [i, line] of lines.entries()) {
    const word = line.replace(/(^|\s)#.*/, '').trim();
    if (word === '') continue;
    const place = { source: file, path: '', line: i + 1, column: line.indexOf(word) + 1 };
    const item: ListNode = {
      kind: 'list',
      place,
      items: [{ kind: 'scalar', place, text: word, plain: false }],
    };
    const read = OPTIONS['skip.senders'].kind.read(item, () => undefined);
    if (read.ok) patterns.push(...read.value);
    else problems.push(...read.error);
    if (problems.length >= MAX_PROBLEMS) break;
  }
  return { patterns, problems };
}
