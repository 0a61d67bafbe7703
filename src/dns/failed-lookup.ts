/** A question without an answer in plain words: printable ASCII, and nothing of the servers that were asked. */
import type { FailureReason, RecordType } from './answer.js';
import { printName, type QueryName } from './query-name.js';

/** `DNS failed with SERVFAIL for TXT of example.com`. */
export function describeFailedLookup(name: QueryName, type: RecordType, why: FailureReason): string {
  return `DNS ${FAILURES[why]} for ${type} of ${printName(name)}`;
}

const FAILURES: Readonly<Record<FailureReason, string>> = {
  timeout: 'gave no answer in time',
  servfail: 'failed with SERVFAIL',
  refused: 'refused to answer',
  formerr: 'failed with FORMERR',
  notimp: 'failed with NOTIMP',
  'other-rcode': 'failed with an error',
  malformed: 'gave an unusable answer',
  unreachable: 'could not be reached',
  busy: 'was not asked: too many questions at once',
};
