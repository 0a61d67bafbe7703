/** What to do about an outcome. Knows neither protocol. */
export type { Decision, Judge, SkipReason, Verdict } from './decision.js';
export { receivedSpfField } from './fields.js';
export type { Finding } from './finding.js';
export { createJudge, type JudgeSurroundings } from './judge.js';
export { INTERNAL_ERROR_REPLY, NOT_JUDGED } from './not-judged.js';
export type { OutageSettings } from './outage-guard.js';
export { parseReplyTemplate, type ReplyTemplate, type ReplyToken } from './reply-template.js';
export { DEFAULT_REPLY_TEXTS } from './reply-texts.js';
export { trialLength } from './reply-trial.js';
export type {
  Action,
  Actions,
  Checks,
  Condition,
  Either,
  Forwarder,
  HeaderKind,
  HeaderSettings,
  IprevActions,
  IprevSettings,
  MacroValues,
  PlainAction,
  Policy,
  PostfixAction,
  Replies,
  ReplySettings,
  Rule,
  SkipSettings,
  VerdictSettings,
} from './settings.js';
export type { Transaction } from './transaction.js';
export { Watch } from './watch.js';
