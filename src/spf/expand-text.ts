/** Texts of our own administrator, replies above all, with the macros of an explanation (RFC 7208 §7.2). */
import { queryName } from '../dns/index.js';
import type { CheckArguments, CheckContext } from './check-host.js';
import { ClientNames } from './client-names.js';
import { expandOwnText, needsValidatedName } from './expand.js';
import { explanationValues, Expansions } from './expansions.js';
import { Questions, type Unanswered } from './questions.js';
import type { MacroString } from './record.js';
import { runAgain } from './run-again.js';

/**
 * Expands a text that `parseExplanation` has read, for one checked identity: `%{d}` and `%{o}` are its own
 * domain, as the client gave it where it is none. Printable ASCII, at most 4096 characters: what is longer,
 * or takes more octets of macro values than any string may have, is cut, since half of a reply still says
 * more than none.
 *
 * The text comes at once if every answer is at hand, else as a promise that does not reject. Only `%{p}` asks
 * the DNS; it is "unknown" where no name of the client is confirmed by the deadline of the context.
 */
export function expandText(
  parts: MacroString,
  args: CheckArguments,
  context: CheckContext,
): string | Promise<string> {
  const { domain, domainText } = args.sender;
  const own = domain.ok ? domain.value : domainText;
  const expansions = new Expansions(args, own);
  const expanded = (validatedName: string): string =>
    expandOwnText(parts, own, expansions.values(validatedName), explanationValues(args, context.clock));
  if (!needsValidatedName(parts)) return expanded('unknown');

  const questions = new Questions(context);
  const run = (): string | Unanswered => {
    const names = new ClientNames(args.ip, questions, context.limits.names);
    const validatedName = names.bestFor(queryName(own), 0);
    if (typeof validatedName !== 'string') return validatedName;
    questions.flushTrace();
    return expanded(validatedName);
  };
  const text = run();
  return typeof text === 'string' ? text : runAgain(run, questions, text);
}
