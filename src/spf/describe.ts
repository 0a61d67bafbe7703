/** Outcomes in plain words, for header fields, log lines and replies: printable ASCII, nothing of resolvers,
 *  files or programs, and no quotes or parentheses of our own, which a header field would have to escape. */
import { describeFailedLookup, printName } from '../dns/index.js';
import type { DomainNameProblem } from '../net/index.js';
import { assertNever } from '../util/index.js';
import type { NoneCause, Outcome, PermErrorCause, TempErrorCause } from './outcome.js';
import type { RecordProblem, RecordProblemCode } from './parse.js';
import { printDirective, printRecord } from './print.js';
import type { Directive, SpfRecord } from './record.js';

/** The directive that decided, as it would be written: `-all`. Null where none did. */
export function matchedTerm(outcome: Outcome): string | null {
  return 'matched' in outcome && outcome.matched !== null ? textOfDirective(outcome.matched) : null;
}

/** The record of the domain that was checked, whichever decided, as `printRecord` has it: printable ASCII,
 *  and as long as the record. Null where there is none that can be read. */
export function recordText(outcome: Outcome): string | null {
  return 'record' in outcome && outcome.record !== null ? textOfRecord(outcome.record) : null;
}

const textOfDirective = kept<Directive>(printDirective);
const textOfRecord = kept<SpfRecord>(printRecord);

/** A record is read once and told often. */
function kept<T extends object>(print: (value: T) => string): (value: T) => string {
  const texts = new WeakMap<T, string>();
  return (value) => {
    let text = texts.get(value);
    if (text === undefined) {
      text = print(value);
      texts.set(value, text);
    }
    return text;
  };
}

/** Why there is no verdict of the domain's owner: for none, temperror and permerror. Empty for the rest. */
export function describeCause(outcome: Outcome): string {
  switch (outcome.result) {
    case 'none':
      return describeNone(outcome.cause);
    case 'temperror':
      return describeTempError(outcome.cause);
    case 'permerror':
      return describePermError(outcome.cause);
    case 'pass':
    case 'fail':
    case 'softfail':
    case 'neutral':
      return '';
  }
}

function describeNone(cause: NoneCause): string {
  if (cause.kind === 'no-record') return 'no SPF record';
  return `no domain to check: ${DOMAIN_PROBLEMS[cause.problem]}`;
}

const DOMAIN_PROBLEMS: Readonly<Record<DomainNameProblem, string>> = {
  empty: 'empty name',
  'single-label': 'not a full domain name',
  'label-length': 'empty or overlong label',
  'name-length': 'name too long',
  character: 'character that no domain has',
  idna: 'not a valid international name',
};

function describeTempError(cause: TempErrorCause): string {
  if (cause.kind === 'deadline') return 'DNS took too long';
  return describeFailedLookup(cause.name, cause.type, cause.why);
}

function describePermError(cause: PermErrorCause): string {
  const domain = printName(cause.domain);
  switch (cause.kind) {
    case 'several-records':
      return `more than one SPF record at ${domain}`;
    case 'record':
      return `${describeRecordProblem(cause.problem)} in the record of ${domain}`;
    case 'limit':
      return `${LIMITS[cause.limit]} at ${printable(cause.term)} in the record of ${domain}`;
    case 'no-record':
      return `${printable(cause.term)} in the record of ${domain} leads to no SPF record`;
    case 'bad-target':
      return `${printable(cause.term)} in the record of ${domain} leads to no usable name`;
    default:
      return assertNever(cause);
  }
}

const LIMITS = {
  terms: 'too many DNS lookups',
  void: 'too many lookups without an answer',
  names: 'too many MX hosts',
} as const;

function describeRecordProblem(problem: RecordProblem): string {
  return `${RECORD_PROBLEMS[problem.code]} ${printable(problem.term)}`;
}

const RECORD_PROBLEMS: Readonly<Record<RecordProblemCode, string>> = {
  'no-version': 'no version',
  'bad-character': 'forbidden character in',
  'bad-macro': 'bad macro in',
  'bad-domain': 'bad domain name in',
  'bad-label': 'empty or overlong label in',
  'unknown-mechanism': 'unknown mechanism',
  'missing-argument': 'argument missing in',
  'unexpected-argument': 'rubbish behind the name in',
  'bad-address': 'bad address in',
  'bad-prefix': 'bad prefix length in',
  'repeated-modifier': 'second modifier of its kind,',
};

/** At most 60 characters of a term, octets that are not printable ASCII as `?`. */
function printable(term: string): string {
  const text = term.length > 60 ? `${term.slice(0, 57)}...` : term;
  return text.replace(/[^\x20-\x7e]/g, '?');
}
