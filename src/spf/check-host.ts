/** The entry of the engine: check_host() of RFC 7208 §4. */
import { queryName, type Lookup } from '../dns/index.js';
import type { IpAddress } from '../net/index.js';
import type { Sender } from '../smtp/index.js';
import type { Clock, Octets } from '../util/index.js';
import { Check } from './check.js';
import { Evaluation } from './evaluate.js';
import { explain } from './explain.js';
import type { Limits, Outcome } from './outcome.js';
import type { Unanswered } from './questions.js';
import { runAgain } from './run-again.js';
import type { Trace } from './trace.js';

/** Who is checked. */
export interface CheckArguments {
  readonly ip: IpAddress;
  readonly sender: Sender;
  /** The HELO name as the client gave it: `%{h}`. */
  readonly helo: Octets;
  /** This host's name: `%{r}`. */
  readonly receiver: string;
}

/** What a check may use. */
export interface CheckContext {
  readonly lookup: Lookup;
  readonly clock: Clock;
  readonly limits: Limits;
  /** When the check must be over, in `clock.now()` milliseconds: then it is a temperror (§4.6.4). */
  readonly deadline: number;
  /** Whether questions are asked before their term is reached. */
  readonly prefetch?: boolean;
  readonly trace?: Trace;
}

/**
 * Evaluates check_host() for one identity. The outcome comes at once if every answer is at hand, else as
 * a promise that does not reject. An explanation is fetched for a fail, and only then (§6.2).
 */
export function checkHost(args: CheckArguments, context: CheckContext): Outcome | Promise<Outcome> {
  const { domain } = args.sender;
  if (!domain.ok) return { result: 'none', cause: { kind: 'bad-domain', problem: domain.error } }; // §4.3
  const check = new Check(args, context, domain.value);
  const outcome = run(check);
  return outcome.result === 'unanswered' ? runToTheEnd(check, outcome) : outcome;
}

function runToTheEnd(check: Check, first: Unanswered): Promise<Outcome> {
  const { context, domain, questions } = check;
  if (context.prefetch === true) {
    const runAhead = (): void => {
      questions.restart(true);
      new Evaluation(check).evaluate(queryName(domain));
    };
    runAhead();
    questions.onArrival = runAhead;
  }
  return runAgain(() => run(check), questions, first);
}

function run(check: Check): Outcome | Unanswered {
  const outcome = evaluate(check);
  if (outcome.result !== 'unanswered') check.questions.flushTrace();
  return outcome;
}

function evaluate(check: Check): Outcome | Unanswered {
  const evaluation = new Evaluation(check);
  const finding = evaluation.evaluate(queryName(check.domain));
  if (finding.result === 'temperror') {
    return { result: finding.result, cause: finding.cause, record: evaluation.record };
  }
  if (finding.result === 'permerror') {
    return { result: finding.result, cause: finding.cause, record: evaluation.record };
  }
  if (finding.result !== 'fail') return finding;
  const { matched, record, decidedBy } = finding;
  const { exp } = decidedBy;
  const explanation = exp === null ? null : explain(exp, finding.domain, evaluation.targets, check);
  if (explanation !== null && typeof explanation !== 'string') return explanation;
  return { result: 'fail', matched, explanation, record, decidedBy };
}
