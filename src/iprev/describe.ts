/** Outcomes in plain words, for replies, header fields and log lines: printable ASCII, and nothing of ours. */
import { describeFailedLookup } from '../dns/index.js';
import { assertNever } from '../util/index.js';
import type { IprevFailure, IprevOutcome } from './outcome.js';

/** Why the reverse names of the client do or do not fit. The words stay the same for programs that look for
 *  them. At most some 350 characters. */
export function describeIprev(outcome: IprevOutcome): string {
  switch (outcome.result) {
    case 'pass':
      return `${outcome.names[0]} leads back to it`;
    case 'fail':
      return outcome.names.length === 0
        ? 'its reverse name (PTR record) is not the name of a host'
        : 'none of its names leads back to it';
    case 'permerror':
      return 'no reverse name (PTR record)';
    case 'temperror':
      return describeFailure(outcome.cause);
  }
}

function describeFailure(cause: IprevFailure): string {
  switch (cause.kind) {
    case 'lookup':
      return describeFailedLookup(cause.name, cause.type, cause.why);
    case 'not-asked':
      return 'addresses of its kind are not looked up here';
    case 'deadline':
      return 'DNS took too long';
    default:
      return assertNever(cause);
  }
}
