/** Header fields that say what SPF found: printed so that nothing hostile can stand in them, and read. */
export {
  parseReceivedSpf,
  type ParsedReceivedSpf,
  type ReceivedSpfProblem,
  type ReceivedSpfProblemCode,
} from './parse-received-spf.js';
export { printReceivedSpf, type Basis, type ReceivedSpf, type ReceivedSpfField } from './received-spf.js';
