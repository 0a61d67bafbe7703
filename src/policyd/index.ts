/** The Postfix policy delegation protocol (SMTPD_POLICY_README): requests, actions, and which request belongs
 *  to which message. Bytes and values only: no socket, no clock of its own, no opinion about mail. */
export {
  DUNNO,
  policyReply,
  prependField,
  type Action,
  type PolicyReply,
  type PrependField,
} from './action.js';
export { Correlation, type CorrelationLimits } from './correlation.js';
export { headerStep, HEADER_OWED, type Asked, type HeaderInput, type HeaderState } from './header-once.js';
export {
  dueField,
  fieldLost,
  isAbout,
  newMessage,
  NO_OPINION,
  rememberAnswer,
  type Message,
  type MessageAnswer,
} from './message.js';
export { RequestReader } from './request-reader.js';
export type { PolicyRequest, RequestProblem, Stage } from './request.js';
