/** A judge that lets mail pass where it cannot judge: for a process that nobody would start again. */
import type { Report } from '../events/index.js';
import type { Judge, Verdict } from '../verdict/index.js';

const NOT_CHECKED: Verdict = {
  helo: null,
  mailFrom: null,
  iprev: null,
  decision: { do: 'skip', why: 'internal-error' },
  fields: [],
  stripsForged: false,
  subjectTag: null,
  why: 'an error of spfwarden itself',
  rule: null,
  dryRun: false,
  logLevel: null,
};

/** Checks nothing. */
export const lenientJudge: Judge = {
  variantOf: () => '',
  tellsRecipientsApart: false,
  prepare: () => undefined,
  judge: () => NOT_CHECKED,
  onInternalError: 'accept',
};

/** The same judge, but where it throws, that is reported and the message is not checked; unless the
 *  administrator wants such mail deferred. */
export function lenient(judge: Judge, report: Report): Judge {
  if (judge.onInternalError === 'defer') return judge;
  const spared = (cause: unknown): Verdict => {
    reportError(report, 'a check', cause);
    return NOT_CHECKED;
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
