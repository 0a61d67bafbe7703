/** A `Lookup` that asks name servers over the wire. */
import {
  isQueryable,
  type Answer,
  type FailureReason,
  type Lookup,
  type QueryName,
  type RecordData,
  type RecordType,
} from '../dns/index.js';
import type { Clock } from '../util/index.js';
import { InFlight } from './in-flight.js';
import { Question, type QuestionContext } from './question.js';
import type { ResolverSettings } from './settings.js';
import { Upstreams } from './upstream.js';
import { MAX_UDP_LENGTH } from './wire.js';

export interface Resolver {
  /**
   * Asks the servers, each time anew: whoever wants to keep answers, or to share questions in flight, makes
   * another lookup of this one. The name must be one that `isQueryable`.
   */
  readonly lookup: Lookup;
  /** Ends all questions (`unreachable`) and releases all sockets. Later questions end at once. */
  close(): void;
}

export function createResolver(settings: ResolverSettings, clock: Clock): Resolver {
  checkSettings(settings);
  const inFlight = new InFlight(clock, settings.maxInFlight, settings.maxQueued);
  const upstreams = new Upstreams(settings.servers, settings.rotate);
  const context: QuestionContext = { settings, clock, upstreams, inFlight };
  let isClosed = false;

  const lookup = <T extends RecordType>(
    name: QueryName,
    type: T,
    deadline: number,
  ): Answer<RecordData[T]> | Promise<Answer<RecordData[T]>> => {
    if (!isQueryable(name)) throw new Error(`not a name that can be asked for: ${JSON.stringify(name)}`);
    if (isClosed) return failed('unreachable');
    if (deadline <= clock.now()) return failed('timeout');
    if (inFlight.isFull) return failed('busy');
    return new Promise((settle) => {
      inFlight.enter(new Question(context, name, type, deadline, settle));
    });
  };

  return {
    lookup,
    close() {
      if (isClosed) return;
      isClosed = true;
      inFlight.close();
      upstreams.close();
    },
  };
}

/** Settings are checked where they are read; what arrives here wrong is a bug. */
function checkSettings({ timeoutMs, tries, edns, maxInFlight, maxQueued }: ResolverSettings): void {
  const isRight =
    timeoutMs > 0 &&
    tries >= 1 &&
    (edns === 0 || (edns >= 512 && edns <= MAX_UDP_LENGTH)) &&
    maxInFlight >= 1 &&
    maxQueued >= 0;
  if (!isRight) throw new Error('settings of a resolver out of range');
}

function failed(why: FailureReason): Extract<Answer<never>, { kind: 'failed' }> {
  return { kind: 'failed', why };
}
