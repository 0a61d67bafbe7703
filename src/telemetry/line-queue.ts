/**
 * Holds lines until they are written: those of some milliseconds are one write, there is one write at a time,
 * and when the other side does not keep up the newest lines are dropped and counted.
 */
import type { LineWriter, WriteFailure } from './line-writer.js';

export interface QueueLimits {
  readonly lines: number;
  readonly characters: number;
  /** How long a line waits for others. */
  readonly gatherMs: number;
  /** How long to wait after a failure: twice as long after each further one, up to a most. */
  readonly retryMs: number;
  readonly maxRetryMs: number;
}

export const QUEUE_LIMITS: QueueLimits = {
  lines: 10_000,
  characters: 8 << 20,
  // Too short for a reader to notice: a write for each message was a twentieth of what a milter message costs the
  // daemon. So much is lost of a process that is killed.
  gatherMs: 5,
  retryMs: 1000,
  maxRetryMs: 30_000,
};

/** What the queue has to say about itself. */
export interface QueueNews {
  /** Makes the line that says how many were lost. */
  readonly lossLine: (lost: number) => string;
  /** Called with the first failure, and again only after something was written in between. */
  readonly failed: (why: string) => void;
}

export class LineQueue {
  readonly #writer: LineWriter;
  readonly #limits: QueueLimits;
  readonly #news: QueueNews;
  #waiting: string[] = [];
  /** Of waiting lines and of those being written. */
  #lines = 0;
  #characters = 0;
  #lost = 0;
  #failures = 0;
  #state: 'idle' | 'gathering' | 'writing' | 'failed' | 'closed' = 'idle';
  /** When what has gathered is written, or what failed is tried again. */
  #timer: NodeJS.Timeout | undefined;
  #isReopenDue = false;
  #isClosing = false;
  /** Called when there is nothing more to wait for. */
  #onRest: () => void = () => undefined;

  constructor(writer: LineWriter, news: QueueNews, limits = QUEUE_LIMITS) {
    this.#writer = writer;
    this.#news = news;
    this.#limits = limits;
  }

  push(line: string): void {
    if (this.#state === 'closed') return;
    if (this.#lines >= this.#limits.lines || this.#characters + line.length > this.#limits.characters) {
      this.#lost++;
      return;
    }
    this.#add(line);
    if (this.#state === 'idle') this.#gather();
  }

  /** What is being written is finished first. */
  reopen(): void {
    if (this.#state === 'writing') this.#isReopenDue = true;
    else this.#reopen();
  }

  /** Settles when everything is written; after `withinMs`, or a failure, what is left is given up. What is pushed
   *  after that goes nowhere. */
  async close(withinMs: number): Promise<void> {
    this.#isClosing = true;
    if (this.#state === 'gathering') {
      clearTimeout(this.#timer);
      this.#write();
    }
    if (this.#state === 'writing') {
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, withinMs);
        this.#onRest = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
    clearTimeout(this.#timer);
    this.#state = 'closed';
    this.#writer.close();
  }

  #add(line: string): void {
    this.#waiting.push(line);
    this.#lines++;
    this.#characters += line.length;
  }

  #gather(): void {
    this.#state = 'gathering';
    this.#timer = setTimeout(() => {
      this.#write();
    }, this.#limits.gatherMs);
  }

  #write(): void {
    const lines = this.#waiting;
    this.#waiting = [];
    this.#state = 'writing';
    this.#writer.write(lines, (failure) => {
      if (this.#state === 'closed') return; // it was given up
      const done = lines.length - (failure?.unwritten ?? 0);
      for (let i = 0; i < done; i++) this.#characters -= lines[i]?.length ?? 0;
      this.#lines -= done;
      if (done < lines.length) this.#waiting = lines.slice(done).concat(this.#waiting);
      if (this.#isReopenDue) this.#reopen();
      if (failure === null) this.#written();
      else this.#failed(failure);
    });
  }

  #reopen(): void {
    this.#isReopenDue = false;
    this.#writer.reopen(this.#news.failed);
  }

  #written(): void {
    this.#failures = 0;
    if (this.#lost > 0) {
      this.#add(this.#news.lossLine(this.#lost)); // beyond the limits, if need be: it is one line
      this.#lost = 0;
    }
    if (this.#waiting.length === 0) {
      this.#state = 'idle';
      this.#onRest();
    } else if (this.#isClosing) this.#write();
    else this.#gather();
  }

  #failed({ why, lost }: WriteFailure): void {
    this.#lost += lost;
    if (this.#failures === 0) this.#news.failed(why);
    const waitMs = Math.min(this.#limits.retryMs * 2 ** this.#failures++, this.#limits.maxRetryMs);
    this.#state = 'failed';
    this.#timer = setTimeout(() => {
      if (this.#waiting.length > 0) this.#write();
      else this.#state = 'idle';
    }, waitMs);
    this.#timer.unref(); // a log that does not work keeps no process alive
    this.#onRest();
  }
}
