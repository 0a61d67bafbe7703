/** Evaluates records, strictly from left to right (RFC 7208 §4.6, §5, §6). */
import {
  isQueryable,
  printName,
  reverseName,
  type FailureReason,
  type Mx,
  type QueryName,
  type RecordType,
} from '../dns/index.js';
import type { IpAddress } from '../net/index.js';
import { Budget } from './budget.js';
import type { Check } from './check.js';
import { constantText, needsValidatedName } from './expand.js';
import type { Outcome } from './outcome.js';
import { printDirective } from './print.js';
import type { Questions, Unanswered } from './questions.js';
import { isLocal } from './record.js';
import type { Directive, DnsMechanism, DualCidr, MacroString, SpfRecord } from './record.js';
import { selectRecord } from './select-record.js';
import {
  leadsNowhere,
  limitExceeded,
  termOf,
  TOO_LATE,
  type Failure,
  type Referral,
  type Stop,
} from './stop.js';
import { Targets } from './targets.js';

/** What one record came to. A fail carries what its explanation is made of. */
export type Finding =
  | Extract<Outcome, { readonly result: 'none' | 'pass' | 'softfail' | 'neutral' }>
  | Failure
  | {
      readonly result: 'fail';
      readonly matched: Directive;
      readonly record: SpfRecord;
      readonly decidedBy: SpfRecord;
      /** Whose record decided. */
      readonly domain: QueryName;
    };

const NO_RECORD: Finding = { result: 'none', cause: { kind: 'no-record' } };

/**
 * One run through the records of a check, with counters of its own.
 *
 * A run that is *ahead* finds no result. It takes a term whose answer is not there yet for one that does not
 * match and goes on, to have the questions of later terms asked while the evaluation waits: so a cold
 * check costs the depth of the tree of records, not its size. What it cannot come to, because a term before
 * it matches for certain or the limits are reached, the evaluation will not come to either.
 */
export class Evaluation {
  readonly #check: Check;
  readonly #ip: IpAddress;
  readonly #questions: Questions;
  readonly #budget: Budget;
  /** Null until a term asks the DNS: most names in HELO have no record. */
  #targets: Targets | null = null;
  #record: SpfRecord | null = null;

  constructor(check: Check) {
    this.#check = check;
    this.#ip = check.args.ip;
    this.#questions = check.questions;
    this.#budget = new Budget(check.context.limits);
  }

  get targets(): Targets {
    return (this.#targets ??= new Targets(this.#check, this.#budget));
  }

  /** The record of the domain that is checked itself, once it is read. */
  get record(): SpfRecord | null {
    return this.#record;
  }

  /** check_host() for one domain; `depth` counts the includes and redirects that led to it, and `from` is
   *  the last of them. */
  evaluate(domain: QueryName, depth = 0, from: Referral | null = null): Finding | Unanswered {
    const finding = this.#evaluateDomain(domain, depth, from);
    if (this.#questions.tracing && finding.result !== 'unanswered') {
      this.#questions.trace(depth, { kind: 'result', domain, result: finding.result });
    }
    return finding;
  }

  #evaluateDomain(domain: QueryName, depth: number, from: Referral | null): Finding | Unanswered {
    const answer = this.#questions.ask(domain, 'TXT', depth);
    if (answer.kind === 'unanswered') return answer;
    if (answer.kind === 'failed') return this.#lookupFailed(domain, 'TXT', answer.why);
    if (answer.kind === 'void') {
      // The first query belongs to no term (§4.6.4).
      const isOneTooMany = from !== null && !this.#budget.spendVoid();
      return isOneTooMany ? limitExceeded('void', from.domain, termOf(from)) : NO_RECORD;
    }
    const selection = selectRecord(answer);
    if (selection.kind === 'none') return NO_RECORD;
    if (selection.kind === 'several')
      return { result: 'permerror', cause: { kind: 'several-records', domain } };
    if (this.#questions.tracing)
      this.#questions.trace(depth, { kind: 'record', domain, text: selection.text });
    const { parsed } = selection;
    if (!parsed.ok) return { result: 'permerror', cause: { kind: 'record', domain, problem: parsed.error } };
    return this.#evaluateRecord(parsed.value, domain, depth);
  }

  #evaluateRecord(decidedBy: SpfRecord, domain: QueryName, depth: number): Finding | Unanswered {
    const record = (this.#record ??= decidedBy); // the first one of a run is that of the domain itself
    for (const directive of decidedBy.directives) {
      const match = this.#questions.tracing
        ? this.#traced(directive, domain, depth)
        : this.#matches(directive, domain, depth);
      if (this.#questions.isLate) return TOO_LATE;
      if (match === false) continue;
      if (match !== true) {
        if (this.#questions.isAhead && match.result === 'unanswered') continue;
        return match;
      }
      return directive.qualifier === 'fail'
        ? { result: 'fail', matched: directive, record, decidedBy, domain }
        : { result: directive.qualifier, matched: directive, record, decidedBy };
    }
    if (decidedBy.redirect !== null) return this.#redirect(decidedBy.redirect, domain, depth);
    return { result: 'neutral', matched: null, record, decidedBy }; // §4.7
  }

  #traced(directive: Directive, domain: QueryName, depth: number): boolean | Stop {
    const term = printDirective(directive);
    const { terms, voids } = this.#budget;
    this.#questions.trace(depth, { kind: 'term', term, terms, voids });
    const match = this.#matches(directive, domain, depth);
    const after = { terms: this.#budget.terms, voids: this.#budget.voids };
    this.#questions.trace(depth, { kind: 'term-done', term, matched: match === true, ...after });
    return match;
  }

  #matches(directive: Directive, domain: QueryName, depth: number): boolean | Stop {
    const { mechanism } = directive;
    if (!isLocal(mechanism)) return this.#matchesByDns(directive, mechanism, domain, depth);
    if (mechanism.kind === 'all') return true;
    return mechanism.address.family !== 'mapped' && this.#ip.matches(mechanism.address, mechanism.prefix);
  }

  #matchesByDns(
    directive: Directive,
    mechanism: DnsMechanism,
    domain: QueryName,
    depth: number,
  ): boolean | Stop {
    if (!this.#budget.spendTerm()) return limitExceeded('terms', domain, printDirective(directive));
    if (this.#questions.isAhead && !this.#isAskedAhead(mechanism, domain, depth)) return false;
    const target = this.targets.of(mechanism.domain, domain, depth);
    if (target !== null && typeof target !== 'string') return target;
    if (mechanism.kind === 'include') return this.#include(mechanism.domain, target, domain, depth);
    if (target === null) return false; // §4.8 leaves it open: a name that nobody can ask for matches nobody
    if (mechanism.kind === 'exists') return this.#matchesExists(target, domain, depth);
    if (mechanism.kind === 'ptr') return this.#matchesPtr(directive, target, domain, depth);
    if (mechanism.kind === 'a') return this.#matchesHost(target, mechanism.cidr, 'a', domain, depth);
    return this.#matchesMx(directive, target, mechanism.cidr, domain, depth);
  }

  /** Whether a run that is ahead may take up a term. `%{p}` is left to the evaluation, which may have been
   *  refused it by then. */
  #isAskedAhead(
    term: DnsMechanism | { readonly kind: 'redirect'; readonly domain: MacroString },
    domain: QueryName,
    depth: number,
  ): boolean {
    const spec = term.domain;
    const hasMacros = spec !== null && constantText(spec) === null;
    if (hasMacros && needsValidatedName(spec)) return false;
    if (term.kind === 'ptr') return this.#questions.mayAskAhead(reverseName(this.#ip), 'PTR', false);
    const target = this.targets.of(spec, domain, depth);
    if (typeof target !== 'string') return false;
    return this.#questions.mayAskAhead(target, this.#firstQuestion(term.kind), hasMacros);
  }

  #firstQuestion(kind: Exclude<DnsMechanism['kind'], 'ptr'> | 'redirect'): RecordType {
    switch (kind) {
      case 'include':
      case 'redirect':
        return 'TXT';
      case 'mx':
        return 'MX';
      case 'exists':
        return 'A';
      case 'a':
        return this.#ip.family === 4 ? 'A' : 'AAAA';
    }
  }

  /** §5.2: only a pass matches, an error is an error, and none is one too. */
  #include(spec: MacroString, target: QueryName | null, domain: QueryName, depth: number): boolean | Stop {
    if (target === null && this.targets.lacksLocalPart(spec)) return false; // RFC 8616 §4
    const referral: Referral = { as: 'include:', spec, domain };
    if (target === null) return leadsNowhere('bad-target', referral);
    const inner = this.evaluate(target, depth + 1, referral);
    switch (inner.result) {
      case 'pass':
        return true;
      case 'fail':
      case 'softfail':
      case 'neutral':
        return false;
      case 'none':
        return leadsNowhere('no-record', referral);
      case 'temperror':
      case 'permerror':
      case 'unanswered':
        return inner;
    }
  }

  /** §6.1. Not reached where there is an "all". */
  #redirect(spec: MacroString, domain: QueryName, depth: number): Finding | Unanswered {
    const referral: Referral = { as: 'redirect=', spec, domain };
    const { terms, voids } = this.#budget;
    if (this.#questions.tracing) {
      this.#questions.trace(depth, { kind: 'term', term: termOf(referral), terms, voids });
    }
    if (!this.#budget.spendTerm()) return limitExceeded('terms', domain, termOf(referral));
    if (this.#questions.isAhead && !this.#isAskedAhead({ kind: 'redirect', domain: spec }, domain, depth)) {
      return NO_RECORD;
    }
    const target = this.targets.of(spec, domain, depth);
    if (this.#questions.isLate) return TOO_LATE;
    if (target === null) return leadsNowhere('bad-target', referral);
    if (typeof target !== 'string') return target;
    const finding = this.evaluate(target, depth + 1, referral);
    return finding.result === 'none' ? leadsNowhere('no-record', referral) : finding;
  }

  /** Whether an address of the name, in the client's own family, is within the prefix (§5.3). */
  #matchesHost(
    name: QueryName,
    cidr: DualCidr,
    of: 'a' | 'mx',
    domain: QueryName,
    depth: number,
  ): boolean | Stop {
    const isIp4 = this.#ip.family === 4;
    const answer = this.#questions.ask(name, isIp4 ? 'A' : 'AAAA', depth);
    switch (answer.kind) {
      case 'records': {
        const prefix = isIp4 ? cidr.ip4 : cidr.ip6;
        for (const address of answer.records) if (address.matches(this.#ip, prefix)) return true;
        return false;
      }
      case 'void': {
        if (answer.why === 'not-asked') return false;
        const isWithinLimit = of === 'a' ? this.#budget.spendVoid() : this.#budget.spendVoidName();
        return isWithinLimit ? false : limitExceeded('void', domain, printName(name));
      }
      case 'unanswered':
        return answer;
      case 'failed':
        return this.#lookupFailed(name, isIp4 ? 'A' : 'AAAA', answer.why);
    }
  }

  /**
   * §5.4. The hosts are asked in order of preference, and the limit strikes when the eleventh would be:
   * a match found within the limit is a fact. A host that cannot be asked is an error only if no other
   * matches. Hosts without addresses are void lookups only where every query counts.
   */
  #matchesMx(
    directive: Directive,
    name: QueryName,
    cidr: DualCidr,
    domain: QueryName,
    depth: number,
  ): boolean | Stop {
    const answer = this.#questions.ask(name, 'MX', depth);
    if (answer.kind === 'unanswered') return answer;
    if (answer.kind === 'failed') return this.#lookupFailed(name, 'MX', answer.why);
    if (answer.kind === 'void') {
      return this.#budget.spendVoid() ? false : limitExceeded('void', domain, printDirective(directive));
    }
    const most = this.#check.context.limits.names;
    let asked = 0;
    let failure: Failure | null = null;
    for (const { exchange } of inOrderOfPreference(answer.records)) {
      if (++asked > most) return limitExceeded('names', domain, printDirective(directive));
      if (!isQueryable(exchange)) continue; // the root of a null MX (RFC 7505), too
      const match = this.#matchesHost(exchange, cidr, 'mx', domain, depth);
      if (match === true) return true;
      if (match === false) continue;
      if (match.result === 'permerror') return match; // the limit of void lookups
      if (match.result === 'unanswered') {
        if (this.#questions.isAhead) continue; // on to the next host
        return match;
      }
      failure ??= match;
    }
    return failure ?? false;
  }

  #matchesPtr(directive: Directive, target: QueryName, domain: QueryName, depth: number): boolean | Stop {
    const match = this.targets.names.within(target, depth, this.#budget);
    return match === 'void-limit' ? limitExceeded('void', domain, printDirective(directive)) : match;
  }

  /** §5.7: an A record is asked for, whatever the client's family. */
  #matchesExists(name: QueryName, domain: QueryName, depth: number): boolean | Stop {
    const answer = this.#questions.ask(name, 'A', depth);
    switch (answer.kind) {
      case 'records':
        return true;
      case 'void':
        return this.#budget.spendVoid() ? false : limitExceeded('void', domain, printName(name));
      case 'unanswered':
        return answer;
      case 'failed':
        return this.#lookupFailed(name, 'A', answer.why);
    }
  }

  #lookupFailed(name: QueryName, type: 'A' | 'AAAA' | 'MX' | 'TXT', why: FailureReason): Failure {
    if (this.#questions.isLate) return TOO_LATE;
    return { result: 'temperror', cause: { kind: 'lookup', name, type, why } };
  }
}

function inOrderOfPreference(records: readonly Mx[]): readonly Mx[] {
  return areInOrder(records) ? records : [...records].sort((a, b) => a.preference - b.preference);
}

function areInOrder(records: readonly Mx[]): boolean {
  let highest = 0;
  for (const { preference } of records) {
    if (preference < highest) return false;
    highest = preference;
  }
  return true;
}
