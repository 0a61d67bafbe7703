/** The header fields that tell what was found, or that nothing was looked for. */
import {
  printAuthenticationResults,
  printReceivedSpf,
  printUncheckedAuthenticationResults,
  printUncheckedReceivedSpf,
  type AuthenticationResult,
  type AuthenticationResultsField,
  type Basis,
  type IprevEntry,
  type ReceivedSpfField,
  type SpfEntry,
} from '../header/index.js';
import { describeCause, matchedTerm, type Outcome } from '../spf/index.js';
import type { SkipReason } from './decision.js';
import type { Finding, Findings, IprevFinding } from './finding.js';
import type { HeaderKind, Policy } from './settings.js';
import type { Transaction } from './transaction.js';
import { heloDecides } from './weigh.js';

type Field = ReceivedSpfField | AuthenticationResultsField;

/** Over the policy protocol one field goes with a reply, and forged Authentication-Results stay in the message, so
 *  that readers could not tell ours from them. */
const USUAL: Readonly<Record<Transaction['protocol'], readonly HeaderKind[]>> = {
  policy: ['received-spf'],
  milter: ['authentication-results', 'received-spf'],
};

/** The fields of a message that is not refused, first on top. `note` is a remark about it; null for none. */
export function fieldsFor(
  policy: Policy,
  { protocol }: Transaction,
  findings: Findings,
  note: string | null,
): readonly Field[] {
  const fields: Field[] = [];
  for (const kind of policy.headers.add ?? USUAL[protocol]) {
    if (kind === 'received-spf') addReceivedSpf(fields, policy, protocol, findings, note);
    else addAuthenticationResults(fields, policy, findings, note);
  }
  return fields;
}

function addReceivedSpf(
  fields: Field[],
  policy: Policy,
  protocol: Transaction['protocol'],
  findings: Findings,
  note: string | null,
): void {
  const first = toldFirst(policy, findings);
  if (first === null) return;
  fields.push(receivedSpfField(first, policy.receiver, note));
  const second = protocol === 'milter' ? toldSecond(policy, findings) : null;
  if (second !== null) fields.push(receivedSpfField(second, policy.receiver, note));
}

function addAuthenticationResults(
  fields: Field[],
  policy: Policy,
  findings: Findings,
  note: string | null,
): void {
  const { authservId, localPart } = policy.headers;
  const first = toldFirst(policy, findings);
  const second = toldSecond(policy, findings);
  const entries: AuthenticationResult[] =
    first === null
      ? []
      : second === null
        ? [spfEntry(first, localPart)]
        : [spfEntry(first, localPart), spfEntry(second, localPart)];
  if (policy.iprev.header && findings.iprev !== null) entries.push(iprevEntry(findings.iprev));
  if (entries.length > 0) fields.push(printAuthenticationResults({ authservId, entries, note }));
}

/** The fields of mail that is not checked: one of each kind, since a reader that finds none of ours takes what a
 *  stranger has put into the message. */
export function skippedFields(
  { headers, receiver }: Policy,
  { protocol }: Transaction,
  why: SkipReason,
): readonly Field[] {
  if (!headers.noteSkipped) return [];
  return (headers.add ?? USUAL[protocol]).map((kind) =>
    kind === 'received-spf'
      ? printUncheckedReceivedSpf(receiver, why)
      : printUncheckedAuthenticationResults(headers.authservId, why),
  );
}

/** What goes in front of the subject, for the result that is told first; null for nothing. */
export function subjectTagFor(policy: Policy, findings: Findings): string | null {
  const { tagSubject, subjectTag } = policy.headers;
  if (tagSubject.size === 0) return null;
  const result = toldFirst(policy, findings)?.outcome.result;
  if (result === undefined || !tagSubject.has(result)) return null;
  return subjectTag.replaceAll('%{result}', result);
}

/** What the message is told to be. That is MAIL FROM whatever HELO came to: a HELO pass in the place of a MAIL FROM
 *  none has been taken for a MAIL FROM pass (CVE-2019-20790); and readers that look no further than the first
 *  field look for MAIL FROM. */
function toldFirst(policy: Policy, findings: Findings): Finding | null {
  const { helo, mailFrom } = findings;
  if (helo === null || mailFrom === null) return mailFrom ?? helo;
  const isHeloAlone = policy.headers.identities === 'deciding' && heloDecides(policy, findings);
  return isHeloAlone ? helo : mailFrom;
}

/** HELO beside MAIL FROM, where it is told as well: if it decided, or had a name to check, since that most have
 *  none is no news. */
function toldSecond(policy: Policy, findings: Findings): Finding | null {
  const { helo, mailFrom } = findings;
  if (policy.headers.identities === 'deciding' || helo === null || mailFrom === null) return null;
  return helo.sender.domain.ok || heloDecides(policy, findings) ? helo : null;
}

function spfEntry({ transaction, identity, sender, outcome }: Finding, withLocalPart: boolean): SpfEntry {
  const path = transaction.sender;
  return {
    method: 'spf',
    identity,
    result: outcome.result,
    domain: sender.domain.ok ? sender.domain.value : null,
    localPart: withLocalPart && identity === 'mailFrom' && path.kind === 'mailbox' ? path.localPart : null,
    problem: isError(outcome) ? describeCause(outcome) : null,
  };
}

/** The result of RFC 8601 §3, which knows nothing of senders. */
function iprevEntry({ client, outcome }: IprevFinding): IprevEntry {
  const [name = null] = 'names' in outcome ? outcome.names : [];
  return { method: 'iprev', result: outcome.result, client, name };
}

/** One identity as a Received-SPF field of `receiver`, this host. */
export function receivedSpfField(
  finding: Finding,
  receiver: string,
  note: string | null = null,
): ReceivedSpfField {
  const { transaction, client, identity, sender, outcome } = finding;
  return printReceivedSpf({
    result: outcome.result,
    identity,
    domain: sender.domain.ok ? sender.domain.value : null,
    client,
    helo: transaction.helo,
    sender: transaction.sender,
    receiver,
    basis: basis(outcome),
    note,
  });
}

function basis(outcome: Outcome): Basis | null {
  if (outcome.result === 'none') return null;
  if (isError(outcome)) return { kind: 'problem', text: describeCause(outcome) };
  return { kind: 'mechanism', text: mechanism(matchedTerm(outcome)) };
}

function isError({ result }: Outcome): boolean {
  return result === 'permerror' || result === 'temperror';
}

/** RFC 7208 §9.1: the mechanism, hence without the qualifier, which the result repeats; `default` for none. */
function mechanism(term: string | null): string {
  if (term === null) return 'default';
  return QUALIFIERS.includes(term.charAt(0)) ? term.slice(1) : term;
}

const QUALIFIERS = '+-~?';
