/** Picks the policy out of a TXT answer (RFC 7208 §4.5) and reads it, once for each answer. */
import type { Answer } from '../dns/index.js';
import type { Octets, Result } from '../util/index.js';
import { isSpfRecord, parseRecord, type RecordProblem } from './parse.js';
import type { SpfRecord } from './record.js';

export type Selection =
  | { readonly kind: 'none' }
  | { readonly kind: 'several' }
  | { readonly kind: 'one'; readonly text: Octets; readonly parsed: Result<SpfRecord, RecordProblem> };

type TxtRecords = Extract<Answer<Octets>, { kind: 'records' }>;

/** Answers are immutable, so what was read from one is true as long as it lives: a cache that hands out
 *  the same answer again hands out its parsed record with it. */
const selections = new WeakMap<TxtRecords, Selection>();

export function selectRecord(answer: TxtRecords): Selection {
  let selection = selections.get(answer);
  if (selection === undefined) {
    selection = select(answer.records);
    selections.set(answer, selection);
  }
  return selection;
}

function select(records: readonly Octets[]): Selection {
  // Other TXT records may hold any octets; they are nobody's business here.
  const [text, second] = records.filter(isSpfRecord);
  if (text === undefined) return { kind: 'none' };
  // Two equal records are two records: identical RDATA cannot come over the DNS (RFC 2181 §5).
  if (second !== undefined) return { kind: 'several' };
  return { kind: 'one', text, parsed: parseRecord(text) };
}
