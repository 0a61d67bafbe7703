/** The explanation of a fail (RFC 7208 §6.2). Whatever goes wrong with it, there is just no text. */
import type { QueryName } from '../dns/index.js';
import { expandExplanation, type ExplanationValues } from './expand.js';
import { parseExplanation } from './parse.js';
import type { Questions, Unanswered } from './questions.js';
import type { MacroString, SpfRecord } from './record.js';
import type { Targets } from './targets.js';

/** The text that the record of `domain`, which said fail, has for it: printable ASCII, or null. */
export function explain(
  record: SpfRecord,
  domain: QueryName,
  targets: Targets,
  questions: Questions,
  values: ExplanationValues,
): string | null | Unanswered {
  if (record.exp === null) return null;
  const target = targets.of(record.exp, domain, 0);
  if (typeof target !== 'string') return target?.result === 'unanswered' ? target : null;
  const answer = questions.ask(target, 'TXT', 0);
  if (answer.kind === 'unanswered') return answer;
  const text = answer.kind === 'records' && answer.records.length === 1 ? answer.records[0] : null;
  const parts = text === null ? null : parseExplanation(text);
  const explanation = parts === null ? null : expanded(parts, domain, targets, values);
  if (explanation !== null && typeof explanation !== 'string') return explanation;
  if (questions.tracing) questions.trace(0, { kind: 'explanation', domain: target, text: explanation });
  return explanation;
}

function expanded(
  parts: MacroString,
  domain: QueryName,
  targets: Targets,
  more: ExplanationValues,
): string | null | Unanswered {
  const values = targets.values(parts, domain, 0);
  if (values === null || 'result' in values) return values;
  return expandExplanation(parts, domain, values, more);
}
