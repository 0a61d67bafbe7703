/** Between a verdict and the policy protocol: what is asked, what is answered, what is reported. */
import type { Event } from '../events/index.js';
import { IpAddress } from '../net/index.js';
import {
  policyReply,
  prependField,
  type Action,
  type PolicyReply,
  type PolicyRequest,
} from '../policyd/index.js';
import { splitAddress } from '../smtp/index.js';
import type { Transaction, Verdict } from '../verdict/index.js';

export function transactionOf(request: PolicyRequest): Transaction {
  return {
    client: IpAddress.parse(request.clientAddress), // null for `unknown`
    helo: request.heloName,
    sender: splitAddress(request.sender),
    authenticated: request.isAuthenticated,
  };
}

export function replyTo(verdict: Verdict): PolicyReply {
  return policyReply(actionOf(verdict));
}

function actionOf({ decision, dryRun }: Verdict): Action {
  if (dryRun) return { do: 'dunno' };
  switch (decision.do) {
    case 'skip':
      return { do: 'dunno' };
    case 'accept':
      return { do: 'prepend', field: prependField(decision.field) };
    case 'reject':
    case 'defer':
      return { do: decision.do, reply: decision.reply };
  }
}

export function judgedEvent(request: PolicyRequest, verdict: Verdict, durationMs: number): Event {
  return {
    kind: 'message-judged',
    frontend: 'policy',
    queueId: request.queueId,
    instance: request.instance,
    client: request.clientAddress,
    helo: request.heloName,
    sender: request.sender,
    heloResult: verdict.helo?.result ?? null,
    mailFromResult: verdict.mailFrom?.result ?? null,
    action: verdict.decision.do,
    why: verdict.why,
    dryRun: verdict.dryRun,
    durationMs,
  };
}
