/** What a refused sender is told. */
import {
  replyText,
  senderOfMailFrom,
  type EnhancedStatus,
  type ReplyText,
  type Sender,
  type SmtpReply,
  type SpfIdentity,
  type SpfResult,
} from '../smtp/index.js';
import { describeCause, expandText, matchedTerm, recordText, type Outcome } from '../spf/index.js';
import { describeIprevFinding, iprevResult, type Finding, type IprevFinding } from './finding.js';
import type { Matter } from './matter.js';
import { fillTemplate, type ReplyTemplate, type ReplyValue } from './reply-template.js';
import type { ReplySettings } from './settings.js';

/**
 * The reply to mail that is refused for good (`reject`) or for now (`defer`), because of an identity or of the
 * client's names. What comes from outside (the domain's explanation above all) is cleaned and bounded by
 * `replyText`.
 *
 * A promise only where the administrator's text asks the DNS (`%{p}`).
 */
export function refusal(
  action: 'reject' | 'defer',
  matter: Matter,
  finding: Finding | IprevFinding,
): SmtpReply | Promise<SmtpReply> {
  const { replies } = matter.policy;
  const settings = 'identity' in finding ? replies.spf[finding.outcome.result] : replies.iprev;
  const { code, status } = numbers(action, settings);
  const reply = (text: string): SmtpReply => ({
    code,
    status: replies.enhancedStatus ? status : null,
    text: replyText(text),
  });
  const text = 'identity' in finding ? textFor(matter, finding) : textForIprev(matter, finding);
  return text instanceof Promise ? text.then(reply) : reply(text);
}

/** What somebody who finds the message on hold reads. */
export function holdText({ client }: Matter, finding: Finding | IprevFinding): ReplyText {
  if (!('identity' in finding)) return replyText(`iprev ${iprevResult(finding)} of ${client.toString()}`);
  return replyText(`SPF ${finding.outcome.result} of ${nameOf(finding.identity, finding.sender)}`);
}

/** The first digit says which kind of refusal it is, so it follows the action: 451 and 550 are what takes the
 *  place of a code of the other kind. */
function numbers(
  action: 'reject' | 'defer',
  { code, status }: ReplySettings,
): { readonly code: number; readonly status: EnhancedStatus } {
  const isForNow = code >= 400 && code < 500;
  if (action === 'defer') return { code: isForNow ? code : 451, status: ofClass(4, status) };
  return { code: isForNow ? 550 : code, status: ofClass(5, status) };
}

function ofClass(digit: 4 | 5, status: EnhancedStatus): EnhancedStatus {
  if (status.startsWith(`${digit}`)) return status;
  const [, subject, detail] = status.split('.');
  return `${digit}.${Number(subject)}.${Number(detail)}`;
}

function textFor(matter: Matter, finding: Finding): string | Promise<string> {
  const { identity, sender, outcome } = finding;
  const { spf, failExplained } = matter.policy.replies;
  if (!sender.domain.ok) {
    // Nothing was checked, so most of what the administrator might say of the domain would be wrong.
    const whose = identity === 'helo' ? 'HELO name' : 'sender';
    return `SPF ${outcome.result} of the ${whose}: ${describeCause(outcome)}`;
  }
  const explanation = outcome.result === 'fail' ? outcome.explanation : null;
  const template = explanation === null ? spf[outcome.result].text : failExplained;
  return expanded(template, matter, sender, (of) => {
    switch (of) {
      case 'exp':
        return explanation ?? '';
      case 'reason':
        return describeCause(outcome) || WORDS[outcome.result];
      case 'mechanism':
        return matchedTerm(outcome) ?? (isDecided(outcome) ? 'default' : '');
      case 'record':
        return recordText(outcome) ?? '';
      case 'result':
        return outcome.result;
      case 'domain':
        return nameOf(identity, sender);
      case 'c':
        return matter.client.toString();
    }
  });
}

function textForIprev(matter: Matter, finding: IprevFinding): string | Promise<string> {
  const { helo, sender: path } = matter.transaction;
  const sender = senderOfMailFrom(path, helo);
  return expanded(matter.policy.replies.iprev.text, matter, sender, (of) => {
    switch (of) {
      case 'reason':
        return describeIprevFinding(finding);
      case 'result':
        return iprevResult(finding);
      case 'domain':
        return nameOf(path.kind === 'null' ? 'helo' : 'mailFrom', sender);
      case 'c':
        return matter.client.toString();
      case 'exp':
      case 'mechanism':
      case 'record':
        return '';
    }
  });
}

function expanded(
  template: ReplyTemplate,
  { client, transaction, policy, context }: Matter,
  sender: Sender,
  values: (of: ReplyValue) => string,
): string | Promise<string> {
  const args = { ip: client, sender, helo: transaction.helo, receiver: policy.receiver };
  return fillTemplate(template, values, (macros) => expandText(macros, args, context));
}

/** What was checked, so that nobody takes the name of a host for the domain of the sender. */
function nameOf(identity: SpfIdentity, { domain, domainText }: Sender): string {
  const name = domain.ok ? domain.value : domainText;
  return identity === 'helo' ? `the HELO name ${name}` : name;
}

function isDecided({ result }: Outcome): boolean {
  return result !== 'none' && result !== 'permerror' && result !== 'temperror';
}

const WORDS: Readonly<Record<SpfResult, string>> = {
  pass: 'authorized',
  neutral: 'neither authorized nor unauthorized',
  softfail: 'probably not authorized',
  fail: 'not authorized',
  none: '',
  permerror: '',
  temperror: '',
};
