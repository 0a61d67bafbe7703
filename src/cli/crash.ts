/** What is said of an exception that no command expects, and the exit status it becomes. */
import { EXIT } from './exit-status.js';
import { escapeControls } from './json-line.js';

/** 66 where something cannot be opened, 74 for another failure of the system, 70 for a bug. */
export function statusOfError(error: unknown): number {
  const code = systemCode(error);
  if (code === null) return EXIT.software;
  return CANNOT_OPEN.has(code) ? EXIT.noInput : EXIT.io;
}

/** One line; a bug's has the top of its stack. */
export function bugLine(error: unknown): string {
  if (!(error instanceof Error)) return `spfwarden: a bug: ${oneLine(String(error))}`;
  if (systemCode(error) !== null) return `spfwarden: ${oneLine(error.message)}`;
  const top = (error.stack ?? String(error)).split('\n').slice(0, STACK_LINES);
  return `spfwarden: a bug: ${oneLine(top.map((line) => line.trim()).join(' '))}`;
}

const STACK_LINES = 4;
const CANNOT_OPEN: ReadonlySet<string> = new Set(['ENOENT', 'ENOTDIR', 'EISDIR', 'EACCES', 'EPERM', 'ELOOP']);

/** `ENOENT` and its like; null for an error that the system did not report. */
function systemCode(error: unknown): string | null {
  if (!(error instanceof Error && 'code' in error)) return null;
  // Node's own complaints (ERR_INVALID_ARG_TYPE) have a code too, and are bugs.
  return typeof error.code === 'string' && !error.code.startsWith('ERR_') ? error.code : null;
}

function oneLine(text: string): string {
  return escapeControls(text.replace(/\s+/g, ' '));
}
