/** The validated names of a client (RFC 7208 §5.5), for `ptr` and `%{p}`. */
import { isQueryable, nameKey, reverseName, type QueryName } from '../dns/index.js';
import type { IpAddress } from '../net/index.js';
import type { Budget } from './budget.js';
import type { Questions, Unanswered } from './questions.js';

/** Asks for the names once a check, and confirms a name only when somebody wants to know. */
export class ClientNames {
  readonly #ip: IpAddress;
  readonly #questions: Questions;
  readonly #limit: number;
  #names: readonly QueryName[] | null = null;
  readonly #validated = new Map<string, boolean>();

  constructor(ip: IpAddress, questions: Questions, limit: number) {
    this.#ip = ip;
    this.#questions = questions;
    this.#limit = limit;
  }

  /** Whether a name that is the target or below it belongs to the client. A failure of the PTR query is
   *  no match, a failure for one of the names skips that name: §5.5 overrides the general rule of §5.
   *  `void-limit` if one name too many has no address. */
  within(target: QueryName, depth: number, budget: Budget): boolean | 'void-limit' | Unanswered {
    const names = this.#all(depth);
    if ('result' in names) return names;
    for (const name of names) {
      if (!isWithin(name, target)) continue;
      const valid = this.#isValidated(name, depth);
      if (valid === 'void') {
        if (!budget.spendVoidName()) return 'void-limit';
      } else if (valid !== false) return valid;
    }
    return false;
  }

  /** `%{p}`: the domain itself if it is among the validated names, else one below it, else any (§7.3). */
  bestFor(domain: QueryName, depth: number): string | Unanswered {
    const names = this.#all(depth);
    if ('result' in names) return names;
    const exact = names.filter((name) => nameKey(name) === nameKey(domain));
    const below = names.filter((name) => !exact.includes(name) && isWithin(name, domain));
    const others = names.filter((name) => !exact.includes(name) && !below.includes(name));
    for (const name of [...exact, ...below, ...others]) {
      const valid = this.#isValidated(name, depth); // void or not: a macro is no term (§4.6.4)
      if (valid === true) return name;
      if (typeof valid === 'object') return valid;
    }
    return 'unknown';
  }

  #all(depth: number): readonly QueryName[] | Unanswered {
    if (this.#names === null) {
      const answer = this.#questions.ask(reverseName(this.#ip), 'PTR', depth);
      if (answer.kind === 'unanswered') return answer;
      // §4.6.4: names beyond the limit are ignored.
      this.#names = answer.kind === 'records' ? answer.records.slice(0, this.#limit).filter(isQueryable) : [];
    }
    return this.#names;
  }

  /** `void` is a no, too, of a name without addresses; told once, since it is one query. */
  #isValidated(name: QueryName, depth: number): boolean | 'void' | Unanswered {
    const key = nameKey(name);
    const known = this.#validated.get(key);
    if (known !== undefined) return known;
    const type = this.#ip.family === 4 ? 'A' : 'AAAA';
    const answer = this.#questions.ask(name, type, depth);
    if (answer.kind === 'unanswered') return answer;
    const valid = answer.kind === 'records' && answer.records.some((address) => address.equals(this.#ip));
    this.#validated.set(key, valid);
    if (this.#questions.tracing) this.#questions.trace(depth, { kind: 'validated', name, valid });
    return answer.kind === 'void' && answer.why !== 'not-asked' ? 'void' : valid;
  }
}

/** Compared label by label: `notexample.org` is not within `example.org`. */
function isWithin(name: QueryName, domain: QueryName): boolean {
  const [inner, outer] = [nameKey(name), nameKey(domain)];
  return inner === outer || inner.endsWith(`.${outer}`);
}
