/** Between a verdict and the milter protocol: what a mail server is told, what is reported. */
import type { Event } from '../events/index.js';
import { foldField } from '../header/index.js';
import { SMFIF, type Response } from '../milter/index.js';
import type { ReversePath } from '../smtp/index.js';
import { octetsOfText, type Octets } from '../util/index.js';
import type { Transaction, Verdict } from '../verdict/index.js';

/** To refuse, for good or for now. */
export type Refusal = Extract<Verdict['decision'], { readonly do: 'reject' | 'defer' }>;

/** Whether the mail server is to be told to refuse, for good or for now. */
export function isRefusal(verdict: Verdict): verdict is Verdict & { readonly decision: Refusal } {
  const { decision, dryRun } = verdict;
  return !dryRun && (decision.do === 'reject' || decision.do === 'defer');
}

/** The refusal in its own words. */
export function refusalOf({ decision }: { readonly decision: Refusal }): Response {
  const { code, status, text } = decision.reply;
  return { kind: 'replycode', code, status, lines: [text] };
}

/**
 * What puts the fields of a verdict on top of a message, in order. Index 0 is above the mail server's own
 * Received field, and each insertion moves those before it down, so the last goes in first.
 */
export function insertions(fields: Verdict['fields']): Response[] {
  return fields.toReversed().map((field): Response => {
    const { name, value } = foldField(field);
    return { kind: 'insheader', index: 0, name: name as Octets, value: value as Octets };
  });
}

/** The `SMFIF` flag that a response of this kind needs; 0 for none. */
export function actionFor(kind: Response['kind']): number {
  return NEEDS[kind] ?? 0;
}

const NEEDS: Readonly<Partial<Record<Response['kind'], number>>> = {
  addheader: SMFIF.ADDHDRS,
  insheader: SMFIF.ADDHDRS,
  chgheader: SMFIF.CHGHDRS,
  quarantine: SMFIF.QUARANTINE,
};

/** The same for the log. */
export function judgedEvent(
  { client, helo, sender }: Transaction,
  recipient: ReversePath | null,
  verdict: Verdict,
  queueId: Octets,
  durationMs: number,
): Event {
  return {
    kind: 'message-judged',
    frontend: 'milter',
    queueId,
    instance: '' as Octets,
    client: octetsOfText(client?.toString() ?? 'unknown'),
    helo,
    sender: pathText(sender),
    recipient: recipient === null ? ('' as Octets) : pathText(recipient),
    heloResult: verdict.helo?.result ?? null,
    mailFromResult: verdict.mailFrom?.result ?? null,
    iprevResult: verdict.iprev?.result ?? null,
    action: verdict.decision.do,
    why: verdict.why,
    rule: verdict.rule,
    level: verdict.logLevel,
    dryRun: verdict.dryRun,
    durationMs,
  };
}

function pathText(path: ReversePath): Octets {
  if (path.kind === 'null') return '' as Octets;
  return (path.localPart === '' ? path.domain : `${path.localPart}@${path.domain}`) as Octets;
}
