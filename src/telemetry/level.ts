/** How much a log line matters. */
import type { LogLevel } from '../events/index.js';

/** The most important first. */
export const LOG_LEVELS = [
  'error',
  'warning',
  'notice',
  'info',
  'debug',
] as const satisfies readonly LogLevel[];

/** The severities of syslog (RFC 5424 §6.2.1): the smaller, the more important. */
export const SEVERITY: Readonly<Record<LogLevel, number>> = {
  error: 3,
  warning: 4,
  notice: 5,
  info: 6,
  debug: 7,
};
