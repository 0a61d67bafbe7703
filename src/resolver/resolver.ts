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
import type { Report } from '../events/index.js';
import type { Clock } from '../util/index.js';
import { InFlight } from './in-flight.js';
import { OverflowReporter } from './overflow.js';
import type { OnQuestion, QuestionContext } from './question-context.js';
import { Question } from './question.js';
import type { ResolverSettings } from './settings.js';
import { Upstreams } from './upstreams.js';
import { MAX_UDP_LENGTH } from './wire.js';

export interface Resolver {
  /**
   * Asks the servers, each time anew: whoever wants to keep answers, or to share questions in flight, makes
   * another lookup of this one. The name must be one that `isQueryable`.
   */
  readonly lookup: Lookup;
  /** How many questions found no place (`busy`), since the beginning. */
  readonly refused: number;
  /** Ends all questions (`unreachable`) and releases all sockets. Later questions end at once. */
  close(): void;
}

/** Who is told what happens. */
export interface ResolverWatch {
  /** Servers that go down or come back, and questions without a place. */
  readonly report?: Report;
  /** Every question to a server. It costs something, so it is another function. */
  readonly onQuestion?: OnQuestion;
}

export function createResolver(
  settings: ResolverSettings,
  clock: Clock,
  { report = () => undefined, onQuestion }: ResolverWatch = {},
): Resolver {
  checkSettings(settings);
  let refused = 0;
  const reporter = new OverflowReporter(clock, report);
  const inFlight = new InFlight(clock, settings.maxInFlight, settings.maxQueued, () => {
    refused++;
    reporter.refused(inFlight.queued);
  });
  const upstreams = new Upstreams(settings, clock, report);
  const context: QuestionContext = { settings, clock, upstreams, inFlight, onQuestion: onQuestion ?? null };
  let isClosed = false;

  const lookup = <T extends RecordType>(
    name: QueryName,
    type: T,
    deadline: number,
  ): Answer<RecordData[T]> | Promise<Answer<RecordData[T]>> => {
    if (!isQueryable(name)) throw new Error(`not a name that can be asked for: ${JSON.stringify(name)}`);
    if (isClosed) return failed('unreachable');
    if (deadline <= clock.now()) return failed('timeout');
    return new Promise((settle) => {
      const isTaken = inFlight.enter(new Question(context, name, type, deadline, settle));
      if (!isTaken) settle(failed('busy'));
    });
  };

  return {
    lookup,
    get refused() {
      return refused;
    },
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
