/** What a policy request says, as far as anybody here wants to know. */
import type { Octets } from '../util/index.js';

/**
 * The SMTP commands at which there is something to say. At the others (CONNECT, EHLO, HELO, VRFY, ETRN,
 * END-OF-MESSAGE, and whatever is invented later) there is no sender yet, or one that means something else:
 * VRFY comes with an empty sender that is not a null sender. BDAT shows as DATA.
 */
export type Stage = 'MAIL' | 'RCPT' | 'DATA';

/** Values are as the client sent them; an attribute that is absent reads like an empty one, because mail
 *  servers differ in which of the two they send. */
export interface PolicyRequest {
  /** Null: answer at once, there is nothing to judge. */
  readonly stage: Stage | null;
  /** `client_address`: dotted quad, IPv6 without brackets, or `unknown`. */
  readonly clientAddress: Octets;
  readonly heloName: Octets;
  /** Internal form: no brackets, no quotes; empty is the null sender. */
  readonly sender: Octets;
  /** Empty at DATA when there are several. */
  readonly recipient: Octets;
  /** Empty until the first recipient was accepted. */
  readonly queueId: Octets;
  /** The same for all requests of one message; empty where Postfix has not made it yet. */
  readonly instance: Octets;
  /** Whether `sasl_username` is there: the client has proved who it is. */
  readonly isAuthenticated: boolean;
  /** `policy_context`: what the administrator has given the service in Postfix's configuration. */
  readonly policyContext: Octets;
}

/** Why a stream of requests cannot be read any further. */
export interface RequestProblem {
  readonly code:
    /** `request` is missing or names another protocol. */
    | 'not-a-policy-request'
    /** Lines end in CR LF. A reader that took them would take a CR out of a sender as well. */
    | 'crlf-line-ends'
    | 'line-too-long'
    | 'request-too-large'
    | 'too-many-attributes';
  /** Which line of the request, counted from 1. */
  readonly line: number;
}
