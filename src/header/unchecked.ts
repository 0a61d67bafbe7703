/** The fields of mail that was not checked: they say so and why, in words of ours alone, so that nothing of the
 *  client or its names is disclosed (it may be one of our own users). */
import { printNoResult, type AuthenticationResultsField } from './authentication-results.js';
import type { AuthservId } from './authserv-id.js';
import { commentWord } from './quoting.js';
import type { ReceivedSpfField } from './received-spf.js';
import { MAX_NAME } from './wording.js';

/** Why mail was not checked. */
export type UncheckedReason = keyof typeof WORDS;

const WORDS = {
  authenticated: 'client is authenticated',
  'client-unknown': 'client address is unknown',
  network: 'client is in an exempt network',
  'private-client': 'client address is not public',
  sender: 'sender is exempt',
  recipient: 'recipient is exempt',
  'null-sender': 'bounces are exempt',
  macro: 'connection is exempt',
  'helo-name': 'HELO name is exempt',
  'ptr-domain': 'client name is exempt',
  rule: 'exempt by a rule',
  'nothing-to-check': 'no identity is to be checked',
  'internal-error': 'internal error',
} as const;

/** `receiver` is this host's name, or `unknown` where that is hidden. The result is none, as RFC 7208 §9.1
 *  has no other for it. */
export function printUncheckedReceivedSpf(receiver: string, why: UncheckedReason): ReceivedSpfField {
  return `Received-SPF: none (${commentWord(receiver, MAX_NAME)}: ${sentence(why)})` as ReceivedSpfField;
}

/** RFC 8601 §2.2: no-result. */
export function printUncheckedAuthenticationResults(
  authservId: AuthservId,
  why: UncheckedReason,
): AuthenticationResultsField {
  return printNoResult(authservId, sentence(why));
}

function sentence(why: UncheckedReason): string {
  return `SPF was not checked, ${WORDS[why]}`;
}
