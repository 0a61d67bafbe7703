/** Domains that send no mail at all, and say so. */
import type { Outcome } from './outcome.js';

/**
 * Whether the record that decided lets nobody send: one directive, `-all`, and no `redirect=`. What changes
 * nothing about that may stand beside it: an explanation (RFC 7208 §6.2), and modifiers that nobody knows,
 * which are ignored (§6). False where nothing was decided.
 */
export function isNoMailRecord(outcome: Outcome): boolean {
  if (outcome.result !== 'fail') return false; // "-all" is a fail for everyone
  const { directives, redirect } = outcome.decidedBy;
  return directives.length === 1 && redirect === null && outcome.matched.mechanism.kind === 'all';
}
