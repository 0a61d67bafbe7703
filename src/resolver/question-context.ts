/** What all questions of a resolver share. */
import type { Event } from '../events/index.js';
import type { Clock } from '../util/index.js';
import type { InFlight } from './in-flight.js';
import type { ResolverSettings } from './settings.js';
import type { Upstreams } from './upstreams.js';

/** Told of every question that was sent to a server, when it is over. */
export type OnQuestion = (event: Extract<Event, { readonly kind: 'dns-question' }>) => void;

export interface QuestionContext {
  readonly settings: ResolverSettings;
  readonly clock: Clock;
  readonly upstreams: Upstreams;
  readonly inFlight: InFlight;
  /** Null where nobody wants to know: then the events are not even made. */
  readonly onQuestion: OnQuestion | null;
}
