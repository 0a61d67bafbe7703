/** The SPF engine (RFC 7208, RFC 8616). Other folders import from here and from nowhere deeper. */
export { checkHost, type CheckArguments, type CheckContext } from './check-host.js';
export { describeCause, matchedTerm, recordText } from './describe.js';
export { expandText } from './expand-text.js';
export { isNoMailRecord } from './no-mail.js';
export {
  DEFAULT_LIMITS,
  type Limits,
  type NoneCause,
  type Outcome,
  type PermErrorCause,
  type TempErrorCause,
} from './outcome.js';
export { parseExplanation, parseRecord, type RecordProblem } from './parse.js';
export { printDirective, printRecord } from './print.js';
export type { Directive, MacroString, Mechanism, SpfRecord } from './record.js';
export type { Trace, TraceEvent } from './trace.js';
