/**
 * Holds lines until they are written: all lines of one turn of the event loop are one write, there is one
 * write at a time, and when the other side does not keep up the newest lines are dropped and counted.
 */

/** Where lines go. Never throws; every failure comes through `done`. */
export interface LineWriter {
  /** Writes whole lines and calls back once: whether it worked. */
  write(lines: string, done: (written: boolean) => void): void;
  /** No more will come: lets go of whatever is held. */
  close(): void;
}

export interface QueueLimits {
  readonly lines: number;
  readonly characters: number;
  /** How long to wait after a failure. */
  readonly retryMs: number;
}

export const QUEUE_LIMITS: QueueLimits = { lines: 10_000, characters: 8 << 20, retryMs: 1000 };

export class LineQueue {
  readonly #writer: LineWriter;
  readonly #limits: QueueLimits;
  readonly #tellLoss: (lost: number) => string;
  #waiting: string[] = [];
  /** Of waiting lines and of those being written. */
  #lines = 0;
  #characters = 0;
  #lost = 0;
  #state: 'idle' | 'scheduled' | 'writing' | 'failed' = 'idle';
  /** Called when there is nothing more to wait for. */
  #onRest: () => void = () => undefined;

  /** `tellLoss` makes the line that says how many were lost. Lines end in a line break. */
  constructor(writer: LineWriter, tellLoss: (lost: number) => string, limits = QUEUE_LIMITS) {
    this.#writer = writer;
    this.#tellLoss = tellLoss;
    this.#limits = limits;
  }

  push(line: string): void {
    if (this.#lines >= this.#limits.lines || this.#characters + line.length > this.#limits.characters) {
      this.#lost++;
      return;
    }
    this.#add(line);
    if (this.#state === 'idle') this.#schedule();
  }

  /** Settles when everything is written; after `withinMs`, or a failure, what is left is given up. */
  async close(withinMs: number): Promise<void> {
    if (this.#state === 'scheduled' || this.#state === 'writing') {
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, withinMs);
        this.#onRest = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
    this.#writer.close();
  }

  #add(line: string): void {
    this.#waiting.push(line);
    this.#lines++;
    this.#characters += line.length;
  }

  #schedule(): void {
    this.#state = 'scheduled';
    setImmediate(() => {
      this.#write();
    });
  }

  #write(): void {
    const lines = this.#waiting;
    const text = lines.join('');
    this.#waiting = [];
    this.#state = 'writing';
    this.#writer.write(text, (written) => {
      this.#lines -= lines.length;
      this.#characters -= text.length;
      if (written) this.#written();
      else this.#failed(lines.length);
    });
  }

  #written(): void {
    if (this.#lost > 0) {
      this.#add(this.#tellLoss(this.#lost)); // beyond the limits, if need be: it is one line
      this.#lost = 0;
    }
    if (this.#waiting.length > 0) {
      this.#schedule();
      return;
    }
    this.#state = 'idle';
    this.#onRest();
  }

  #failed(lost: number): void {
    this.#lost += lost;
    this.#state = 'failed';
    const timer = setTimeout(() => {
      if (this.#waiting.length > 0) this.#schedule();
      else this.#state = 'idle';
    }, this.#limits.retryMs);
    timer.unref(); // a log that does not work keeps no process alive
    this.#onRest();
  }
}
