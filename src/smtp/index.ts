/** Words of the mail world: senders, results, replies. */
export { replyText, type EnhancedStatus, type ReplyText, type SmtpReply } from './reply.js';
export { splitAddress, type ReversePath } from './reverse-path.js';
export { senderOfHelo, senderOfMailFrom, type Sender } from './sender.js';
export { SPF_RESULTS, type SpfIdentity, type SpfResult } from './spf-result.js';
