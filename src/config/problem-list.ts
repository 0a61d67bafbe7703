/** Gathers problems, as many as help. */
import type { Problem } from './problem.js';

/** A file of another kind would have thousands. */
export const MAX_PROBLEMS = 100;

export class ProblemList {
  /** Apart from the rest, so that no crowd of notes can hide an error. */
  readonly #errors: Problem[] = [];
  readonly #others: Problem[] = [];

  get hasErrors(): boolean {
    return this.#errors.length > 0;
  }

  /** What is too much is dropped. */
  push(problem: Problem): void {
    const list = problem.severity === 'error' ? this.#errors : this.#others;
    if (list.length < MAX_PROBLEMS) list.push(problem);
  }

  /** In the order of the files and of what is in them, all else last; and of several errors at one place
   *  only the first: a star without its quotes is not also a bad address. */
  inOrder(files: readonly string[]): Problem[] {
    const rank = ({ source }: Problem): number => {
      const at = files.indexOf(source);
      return at === -1 ? files.length : at;
    };
    const seen = new Set<string>();
    return [...this.#errors, ...this.#others]
      .filter(({ severity, source, line, column }) => {
        if (severity !== 'error' || line === null) return true;
        const place = `${source}:${line}:${column ?? 0}`;
        const isFirst = !seen.has(place);
        seen.add(place);
        return isFirst;
      })
      .sort((a, b) => rank(a) - rank(b) || lineOf(a) - lineOf(b) || (a.column ?? 0) - (b.column ?? 0))
      .slice(0, MAX_PROBLEMS);
  }
}

/** Finite even where there is no line: two of these have a difference. */
function lineOf({ line }: Problem): number {
  return line ?? Number.MAX_SAFE_INTEGER;
}
