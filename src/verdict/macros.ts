/** What a mail server says about a connection or a message besides its addresses. */
import { textOf } from '../util/index.js';
import type { MacroValues } from './settings.js';
import type { Transaction } from './transaction.js';

export function hasAnyMacro(transaction: Transaction, macros: MacroValues): boolean {
  return [...macros].some(([name, values]) => isOneOf(transaction, name, values));
}

export function hasAllMacros(transaction: Transaction, macros: MacroValues): boolean {
  return [...macros].every(([name, values]) => isOneOf(transaction, name, values));
}

/** A macro that is empty is one that was not said: mail servers differ in which of the two they send. */
function isOneOf({ macro }: Transaction, name: string, values: ReadonlySet<string> | null): boolean {
  const value = macro(name) ?? '';
  return value !== '' && (values === null || values.has(textOf(value)));
}
