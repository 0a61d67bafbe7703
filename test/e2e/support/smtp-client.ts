/** A client for SMTP dialogues (RFC 5321), one command at a time, that can pretend to be anybody (XCLIENT). */
import { createInterface } from 'node:readline';
import type { Socket } from 'node:net';

/** Whom the server shall see. */
export interface Visitor {
  /** IPv4 or IPv6 address, or `unknown`. */
  readonly client: string;
  /** The HELO name; null: go on to MAIL without any. */
  readonly helo: string | null;
  /** The user that has authenticated, if any. */
  readonly login?: string;
}

/** What a message needs; the body is its own business. */
export interface Envelope {
  /** Without angle brackets; empty is the null reverse-path. */
  readonly from: string;
  readonly to: readonly string[];
  /** What follows the sender: `SMTPUTF8`. */
  readonly parameters?: readonly string[];
  /** The header fields that it comes with, where they matter. */
  readonly header?: readonly string[];
}

/** The replies to MAIL, each RCPT and the end of DATA; no `end` if no recipient was accepted. */
export interface Dialogue {
  readonly mail: string;
  readonly rcpt: readonly string[];
  readonly end: string | null;
}

function xclient({ client, login }: Visitor): string {
  let address = client.includes(':') ? `IPV6:${client}` : client;
  if (client === 'unknown') address = '[UNAVAILABLE]';
  const user = login === undefined ? '' : ` LOGIN=${login}`;
  return `XCLIENT NAME=[UNAVAILABLE] REVERSE_NAME=[UNAVAILABLE] ADDR=${address}${user}`;
}

export class SmtpClient {
  readonly #socket: Socket;
  readonly #lines: AsyncIterator<string>;

  private constructor(socket: Socket) {
    this.#socket = socket;
    this.#lines = createInterface({ input: socket, crlfDelay: Infinity })[Symbol.asyncIterator]();
  }

  /** Reads the greeting, becomes the visitor and says EHLO. */
  static async introduce(socket: Socket, visitor: Visitor): Promise<SmtpClient> {
    const smtp = new SmtpClient(socket);
    await smtp.#reply();
    await smtp.expect('250', 'EHLO lab.example');
    await smtp.expect('220', xclient(visitor));
    if (visitor.helo !== null) await smtp.expect('250', `EHLO ${visitor.helo}`);
    return smtp;
  }

  /** Reads the greeting and says EHLO, as whoever it is by its address. */
  static async greet(socket: Socket, helo: string | null): Promise<SmtpClient> {
    const smtp = new SmtpClient(socket);
    await smtp.#reply();
    if (helo !== null) await smtp.expect('250', `EHLO ${helo}`);
    return smtp;
  }

  /** Sends a line and returns the reply, its lines joined by line feeds. */
  async command(line: string): Promise<string> {
    this.#socket.write(`${line}\r\n`);
    return this.#reply();
  }

  /** The same, for what must succeed before the test proper begins. */
  async expect(code: string, line: string): Promise<void> {
    const reply = await this.command(line);
    if (!reply.startsWith(code)) throw new Error(`${line}: ${reply}`);
  }

  /** Plays one message as far as it gets. */
  async send({ from, to, parameters, header = ['Subject: end to end'] }: Envelope): Promise<Dialogue> {
    const mail = await this.command(['MAIL', `FROM:<${from}>`, ...(parameters ?? [])].join(' '));
    const rcpt: string[] = [];
    for (const recipient of to) rcpt.push(await this.command(`RCPT TO:<${recipient}>`));
    if (!rcpt.some((reply) => reply.startsWith('250'))) return { mail, rcpt, end: null };
    const data = await this.command('DATA');
    if (!data.startsWith('354')) return { mail, rcpt, end: data };
    return { mail, rcpt, end: await this.command([...header, '', 'A body.', '.'].join('\r\n')) };
  }

  close(): void {
    this.#socket.destroy();
  }

  async #reply(): Promise<string> {
    const lines: string[] = [];
    for (;;) {
      const next = await this.#lines.next();
      if (next.done === true) return [...lines, 'connection closed'].join('\n');
      lines.push(next.value);
      if (next.value[3] !== '-') return lines.join('\n');
    }
  }
}
