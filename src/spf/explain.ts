/** The explanation of a fail (RFC 7208 §6.2). Whatever goes wrong with it, there is just no text. */
import type { QueryName } from '../dns/index.js';
import type { Check } from './check.js';
import { expandExplanation, type ExplanationValues } from './expand.js';
import { explanationValues } from './expansions.js';
import { parseExplanation } from './parse.js';
import type { Unanswered } from './questions.js';
import type { MacroString } from './record.js';
import type { Targets } from './targets.js';

/** The text that the record of `domain`, which said fail, has for it under `exp=`: printable ASCII, or null. */
export function explain(
  exp: MacroString,
  domain: QueryName,
  targets: Targets,
  { args, context, questions }: Check,
): string | null | Unanswered {
  const target = targets.of(exp, domain, 0);
  if (typeof target !== 'string') return target?.result === 'unanswered' ? target : null;
  const answer = questions.ask(target, 'TXT', 0);
  if (answer.kind === 'unanswered') return answer;
  const text = answer.kind === 'records' && answer.records.length === 1 ? answer.records[0] : null;
  const parts = text === null ? null : parseExplanation(text);
  const more = explanationValues(args, context.clock);
  const explanation = parts === null ? null : expanded(parts, domain, targets, more);
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
