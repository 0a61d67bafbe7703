/** Log lines: one reader of the events that everybody else reports. */
export { LOG_LEVELS } from './level.js';
export { createLog, type Log } from './log.js';
export type { LogSettings, LogTarget } from './settings.js';
