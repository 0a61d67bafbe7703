/** Something that takes lines. */

export interface WriteFailure {
  readonly why: string;
  /** How many lines are lost, or may be. */
  readonly lost: number;
  /** How many of the lines, the last of them, have certainly not been written and are worth another try. */
  readonly unwritten: number;
}

/** Where lines go. Never throws; every failure comes through a callback. There is one call at a time: the next
 *  comes after `done` of the one before. */
export interface LineWriter {
  /** Writes whole lines and calls back once: `null` if all are written. */
  write(lines: readonly string[], done: (failure: WriteFailure | null) => void): void;
  /** Lets go, in good order, of what is open; the next line goes to what is then opened anew (a rotated file,
   *  a program with other arguments). */
  reopen(failed: (why: string) => void): void;
  /** No more will come: lets go of whatever is held. */
  close(): void;
}

/** Nothing of it is written. */
export function untouched(lines: readonly string[], why: string): WriteFailure {
  return { why, lost: 0, unwritten: lines.length };
}

/** It is not known what of it arrived, and a line twice is worse than one that is counted as lost. */
export function lost(lines: readonly string[], why: string): WriteFailure {
  return { why, lost: lines.length, unwritten: 0 };
}

/** Of something that was thrown. */
export function reason(error: unknown): string {
  const hasMessage = typeof error === 'object' && error !== null && 'message' in error;
  return String(hasMessage ? error.message : error);
}
