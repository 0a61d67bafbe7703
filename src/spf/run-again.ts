/** How what is a plain function of DNS answers waits for them. */
import type { Questions, Unanswered } from './questions.js';

/** Runs again from the beginning for each answer that has to be waited for, until a run meets none. `first` is
 *  what the run before came to. The promise does not reject. */
export async function runAgain<T extends string | { readonly result: string }>(
  run: () => T | Unanswered,
  questions: Questions,
  first: Unanswered,
): Promise<T> {
  for (let waiting = first; ;) {
    await waiting.arrival;
    questions.restart(false);
    const end = run();
    if (!isUnanswered(end)) {
      questions.onArrival = null; // what was asked for nothing may still arrive
      return end;
    }
    waiting = end;
  }
}

function isUnanswered(end: string | { readonly result: string }): end is Unanswered {
  return typeof end !== 'string' && end.result === 'unanswered';
}
