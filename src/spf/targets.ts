/** The names that terms lead to (RFC 7208 §4.8), and what their macros stand for. */
import { isQueryable, queryName, type QueryName } from '../dns/index.js';
import { domainName, type DomainName } from '../net/index.js';
import type { Budget } from './budget.js';
import type { CheckArguments } from './check-host.js';
import { ClientNames } from './client-names.js';
import {
  constantText,
  expandDomainSpec,
  needsLocalPart,
  needsValidatedName,
  type MacroValues,
} from './expand.js';
import { printMacroString } from './print.js';
import type { Questions, Unanswered } from './questions.js';
import type { MacroString } from './record.js';
import { limitExceeded, type Stop } from './stop.js';

export class Targets {
  readonly #args: CheckArguments;
  readonly #senderDomain: DomainName;
  readonly #questions: Questions;
  readonly #budget: Budget;
  readonly #maxNames: number;
  #names: ClientNames | null = null;
  #paidForNames = false;

  constructor(
    args: CheckArguments,
    senderDomain: DomainName,
    questions: Questions,
    budget: Budget,
    maxNames: number,
  ) {
    this.#args = args;
    this.#senderDomain = senderDomain;
    this.#questions = questions;
    this.#budget = budget;
    this.#maxNames = maxNames;
  }

  /** The target-name of a term (§4.8): null where the domain-spec gives no name that can be asked for. */
  of(spec: MacroString | null, domain: QueryName, depth: number): QueryName | null | Stop {
    if (spec === null) return domain;
    let text = constantText(spec);
    if (text === null) {
      const values = this.values(spec, domain, depth);
      if (values === null) return limitExceeded('terms', domain, printMacroString(spec));
      if ('result' in values) return values;
      text = expandDomainSpec(spec, domain, values);
      if (text === null) return null;
      if (this.#questions.tracing) {
        this.#questions.trace(depth, { kind: 'macro', before: printMacroString(spec), after: text });
      }
    }
    return fitName(text);
  }

  /** What macros stand for; null if the PTR query for `%{p}` would be one term too many (§4.6.4). */
  values(parts: MacroString, domain: QueryName, depth: number): MacroValues | null | Unanswered {
    let validatedName = 'unknown';
    if (needsValidatedName(parts)) {
      if (!this.#paidForNames && !this.#budget.spendTerm()) return null;
      this.#paidForNames = true;
      const best = this.names.bestFor(domain, depth);
      if (typeof best !== 'string') return best;
      validatedName = best;
    }
    const { sender, helo } = this.#args;
    const heloName = domainName(helo);
    return {
      ip: this.#args.ip,
      localPart: isAscii(sender.localPart) ? sender.localPart : null,
      senderDomain: this.#senderDomain,
      helo: heloName.ok ? heloName.value : helo,
      validatedName,
    };
  }

  /** The names of the client, found out at most once a run. */
  get names(): ClientNames {
    return (this.#names ??= new ClientNames(this.#args.ip, this.#questions, this.#maxNames));
  }

  /** Whether the string needs a local part that macros of a term cannot have (RFC 8616 §4). */
  lacksLocalPart(spec: MacroString): boolean {
    return needsLocalPart(spec) && !isAscii(this.#args.sender.localPart);
  }
}

/** §7.3: a name that is too long loses labels on the left. */
function fitName(text: string): QueryName | null {
  let name = queryName(text);
  while (name.length > 253) {
    const dot = name.indexOf('.');
    if (dot === -1) return null;
    name = name.slice(dot + 1) as QueryName;
  }
  return isQueryable(name) ? name : null;
}

function isAscii(text: string): boolean {
  return !/[\x80-\xff]/.test(text);
}
