/** The vocabulary of DNS questions and answers. Types, names and words only: importing it opens no socket. */
export type { Answer, FailureReason, Mx, RecordData, RecordType, VoidReason } from './answer.js';
export { describeFailedLookup } from './failed-lookup.js';
export type { Lookup } from './lookup.js';
export { LABEL_DOT, isQueryable, nameKey, printName, queryName, type QueryName } from './query-name.js';
export { addressLabels, reverseName } from './reverse-name.js';
export {
  DNS_PORT,
  DNS_TLS_PORT,
  hostOf,
  parseServer,
  printServer,
  type ServerAddress,
  type ServerProblem,
} from './server-address.js';
