/** A question that is asked to learn whether a server answers, and how fast, and for nothing else. */
import type { QueryName, RecordType } from '../dns/index.js';
import { Attempt, type Asker } from './attempt.js';
import type { QuestionContext } from './question-context.js';
import type { Upstream } from './upstream.js';

/** Nobody waits for it, and it does not keep the process alive. */
export class Probe<T extends RecordType> implements Asker<T> {
  readonly #attempt: Attempt<T>;
  readonly #timer: NodeJS.Timeout;

  constructor(context: QuestionContext, upstream: Upstream, name: QueryName, type: T) {
    const now = context.clock.now();
    this.#attempt = new Attempt(context, this, upstream, name, type, now);
    // Real time on purpose, as for ports.
    this.#timer = setTimeout(() => {
      this.#attempt.giveUp('timeout');
      upstream.failed('no answer');
    }, context.settings.timeoutMs).unref();
    upstream.probed(now, this);
    this.#attempt.start();
  }

  goesOn(): void {
    // It has the time that it had.
  }

  ended(): void {
    clearTimeout(this.#timer);
  }

  close(): void {
    clearTimeout(this.#timer);
    this.#attempt.giveUp('closed');
  }
}
