/** What is said of a message that could not be judged because of an error of our own. */
import { replyText, type SmtpReply } from '../smtp/index.js';
import type { Verdict } from './decision.js';

/** It goes on, and nothing in it is touched. */
export const NOT_JUDGED: Verdict = {
  helo: null,
  mailFrom: null,
  iprev: null,
  decision: { do: 'skip', why: 'internal-error' },
  fields: [],
  stripsForged: false,
  subjectTag: null,
  why: 'an error of spfwarden itself',
  rule: null,
  dryRun: false,
  logLevel: null,
};

/** Where the administrator wants it deferred: for now, and by no fault of the sender (RFC 3463 §3.4). */
export const INTERNAL_ERROR_REPLY: SmtpReply = {
  code: 451,
  status: '4.3.0',
  text: replyText('SPF could not be checked. Please try again'),
};
