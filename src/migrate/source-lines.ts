/** The lines of an old file, within bounds. */
import { shown } from './shown.js';

/** One line that says something, and which it is. */
export interface SourceLine {
  /** From 1. */
  readonly number: number;
  readonly text: string;
}

export const MAX_FILE_LENGTH = 1 << 20;
const MAX_LINE_LENGTH = 4096;

/** All lines, their ends and a byte order mark taken off. What is too long is not given but told. */
export function sourceLines(
  text: string,
  remark: (line: number, text: string) => void,
): readonly SourceLine[] {
  const lines: SourceLine[] = [];
  for (const [index, line] of text
    .replace(/^\ufeff/, '')
    .split(/\r\n|\r|\n/)
    .entries()) {
    if (line.length <= MAX_LINE_LENGTH) lines.push({ number: index + 1, text: line });
    else remark(index + 1, `longer than ${MAX_LINE_LENGTH} characters, not read: ${shown(line)}`);
  }
  return lines;
}
