/** The mail server's side of the milter protocol, made from the same codec, over whatever carries octets. */
import type { Socket } from 'node:net';

import {
  decodeResponse,
  encodeCommand,
  isModification,
  PacketReader,
  SMFIC,
  SMFIP,
  type Command,
  type Modification,
  type Options,
  type Response,
} from '../../src/milter/index.js';
import type { Converse, Octets } from '../../src/util/index.js';

/** The way to a filter. */
export interface FilterLine {
  write(bytes: Uint8Array): void;
  end(): void;
}

/** Joins the two sides: the filter's octets come to `receive`, its end to `ended`. */
export type Dial = (receive: (bytes: Uint8Array) => void, ended: () => void) => FilterLine;

/** What Postfix 3.7 and Sendmail 8.17 offer. */
export const OFFER: Options = { version: 6, actions: 0x1ff, steps: 0x1fffff };

/** Names with or without braces, as they are to be sent. Characters are octets. */
export type MacroValues = Readonly<Record<string, string>>;

export interface EndOfMessage {
  /** What came before the final response, in order. */
  readonly modifications: readonly Modification[];
  readonly final: Response;
}

interface Waiting {
  readonly isAtEnd: boolean;
  readonly modifications: Modification[];
  readonly resolve: (response: Response) => void;
  readonly reject: (error: Error) => void;
}

/** The flags that leave a command out, or take its reply away. */
const FLAGS: Readonly<Partial<Record<Command['kind'], { readonly no: number; readonly nr: number }>>> = {
  connect: { no: SMFIP.NOCONNECT, nr: SMFIP.NR_CONN },
  helo: { no: SMFIP.NOHELO, nr: SMFIP.NR_HELO },
  mail: { no: SMFIP.NOMAIL, nr: SMFIP.NR_MAIL },
  rcpt: { no: SMFIP.NORCPT, nr: SMFIP.NR_RCPT },
  data: { no: SMFIP.NODATA, nr: SMFIP.NR_DATA },
  header: { no: SMFIP.NOHDRS, nr: SMFIP.NR_HDR },
  eoh: { no: SMFIP.NOEOH, nr: SMFIP.NR_EOH },
  body: { no: SMFIP.NOBODY, nr: SMFIP.NR_BODY },
  unknown: { no: SMFIP.NOUNKNOWN, nr: SMFIP.NR_UNKN },
};

/**
 * Each step sends its macros (if any) and its command in one write and waits for the response. Null: there is
 * none, because the command was left out or gets no reply, as both sides agreed. A step rejects when the
 * filter ends the connection or sends what is no response. Characters of all texts are octets.
 */
export class MilterClient {
  /** Responses that nobody waited for: there must be none. */
  readonly unasked: Response[] = [];
  readonly #line: FilterLine;
  readonly #reader = new PacketReader(decodeResponse);
  #waiting: Waiting | null = null;
  #steps = 0;
  #isEnded = false;

  constructor(dial: Dial) {
    this.#line = dial(
      (bytes) => {
        this.#receive(bytes);
      },
      () => {
        this.#end('the filter ended the connection');
      },
    );
  }

  /** Whether the filter has ended the connection. */
  get isEnded(): boolean {
    return this.#isEnded;
  }

  /** Offers, and goes by the answer from then on. */
  async negotiate(offer: Partial<Options> = {}): Promise<Extract<Response, { kind: 'optneg' }>> {
    const response = await this.#ask({ kind: 'optneg', ...OFFER, ...offer });
    if (response.kind !== 'optneg') throw new Error(`${response.kind} in answer to an offer`);
    this.#steps = response.steps;
    return response;
  }

  /** Family `6` where there is a colon in the address, `U` for null. */
  connect(address: string | null, hostName = `[${address}]`, macros?: MacroValues): Promise<Response | null> {
    const family = address === null ? 'U' : address.includes(':') ? '6' : '4';
    return this.#step(
      {
        kind: 'connect',
        hostName: hostName as Octets,
        family: family as Octets,
        port: address === null ? 0 : 25_000,
        address: (address ?? '') as Octets,
      },
      macros,
    );
  }

  helo(name: string, macros?: MacroValues): Promise<Response | null> {
    return this.#step({ kind: 'helo', name: name as Octets }, macros);
  }

  /** The path with its brackets. */
  mail(path: string, macros?: MacroValues, parameters: readonly string[] = []): Promise<Response | null> {
    return this.#step({ kind: 'mail', path: path as Octets, parameters: parameters as Octets[] }, macros);
  }

  rcpt(path: string, macros?: MacroValues, parameters: readonly string[] = []): Promise<Response | null> {
    return this.#step({ kind: 'rcpt', path: path as Octets, parameters: parameters as Octets[] }, macros);
  }

  data(macros?: MacroValues): Promise<Response | null> {
    return this.#step({ kind: 'data' }, macros);
  }

  header(name: string, value: string, macros?: MacroValues): Promise<Response | null> {
    return this.#step({ kind: 'header', name: name as Octets, value: value as Octets }, macros);
  }

  eoh(macros?: MacroValues): Promise<Response | null> {
    return this.#step({ kind: 'eoh' }, macros);
  }

  body(chunk: string, macros?: MacroValues): Promise<Response | null> {
    return this.#step({ kind: 'body', octets: chunk as Octets }, macros);
  }

  unknown(line: string, macros?: MacroValues): Promise<Response | null> {
    return this.#step({ kind: 'unknown', line: line as Octets }, macros);
  }

  async endOfMessage(macros?: MacroValues): Promise<EndOfMessage> {
    const modifications: Modification[] = [];
    const final = await this.#ask({ kind: 'bodyeob', octets: '' as Octets }, macros, modifications);
    return { modifications, final };
  }

  abort(): void {
    this.send({ kind: 'abort' });
  }

  /** Another SMTP connection over the same line. */
  newConnection(): void {
    this.send({ kind: 'quit-nc' });
  }

  quit(): void {
    this.send({ kind: 'quit' });
    this.#line.end();
  }

  /** Ends the line without a word. */
  hangUp(): void {
    this.#line.end();
  }

  /** Anything, and waits for nothing. */
  send(...commands: readonly Command[]): void {
    this.#line.write(Buffer.concat(commands.map(encodeCommand)));
  }

  async #step(command: Command, macros?: MacroValues): Promise<Response | null> {
    const { no = 0, nr = 0 } = FLAGS[command.kind] ?? {};
    const isLeftOut = (this.#steps & no) !== 0;
    if (!isLeftOut && (this.#steps & nr) === 0) return this.#ask(command, macros);
    this.send(...macroCommand(command, macros), ...(isLeftOut ? [] : [command]));
    return Promise.resolve(null);
  }

  #ask(command: Command, macros?: MacroValues, modifications?: Modification[]): Promise<Response> {
    if (this.#isEnded) return Promise.reject(new Error('the connection has ended'));
    return new Promise((resolve, reject) => {
      this.#waiting = {
        isAtEnd: modifications !== undefined,
        modifications: modifications ?? [],
        resolve,
        reject,
      };
      this.send(...macroCommand(command, macros), command);
    });
  }

  #receive(bytes: Uint8Array): void {
    this.#reader.feed(bytes);
    for (let read = this.#reader.next(); read !== null; read = this.#reader.next()) {
      if (!read.ok) {
        this.#end(`${read.error.code}: ${read.error.detail}`);
        return;
      }
      this.#take(read.value);
    }
  }

  #take(response: Response): void {
    const waiting = this.#waiting;
    if (waiting === null) this.unasked.push(response);
    else if (waiting.isAtEnd && isModification(response)) waiting.modifications.push(response);
    else {
      this.#waiting = null;
      waiting.resolve(response);
    }
  }

  #end(why: string): void {
    this.#isEnded = true;
    this.#waiting?.reject(new Error(why));
    this.#waiting = null;
  }
}

function macroCommand({ kind }: Command, macros: MacroValues | undefined): Command[] {
  if (macros === undefined) return [];
  const name = kind.toUpperCase() as keyof typeof SMFIC;
  const list = Object.entries(macros).map(([of, value]) => ({ name: of as Octets, value: value as Octets }));
  return [{ kind: 'macro', command: SMFIC[name] as Octets, macros: list }];
}

/** A filter in the same process, without a socket, to which the client comes from that host. */
export function toConversation(converse: Converse, host: string | null = '127.0.0.1'): Dial {
  return (receive, ended) => {
    const conversation = converse({
      peer: 'a test',
      host,
      send: receive,
      close: ended,
      hangUp: ended,
    });
    let before: Promise<void> = Promise.resolve();
    return {
      write(bytes) {
        before = before.then(() => conversation.receive(bytes));
      },
      end() {
        void before.then(() => {
          conversation.end(true);
        });
      },
    };
  };
}

/** A filter at the other end of a socket. */
export function toSocket(socket: Socket): Dial {
  return (receive, ended) => {
    socket.on('data', receive);
    socket.on('error', ended);
    socket.on('close', ended);
    return {
      write: (bytes) => socket.write(bytes),
      end: () => socket.end(),
    };
  };
}
