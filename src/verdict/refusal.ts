/** What a refused sender is told. */
import { replyText, type EnhancedStatus, type SmtpReply, type SpfResult } from '../smtp/index.js';
import { describeCause, matchedTerm, type Outcome } from '../spf/index.js';
import type { Finding } from './finding.js';

/**
 * The reply to a finding that is refused for good (`reject`) or for now (`defer`). It begins with the
 * facts, since mail servers put words of their own in front and mail programs show the first line only.
 *
 * What comes from outside (the domain's explanation above all) is cleaned and bounded by `replyText`;
 * nothing of ours (resolvers, settings, recipients) is in it.
 */
export function refusal(action: 'reject' | 'defer', finding: Finding): SmtpReply {
  const [code, status] = CODES[action][finding.outcome.result];
  return { code, status, text: replyText(text(finding)) };
}

/** RFC 7372 §3.2: X.7.23 says that SPF did not validate the mail, X.7.24 that it could not be asked. */
const CODES: Readonly<
  Record<'reject' | 'defer', Readonly<Record<SpfResult, readonly [number, EnhancedStatus]>>>
> = {
  reject: codes(550, '5.7.23', '5.7.24'),
  defer: codes(451, '4.7.23', '4.7.24'),
};

function codes(
  code: number,
  failed: EnhancedStatus,
  error: EnhancedStatus,
): Readonly<Record<SpfResult, readonly [number, EnhancedStatus]>> {
  return {
    pass: [code, failed],
    none: [code, failed],
    neutral: [code, failed],
    softfail: [code, failed],
    fail: [code, failed],
    permerror: [code, error],
    temperror: [code, error],
  };
}

function text({ identity, sender, outcome, client }: Finding): string {
  const helo = identity === 'helo';
  const ip = client.toString();
  if (!sender.domain.ok)
    return `SPF ${outcome.result} of the ${helo ? 'HELO name' : 'sender'}: ${describeCause(outcome)}`;
  const name = helo ? `the HELO name ${sender.domain.value}` : sender.domain.value;
  const doing = helo ? `use ${name}` : `send for ${name}`;
  switch (outcome.result) {
    case 'fail':
      if (outcome.explanation !== null) return `SPF fail: ${name} explains: ${outcome.explanation}`;
      return `SPF fail: ${ip} may not ${doing}${matched(outcome)}`;
    case 'softfail':
      return `SPF softfail: ${ip} is probably not allowed to ${doing}${matched(outcome)}`;
    case 'neutral':
      return `SPF neutral: the domain does not say whether ${ip} may ${doing}${matched(outcome)}`;
    case 'pass':
      return `SPF pass: ${ip} may ${doing}, and such mail is not wanted here`;
    case 'none':
      return `SPF none: ${name} has no SPF record`;
    case 'permerror':
      return `SPF record of ${name} cannot be used: ${describeCause(outcome)}`;
    case 'temperror':
      return `SPF check of ${name} failed for now: ${describeCause(outcome)}. Please try again`;
  }
}

function matched(outcome: Outcome): string {
  const term = matchedTerm(outcome);
  return term === null ? '' : ` (${term})`;
}
