/** Between a verdict and the policy protocol: what is asked, what is answered, what is reported. */
import type { Event } from '../events/index.js';
import { IpAddress } from '../net/index.js';
import {
  NO_OPINION,
  policyReply,
  prependField,
  type Action,
  type MessageAnswer,
  type PolicyRequest,
} from '../policyd/index.js';
import { splitAddress } from '../smtp/index.js';
import type { Transaction, Verdict } from '../verdict/index.js';

/** What a request is about. `listener` is the name of the one that it came over; null where it has none. */
export function transactionOf(request: PolicyRequest, listener: string | null): Transaction {
  return {
    protocol: 'policy',
    listener,
    client: IpAddress.parse(request.clientAddress), // null for `unknown`
    helo: request.heloName,
    sender: splitAddress(request.sender),
    authenticated: request.isAuthenticated,
    recipient: request.recipient === '' ? null : splitAddress(request.recipient),
    policyContext: request.policyContext,
    macro: noMacro,
  };
}

const noMacro = (): null => null;

/** What the requests about a message are told. */
export function answerTo({ decision, fields, dryRun }: Verdict): MessageAnswer {
  if (dryRun) return NO_OPINION;
  const reply = policyReply(actionOf(decision));
  const isNote = decision.do === 'skip' && (decision.why === 'recipient' || decision.why === 'rule');
  return {
    reply,
    isNote,
    fields: fields.map((field) => policyReply({ do: 'prepend', field: prependField(field) })),
  };
}

function actionOf(decision: Verdict['decision']): Action {
  switch (decision.do) {
    case 'skip':
    case 'accept':
      return { do: 'dunno' };
    case 'restrict':
    case 'hold':
      return decision;
    case 'reject':
    case 'defer':
      return { do: decision.do, reply: decision.reply };
  }
}

/** The same for the log. */
export function judgedEvent(request: PolicyRequest, verdict: Verdict, durationMs: number): Event {
  return {
    kind: 'message-judged',
    frontend: 'policy',
    queueId: request.queueId,
    instance: request.instance,
    client: request.clientAddress,
    helo: request.heloName,
    sender: request.sender,
    recipient: request.recipient,
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
