/** One protocol times the verdict: bytes in, bytes out, no socket. */
export { milterConversation, type MilterRules, type MilterSettings } from './milter-conversation.js';
export { policyConversation, type PolicySettings } from './policy-conversation.js';
