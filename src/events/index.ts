/** Everything worth reporting, as one union, and the type of whoever listens. */
export type { Event, LogLevel, Report } from './event.js';
