/** Words of the mail world: senders, results, replies. */
export { AddressList } from './address-list.js';
export { addressPattern, type AddressPattern, type AddressPatternProblem } from './address-pattern.js';
export type { ExpressionCost } from './expression-cost.js';
export { parsePath } from './external-path.js';
export { replyText, type EnhancedStatus, type ReplyText, type SmtpReply } from './reply.js';
export { splitAddress, type ReversePath } from './reverse-path.js';
export { senderOfHelo, senderOfMailFrom, type Sender } from './sender.js';
export { SPF_RESULTS, type SpfIdentity, type SpfResult } from './spf-result.js';
