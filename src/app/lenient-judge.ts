/** A judge that lets mail pass where it cannot judge: for a process that nobody would start again. */
import type { Report } from '../events/index.js';
import { NOT_JUDGED, type Judge, type Verdict } from '../verdict/index.js';

/** Checks nothing. */
export const lenientJudge: Judge = {
  variantOf: () => '',
  tellsRecipientsApart: false,
  prepare: () => undefined,
  judge: () => NOT_JUDGED,
  onInternalError: 'accept',
};

/** The same judge, but where it throws, that is reported and the message is not checked; unless the
 *  administrator wants such mail deferred. */
export function lenient(judge: Judge, report: Report): Judge {
  if (judge.onInternalError === 'defer') return judge;
  const spared = (cause: unknown): Verdict => {
    reportError(report, 'a check', cause);
    return NOT_JUDGED;
  };
  return {
    ...judge,
    judge(transaction) {
      try {
        const verdict = judge.judge(transaction);
        return verdict instanceof Promise ? verdict.catch(spared) : verdict;
      } catch (error) {
        return spared(error);
      }
    },
  };
}

/** `where` says what was being done. */
export function reportError(report: Report, where: string, cause: unknown): void {
  const error = cause instanceof Error ? cause : new Error(String(cause));
  report({ kind: 'internal-error', where, error });
}
