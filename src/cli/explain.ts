/** A check as a tree for people: records, terms, questions, counters, times, and a sentence at the end. */
import type { QueryReport } from '../app/index.js';
import { printName, type Answer, type RecordData, type RecordType, type VoidReason } from '../dns/index.js';
import { IpAddress } from '../net/index.js';
import type { TraceEvent } from '../spf/index.js';
import { assertNever } from '../util/index.js';

/** The lines of the tree, two blanks of indentation for each include or redirect. */
export function explain(report: QueryReport, client: string): string[] {
  const lines = report.trace.map((event) => '  '.repeat(event.depth * 2) + describe(event));
  return [...lines, '', sentence(report, client)];
}

function describe(event: TraceEvent): string {
  switch (event.kind) {
    case 'record':
      return `record of ${printName(event.domain)}: ${printable(event.text)}`;
    case 'query':
      return `    ? ${event.type} ${printName(event.name)}  ${answerText(event.answer)}  [${event.durationMs.toFixed(1)} ms]`;
    case 'term':
      return `  ${printable(event.term)}`;
    case 'macro':
      return `    % ${printable(event.before)} is ${printable(event.after)}`;
    case 'validated':
      return `    ${printName(event.name)} is ${event.valid ? '' : 'not '}confirmed as a name of the client`;
    case 'term-done':
      return `    ${event.matched ? 'matches' : 'does not match'}  (lookups ${event.terms}, empty ${event.voids})`;
    case 'result':
      return `= ${event.result} for ${printName(event.domain)}`;
    case 'not-needed':
      return `    (${event.type} ${printName(event.name)} was asked ahead and not needed)`;
    case 'explanation':
      return event.text === null ? '  explanation: not usable' : `  explanation: ${printable(event.text)}`;
    default:
      return assertNever(event);
  }
}

function answerText(answer: Answer<RecordData[RecordType]>): string {
  switch (answer.kind) {
    case 'records':
      return `${answer.records.map(recordText).join(', ')}  (ttl ${answer.ttl})`;
    case 'void':
      return VOIDS[answer.why];
    case 'failed':
      return `failed: ${answer.why}`;
    default:
      return assertNever(answer);
  }
}

const VOIDS: Readonly<Record<VoidReason, string>> = {
  nxdomain: 'no such name',
  nodata: 'no such record',
  'not-asked': 'not asked: dns.ipv6 is false',
};

function recordText(record: RecordData[RecordType]): string {
  if (typeof record === 'string') return `"${printable(record)}"`;
  return record instanceof IpAddress
    ? record.toString()
    : `${record.preference} ${printName(record.exchange)}`;
}

/** What it comes to, in plain words. */
function sentence(report: QueryReport, client: string): string {
  const domain = report.domain ?? 'the sender';
  const because = report.matched === null ? 'no term of its record matched' : `"${report.matched}" matched`;
  switch (report.result) {
    case 'pass':
      return `pass: ${client} may send mail for ${domain}: ${because}.`;
    case 'fail':
      return `fail: ${client} may not send mail for ${domain}: ${because}.`;
    case 'softfail':
      return `softfail: ${client} is probably not allowed to send mail for ${domain}: ${because}.`;
    case 'neutral':
      return `neutral: ${domain} does not say whether ${client} may send its mail: ${because}.`;
    case 'none':
      return `none: nothing is known about ${domain}: ${report.problem ?? ''}.`;
    case 'permerror':
      return `permerror: the owner of ${domain} has to mend something: ${report.problem ?? ''}.`;
    case 'temperror':
      return `temperror: ${domain} cannot be checked just now: ${report.problem ?? ''}.`;
    default:
      return assertNever(report.result);
  }
}

/** Octets that a terminal would obey or misread are shown as `\xHH`. */
function printable(text: string): string {
  return text.replace(/[^\x20-\x7e]/g, (c) => `\\x${c.charCodeAt(0).toString(16).padStart(2, '0')}`);
}
