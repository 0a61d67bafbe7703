/** Trace events as plain JSON: addresses as text, names in their presentation form. */
import { printName, type Answer, type RecordData, type RecordType } from '../dns/index.js';
import { IpAddress } from '../net/index.js';
import type { TraceEvent } from '../spf/index.js';

export function traceJson(event: TraceEvent): Readonly<Record<string, unknown>> {
  switch (event.kind) {
    case 'query':
      return { ...event, name: printName(event.name), answer: answerJson(event.answer) };
    case 'validated':
    case 'not-needed':
      return { ...event, name: printName(event.name) };
    case 'record':
    case 'result':
    case 'explanation':
      return { ...event, domain: printName(event.domain) };
    case 'term':
    case 'term-done':
    case 'macro':
      return event;
  }
}

function answerJson(answer: Answer<RecordData[RecordType]>): unknown {
  if (answer.kind !== 'records') return answer;
  return { ...answer, records: answer.records.map(recordJson) };
}

function recordJson(record: RecordData[RecordType]): unknown {
  if (typeof record === 'string') return record;
  if (record instanceof IpAddress) return record.toString();
  return { ...record, exchange: printName(record.exchange) };
}
