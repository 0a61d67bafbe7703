/** Header fields that say what SPF found: printed so that nothing hostile can stand in them, and read. */
export {
  printAuthenticationResults,
  type AuthenticationResult,
  type AuthenticationResults,
  type AuthenticationResultsField,
  type IprevEntry,
  type SpfEntry,
} from './authentication-results.js';
export {
  authservId,
  authservIdOf,
  isForged,
  type AuthservId,
  type AuthservIdProblem,
} from './authserv-id.js';
export { foldField } from './fold.js';
export {
  parseAuthenticationResults,
  type AuthenticationResultsProblem,
  type AuthenticationResultsProblemCode,
  type ParsedAuthenticationResults,
  type ParsedMethodResult,
  type ParsedProperty,
} from './parse-authentication-results.js';
export {
  parseReceivedSpf,
  type ParsedReceivedSpf,
  type ReceivedSpfProblem,
  type ReceivedSpfProblemCode,
} from './parse-received-spf.js';
export { printReceivedSpf, type Basis, type ReceivedSpf, type ReceivedSpfField } from './received-spf.js';
export {
  printUncheckedAuthenticationResults,
  printUncheckedReceivedSpf,
  type UncheckedReason,
} from './unchecked.js';
