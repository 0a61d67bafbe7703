/** What is wrong with values that are right alone. */
import type { OptionName } from './options.js';
import type { ProblemCode, Severity } from './problem.js';

export interface Finding {
  readonly severity: Severity;
  /** The options that do not go together, the first above all: it stands where the first of them is that
   *  somebody has written. */
  readonly options: readonly [OptionName, ...OptionName[]];
  /** Which item of the first one's list; null for it as a whole. */
  readonly item: number | null;
  readonly code: ProblemCode;
  readonly message: string;
  readonly hint: string | null;
}
