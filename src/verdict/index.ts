/** What to do about an outcome. Knows neither protocol. */
export type { Decision, Judge, SkipReason, Verdict } from './decision.js';
export { field as receivedSpfField, type Finding } from './finding.js';
export { createJudge, type JudgeSurroundings, type VerdictSettings } from './judge.js';
export type { OutageSettings } from './outage-guard.js';
export { PROFILES, type Action, type Actions, type ProfileName } from './profiles.js';
export type { Transaction } from './transaction.js';
