/** One protocol times the verdict: bytes in, bytes out, no socket. */
export { policyConversation, type PolicySettings } from './policy-conversation.js';
