/** What happens during a check, step by step, for `query --explain` and the like. */
import type { Answer, QueryName, RecordData, RecordType } from '../dns/index.js';
import type { SpfResult } from '../smtp/index.js';

/** `depth` is 0 for the domain that is checked, one more for each include or redirect below it. */
export type TraceEvent = { readonly depth: number } & TraceStep;

export type TraceStep =
  /** One question, when it is answered. */
  | {
      readonly kind: 'query';
      readonly name: QueryName;
      readonly type: RecordType;
      readonly answer: Answer<RecordData[RecordType]>;
      readonly durationMs: number;
    }
  /** A domain's record is taken up. */
  | { readonly kind: 'record'; readonly domain: QueryName; readonly text: string }
  /** A term begins: `terms` and `voids` are the counters of §4.6.4 as they then stand. */
  | { readonly kind: 'term'; readonly term: string; readonly terms: number; readonly voids: number }
  /** A domain-spec with macros, before and after. */
  | { readonly kind: 'macro'; readonly before: string; readonly after: string }
  /** How the term ended. */
  | {
      readonly kind: 'term-done';
      readonly term: string;
      readonly matched: boolean;
      readonly terms: number;
      readonly voids: number;
    }
  /** A PTR name, and whether it was confirmed to belong to the client (§5.5). */
  | { readonly kind: 'validated'; readonly name: QueryName; readonly valid: boolean }
  /** The result of one call of check_host(): of an include, a redirect, or the whole. */
  | { readonly kind: 'result'; readonly domain: QueryName; readonly result: SpfResult }
  /** A question that was asked ahead, and that the evaluation did not come to. */
  | { readonly kind: 'not-needed'; readonly name: QueryName; readonly type: RecordType }
  /** The text that `exp=` led to (null: it could not be used, so there is none). */
  | { readonly kind: 'explanation'; readonly domain: QueryName; readonly text: string | null };

export type Trace = (event: TraceEvent) => void;
