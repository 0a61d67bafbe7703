/** One protocol times the verdict: bytes in, bytes out, no socket. */
export { milterConversation, type MilterSettings } from './milter-conversation.js';
export type { MilterRules } from './milter-rules.js';
export { policyConversation, type PolicySettings } from './policy-conversation.js';
