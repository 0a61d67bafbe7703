/** Asks a policy program on its standard input and output, as smtpd asks one that spawn(8) runs. */
import { type ChildProcessWithoutNullStreams } from 'node:child_process';
import { createInterface } from 'node:readline';
import { requestText } from '../../support/policy-request.js';

/** What a test says of one request. */
export interface Question {
  readonly client: string;
  readonly helo: string;
  /** Empty is the null sender. */
  readonly sender: string;
}

export class PolicyConversation {
  readonly #program: ChildProcessWithoutNullStreams;
  readonly #lines: AsyncIterator<string>;
  readonly #ended: Promise<number | null>;
  #instances = 0;
  #errors = '';

  constructor(program: ChildProcessWithoutNullStreams) {
    this.#program = program;
    this.#lines = createInterface({ input: program.stdout, crlfDelay: Infinity })[Symbol.asyncIterator]();
    this.#ended = new Promise((resolve) => program.on('close', resolve));
    program.stderr.setEncoding('latin1').on('data', (text: string) => (this.#errors += text));
  }

  /** Asks at the RCPT state about a message of its own; the text after `action=`. */
  async ask({ client, helo, sender }: Question): Promise<string> {
    const text = requestText({
      client_address: client,
      helo_name: helo,
      sender,
      instance: `1f.5e0be100.${(++this.#instances).toString(16)}.0`,
    });
    this.#program.stdin.write(text, 'latin1');
    const action = await this.#line();
    const end = await this.#line();
    if (!action.startsWith('action=') || end !== '') throw new Error(`not a reply: ${action}\\n${end}`);
    return action.slice('action='.length);
  }

  /** Ends the input; gives the exit status and all that was written to standard error. */
  async end(): Promise<{ readonly status: number | null; readonly errors: string }> {
    this.#program.stdin.end();
    return { status: await this.#ended, errors: this.#errors };
  }

  async #line(): Promise<string> {
    const next = await this.#lines.next();
    if (next.done === true) throw new Error(`the program ended: ${this.#errors}`);
    return next.value;
  }
}
