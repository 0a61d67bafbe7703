/** Tells a wrong command line from a wrong file. */
import type { Problem } from '../config/index.js';

/** Whether all that is wrong was written on the command line. */
export function areOfFlags(problems: readonly Problem[]): boolean {
  return problems.every(({ severity, source }) => severity !== 'error' || source.startsWith('--'));
}
