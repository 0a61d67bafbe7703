/** A judge that lets mail pass where it cannot judge: for a process that nobody would start again. */
import type { Report } from '../events/index.js';
import type { Judge, Verdict } from '../verdict/index.js';

const NOT_CHECKED: Verdict = {
  helo: null,
  mailFrom: null,
  decision: { do: 'skip', why: 'internal-error' },
  why: 'an error of spfwarden itself',
  dryRun: false,
};

/** Checks nothing. */
export const lenientJudge: Judge = () => NOT_CHECKED;

/** The same judge, but where it throws, that is reported and the message is not checked. */
export function lenient(judge: Judge, report: Report): Judge {
  const spared = (cause: unknown): Verdict => {
    reportError(report, 'a check', cause);
    return NOT_CHECKED;
  };
  return (transaction) => {
    try {
      const verdict = judge(transaction);
      return verdict instanceof Promise ? verdict.catch(spared) : verdict;
    } catch (error) {
      return spared(error);
    }
  };
}

/** `where` says what was being done. */
export function reportError(report: Report, where: string, cause: unknown): void {
  const error = cause instanceof Error ? cause : new Error(String(cause));
  report({ kind: 'internal-error', where, error });
}
