/** A protocol for tests of the transport: a line is a request, and says itself what becomes of it. */
import type { Conversation, Converse, Wire } from '../../src/util/index.js';

/** Everything that a transport did to the conversations it began. */
export class Lines {
  /** `receive` with the chunk, `end` with whether it was clean; over all conversations. */
  readonly log: string[] = [];
  /** Let the requests go on that said `wait`. */
  readonly waiting: (() => void)[] = [];

  readonly converse: Converse = (wire) => new LineConversation(wire, this);
}

class LineConversation implements Conversation {
  readonly #wire: Wire;
  readonly #lines: Lines;
  #begun = '';

  constructor(wire: Wire, lines: Lines) {
    this.#wire = wire;
    this.#lines = lines;
  }

  get isMidRequest(): boolean {
    return this.#begun !== '';
  }

  receive(chunk: Uint8Array): Promise<void> | undefined {
    const text = Buffer.from(chunk).toString('latin1');
    this.#lines.log.push(`receive ${text.length > 40 ? String(text.length) : JSON.stringify(text)}`);
    const lines = (this.#begun + text).split('\n');
    this.#begun = lines.pop() ?? '';
    return this.#answer(lines);
  }

  end(clean: boolean): void {
    this.#lines.log.push(`end ${clean ? 'clean' : 'broken'}`);
  }

  #answer(lines: string[]): Promise<void> | undefined {
    for (let line = lines.shift(); line !== undefined; line = lines.shift()) {
      const [verb, argument] = line.split(' ');
      if (verb === 'throw') throw new Error('thrown');
      if (verb === 'reject') return Promise.reject(new Error('rejected'));
      if (verb === 'close') this.#wire.close();
      else if (verb === 'hang-up') this.#wire.hangUp();
      else if (verb === 'host') this.#wire.send(Buffer.from(`${this.#wire.host}\n`));
      else if (verb === 'big') this.#wire.send(Buffer.alloc(Number(argument), 'b'));
      else if (verb === 'wait') {
        return new Promise<void>((resolve) => this.#lines.waiting.push(resolve)).then(() => {
          this.#wire.send(Buffer.from('waited\n'));
          return this.#answer(lines);
        });
      } else this.#wire.send(Buffer.from(`${line}!\n`));
    }
    return undefined;
  }
}
