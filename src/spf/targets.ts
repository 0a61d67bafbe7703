/** The names that terms lead to (RFC 7208 §4.8), and what their macros stand for. */
import type { QueryName } from '../dns/index.js';
import type { Budget } from './budget.js';
import type { Check } from './check.js';
import { ClientNames } from './client-names.js';
import { constantText, needsLocalPart, needsValidatedName, type MacroValues } from './expand.js';
import { fitName, isAscii } from './expansions.js';
import { printMacroString } from './print.js';
import type { Unanswered } from './questions.js';
import type { MacroString } from './record.js';
import { limitExceeded, type Stop } from './stop.js';

export class Targets {
  readonly #check: Check;
  readonly #budget: Budget;
  #names: ClientNames | null = null;
  #paidForNames = false;

  constructor(check: Check, budget: Budget) {
    this.#check = check;
    this.#budget = budget;
  }

  /** The target-name of a term (§4.8): null where the domain-spec gives no name that can be asked for. */
  of(spec: MacroString | null, domain: QueryName, depth: number): QueryName | null | Stop {
    if (spec === null) return domain;
    const constant = constantText(spec);
    if (constant !== null) return fitName(constant);
    const validatedName = this.#validatedName(spec, domain, depth);
    if (validatedName === null) return limitExceeded('terms', domain, printMacroString(spec));
    if (typeof validatedName !== 'string') return validatedName;
    const { expansions, questions } = this.#check;
    const { text, name } = expansions.of(spec, domain, validatedName);
    if (text !== null && questions.tracing) {
      questions.trace(depth, { kind: 'macro', before: printMacroString(spec), after: text });
    }
    return name;
  }

  /** What macros stand for; null if the PTR query for `%{p}` would be one term too many (§4.6.4). */
  values(parts: MacroString, domain: QueryName, depth: number): MacroValues | null | Unanswered {
    const validatedName = this.#validatedName(parts, domain, depth);
    return typeof validatedName === 'string' ? this.#check.expansions.values(validatedName) : validatedName;
  }

  /** `%{p}`, if the string asks for it; null if its PTR query would be one term too many. */
  #validatedName(parts: MacroString, domain: QueryName, depth: number): string | null | Unanswered {
    if (!needsValidatedName(parts)) return 'unknown';
    if (!this.#paidForNames && !this.#budget.spendTerm()) return null;
    this.#paidForNames = true;
    return this.names.bestFor(domain, depth);
  }

  /** The names of the client, found out at most once a run. */
  get names(): ClientNames {
    const { args, context, questions } = this.#check;
    return (this.#names ??= new ClientNames(args.ip, questions, context.limits.names));
  }

  /** Whether the string needs a local part that macros of a term cannot have (RFC 8616 §4). */
  lacksLocalPart(spec: MacroString): boolean {
    return needsLocalPart(spec) && !isAscii(this.#check.args.sender.localPart);
  }
}
