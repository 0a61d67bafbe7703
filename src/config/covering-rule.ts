/** Finds rules that never apply, because one before them always does. */
import { isInNetwork, type Network } from '../net/index.js';
import type { AddressPattern } from '../smtp/index.js';
import type { ConditionOption } from './rule-condition.js';

/** Values of which one must be there; and those of `none` must not. */
interface Either<T> {
  readonly any: readonly T[] | null;
  readonly none: readonly T[] | null;
}

/** How many more pairs of values may be compared: long lists in many rules would take minutes. */
export interface Budget {
  left: number;
}

/** Whether `wide` applies wherever `narrow` does. Key by key: where it says no, it may be so all the same;
 *  and it says no when the budget is spent. */
export function covers(wide: ConditionOption, narrow: ConditionOption, budget: Budget): boolean {
  const coversEither = eitherWithin(budget);
  return (
    coversEither(wide.client, narrow.client, coversNetwork) &&
    coversEither(wide.sender, narrow.sender, coversPattern) &&
    coversEither(wide.helo, narrow.helo, coversPattern) &&
    coversEither(wide.recipient, narrow.recipient, coversPattern) &&
    coversEither(wide.listener, narrow.listener, Object.is) &&
    coversEither(wide.policyContext, narrow.policyContext, Object.is) &&
    coversBoolean(wide.authenticated, narrow.authenticated) &&
    coversBoolean(wide.nullSender, narrow.nullSender) &&
    wide.macros === null // else two maps would be to be compared, for a warning that nobody will miss
  );
}

/** Whether a condition is true of all mail. */
export function isEmptyCondition(when: ConditionOption): boolean {
  return Object.values(when).every((part) => part === null);
}

function coversBoolean(wide: boolean | null, narrow: boolean | null): boolean {
  return wide === null || wide === narrow;
}

function eitherWithin(budget: Budget) {
  return <T>(
    wide: Either<T> | null,
    narrow: Either<T> | null,
    one: (wide: T, narrow: T) => boolean,
  ): boolean => {
    if (wide === null) return true;
    if (narrow === null) return false;
    const all = (outer: readonly T[], inner: readonly T[]): boolean =>
      inner.every((value) => outer.some((candidate) => budget.left-- > 0 && one(candidate, value)));
    const hasAny = wide.any === null || (narrow.any !== null && all(wide.any, narrow.any));
    return hasAny && (wide.none === null || (narrow.none !== null && all(narrow.none, wide.none)));
  };
}

function coversNetwork(wide: Network, narrow: Network): boolean {
  return wide.prefix <= narrow.prefix && isInNetwork(narrow.address, wide);
}

function coversPattern(wide: AddressPattern, narrow: AddressPattern): boolean {
  if (wide.kind === 'expression') {
    return narrow.kind === 'expression' && String(wide.expression) === String(narrow.expression);
  }
  if (narrow.kind === 'expression') return false;
  if (wide.kind === 'local-part') {
    return narrow.kind !== 'domain' && narrow.kind !== 'below' && same(wide.localPart, narrow.localPart);
  }
  if (narrow.kind === 'local-part') return false;
  if (wide.kind === 'address') {
    return (
      narrow.kind === 'address' && same(wide.localPart, narrow.localPart) && same(wide.domain, narrow.domain)
    );
  }
  if (wide.kind === 'domain') return narrow.kind !== 'below' && same(wide.domain, narrow.domain);
  const isBelow = narrow.domain.toLowerCase().endsWith(`.${wide.domain.toLowerCase()}`);
  return isBelow || (narrow.kind === 'below' && same(wide.domain, narrow.domain));
}

function same(a: string, b: string): boolean {
  return a.toLowerCase() === b.toLowerCase();
}
