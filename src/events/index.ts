/** Everything worth reporting, as one union, and the type of whoever listens. */
export type { Event, Report } from './event.js';
