/** What a mail server that said all this may be told: the order of commands and replies, from the protocol alone and
 *  from what the filter itself agreed to. Shares nothing with the session of `src/milter`. */

import {
  decodeResponse,
  encodeResponse,
  isModification,
  PacketReader,
  SMFIF,
  SMFIP,
  type Modification,
  type Response,
} from '../../../src/milter/index.js';
import { octets, type Octets } from '../../../src/util/index.js';
import { hold } from '../target.js';

const LENGTH_OCTETS = 4;
const MAX_OCTETS = 64 * 1024;
const MAX_CONTENT_OCTETS = 1024 * 1024 + 1;

/** In the order of a message. */
const IN_MESSAGE = 'MRTLNB';
/** These may come again. */
const REPEATED = 'RLB';
const ALL = 'ABCDEHKLMNOQRTU';
/** Without data these say nothing. */
const WITH_DATA = 'CHLMRU';
const CONTENT = 'BEL';

const NO_REPLY: Readonly<Record<string, number>> = {
  C: SMFIP.NR_CONN,
  H: SMFIP.NR_HELO,
  M: SMFIP.NR_MAIL,
  R: SMFIP.NR_RCPT,
  T: SMFIP.NR_DATA,
  L: SMFIP.NR_HDR,
  N: SMFIP.NR_EOH,
  B: SMFIP.NR_BODY,
  U: SMFIP.NR_UNKN,
};

const FINAL: readonly Response['kind'][] = [
  'continue',
  'accept',
  'reject',
  'tempfail',
  'discard',
  'replycode',
];
const REFUSALS: readonly Response['kind'][] = ['reject', 'tempfail', 'discard', 'replycode'];

const NEEDED_ACTION: Readonly<Record<Modification['kind'], number>> = {
  addheader: SMFIF.ADDHDRS,
  insheader: SMFIF.ADDHDRS,
  chgheader: SMFIF.CHGHDRS,
  replbody: SMFIF.CHGBODY,
  addrcpt: SMFIF.ADDRCPT,
  'addrcpt-par': SMFIF.ADDRCPT_PAR,
  delrcpt: SMFIF.DELRCPT,
  chgfrom: SMFIF.CHGFROM,
  quarantine: SMFIF.QUARANTINE,
  progress: 0,
};

interface Packet {
  readonly command: string;
  readonly data: Octets;
}

interface Agreed {
  readonly actions: number;
  readonly steps: number;
}

export class Expectation {
  /** Refusals that were read. */
  refusals = 0;
  /** The stream holds what is no command: there it ends for the filter. */
  hasProblem = false;
  readonly #stream: Buffer;
  readonly #areRecipientsApart: boolean;
  /** How much of the stream was said. */
  #said = 0;
  /** How much of it was gone through. */
  #at = 0;
  readonly #replies = new PacketReader(decodeResponse);
  #agreed: Agreed | null = null;
  #offered: Agreed & { readonly version: number } = { version: 0, actions: 0, steps: 0 };
  /** The last command of the message that has begun. */
  #stage: string | null = null;
  /** The command that waits for its reply. */
  #due: string | null = null;
  #isOver = false;
  /** Of the message: how many fields of a name there are. */
  readonly #fields = new Map<string, number>();
  readonly #modifications: Modification[] = [];
  /** Of the message: whether a recipient was let go on, and whether one was refused. */
  #isAccepted = false;
  #isRefused = false;

  /** `stream` is all that is going to be said. Where recipients are judged apart, one that was not named has a
   *  verdict of its own. */
  constructor(stream: Buffer, areRecipientsApart: boolean) {
    this.#stream = stream;
    this.#areRecipientsApart = areRecipientsApart;
  }

  /** Whether the filter has to end the connection, being told to or because of a problem. */
  get isOver(): boolean {
    return this.#isOver;
  }

  /** Whether a request has begun and is not whole, when all was answered. */
  get isMidRequest(): boolean {
    return this.#stage !== null || this.#at < this.#said;
  }

  /** The next octets of the stream reach the filter. */
  say(count: number): void {
    this.#said += count;
  }

  /** Reads what the filter sent at once. */
  read(bytes: Uint8Array): void {
    hold(bytes.length > 0, 'something is sent');
    let length = 0;
    this.#replies.feed(bytes);
    for (let read = this.#replies.next(); read !== null; read = this.#replies.next()) {
      hold(read.ok, 'replies can be read');
      const written = encodeResponse(read.value);
      const same = Buffer.compare(written, bytes.subarray(length, length + written.length)) === 0;
      hold(same, `read and written ${read.value.kind} is the same`);
      length += written.length;
      this.#take(read.value);
    }
    hold(length === bytes.length, 'replies are whole');
  }

  /** No more will be said. */
  end(): void {
    this.#endMessage();
  }

  /** All that was said has been worked on. */
  settle(): void {
    const due = this.#nextDue();
    hold(due === null, `a reply to ${due}`);
  }

  #take(reply: Response): void {
    const due = this.#nextDue();
    hold(due !== null, `nothing waits for ${reply.kind}`);
    if (reply.kind === 'optneg') {
      hold(due === 'O', `no options in answer to ${due}`);
      this.#agree(reply);
      this.#due = null;
    } else if (isModification(reply)) {
      hold(due === 'E', `no ${reply.kind} in answer to ${due}`);
      this.#takeModification(reply);
    } else {
      hold(due !== 'O' && FINAL.includes(reply.kind), `no ${reply.kind} in answer to ${due}`);
      this.#takeFinal(due, reply);
    }
  }

  #takeFinal(to: string, { kind }: Response): void {
    const isRefusal = REFUSALS.includes(kind);
    if (isRefusal) this.refusals++;
    if (to === 'E') {
      hold(!isRefusal || this.#modifications.length === 0, 'what is refused is not changed');
      const isRefused = this.#isRefused && !this.#isAccepted && !this.#areRecipientsApart;
      hold(isRefusal || !isRefused, 'what was refused for all its recipients is not accepted');
      this.#modifications.length = 0;
    }
    if (to === 'R') {
      if (isRefusal) this.#isRefused = true;
      else this.#isAccepted = true;
    }
    if (kind === 'accept' || (isRefusal && to !== 'R' && to !== 'U')) this.#stage = null;
    this.#due = null;
  }

  #takeModification(modification: Modification): void {
    const { kind } = modification;
    if (kind === 'progress') {
      hold(this.#modifications.length === 0, 'whoever changes a message has nothing to wait for');
      return;
    }
    const allowed = this.#agreed?.actions ?? 0;
    hold((allowed & NEEDED_ACTION[kind]) !== 0, `${kind} was agreed to`);
    if (kind === 'insheader' || kind === 'chgheader' || kind === 'addheader') {
      hold(/^[!-9;-~]+$/.test(modification.name), 'a name of a field');
      hold(!/[\0\r]|\n(?![ \t])/.test(modification.value), 'a value of one field');
    }
    if (kind === 'chgheader') {
      const { index, name, value } = modification;
      const count = this.#fields.get(name.toLowerCase()) ?? 0;
      hold(index >= 1 && index <= count, 'a field that is there');
      const later = this.#modifications.filter((one) => one.kind === 'insheader' || one.kind === 'addheader');
      hold(later.length === 0, 'fields are changed before others are added');
      if (value === '') this.#fields.set(name.toLowerCase(), index - 1); // those behind it have other places now
    }
    this.#modifications.push(modification);
  }

  #agree({ version, actions, steps, macros }: Extract<Response, { readonly kind: 'optneg' }>): void {
    const offered = this.#offered;
    hold(version >= 2 && version <= Math.min(6, offered.version), 'a version that both know');
    hold((actions & ~(offered.actions === 0 ? 0x0f : offered.actions)) === 0, 'actions that were offered');
    hold((steps & ~(offered.steps === 0 ? 0x3f : offered.steps)) === 0, 'steps that were offered');
    const lists = Object.values(macros);
    hold(lists.length === 0 || (actions & SMFIF.SETSYMLIST) !== 0, 'macro lists where they were agreed to');
    hold(
      lists.every((list) => list.length <= 50),
      'as many macros as a mail server takes',
    );
    this.#agreed = { actions, steps };
  }

  /** Goes through what was said up to the next command that a reply is due to, if there is one. */
  #nextDue(): string | null {
    while (this.#due === null && !this.#isOver) {
      const packet = this.#nextPacket();
      if (packet === null) break;
      if (packet === 'problem' || !this.#understand(packet)) {
        this.hasProblem = true;
        this.#isOver = true;
        this.#endMessage();
      }
    }
    return this.#due;
  }

  #nextPacket(): Packet | 'problem' | null {
    const there = this.#said - this.#at;
    if (there < LENGTH_OCTETS) return null;
    const length = this.#stream.readUInt32BE(this.#at);
    if (length === 0 || length > MAX_CONTENT_OCTETS) return 'problem';
    const start = this.#at + LENGTH_OCTETS;
    if (there === LENGTH_OCTETS) return null;
    const command = String.fromCharCode(this.#stream[start] ?? 0);
    if (length > MAX_OCTETS && !CONTENT.includes(command)) return 'problem';
    if (there < LENGTH_OCTETS + length) return null;
    this.#at = start + length;
    return { command, data: octets(this.#stream.subarray(start + 1, start + length)) };
  }

  /** False for what is no command. */
  #understand({ command, data }: Packet): boolean {
    if (!ALL.includes(command) || (data === '' && WITH_DATA.includes(command))) return false;
    if (command === 'O' && data.length < 12) return false;
    if (this.#agreed === null) return this.#understandFirst(command, data);
    switch (command) {
      case 'C':
      case 'H':
        this.#endMessage();
        this.#expect(command);
        break;
      case 'M':
        this.#endMessage();
        this.#stage = command;
        this.#fields.clear();
        this.#isAccepted = false;
        this.#isRefused = false;
        this.#expect(command);
        break;
      case 'U':
        this.#expect(command);
        break;
      case 'E':
        if (this.#stage !== null) this.#due = command;
        this.#stage = null;
        break;
      case 'A':
      case 'K':
        this.#endMessage();
        break;
      case 'Q':
        this.#endMessage();
        this.#isOver = true;
        break;
      case 'O':
      case 'D':
        break;
      default:
        this.#goOn(command, data);
    }
    return true;
  }

  #understandFirst(command: string, data: Octets): boolean {
    if (command === 'Q') {
      this.#isOver = true;
      return true;
    }
    if (command !== 'O') return false;
    const [version, actions, steps] = [0, 4, 8].map((at) => Buffer.from(data, 'latin1').readUInt32BE(at));
    if (version === undefined || version < 2) return false;
    this.#offered = { version, actions: actions ?? 0, steps: steps ?? 0 };
    this.#due = command;
    return true;
  }

  /** A command of a message; one that has no place there puts an end to it and has no reply. */
  #goOn(command: string, data: Octets): void {
    if (this.#stage === null) return;
    const forward = IN_MESSAGE.indexOf(command) - IN_MESSAGE.indexOf(this.#stage);
    if (forward < 0 || (forward === 0 && !REPEATED.includes(command))) {
      this.#endMessage();
      return;
    }
    this.#stage = command;
    if (command === 'L') {
      const [name = ''] = data.toLowerCase().split('\0', 1);
      this.#fields.set(name, (this.#fields.get(name) ?? 0) + 1);
    }
    this.#expect(command);
  }

  #endMessage(): void {
    this.#stage = null;
  }

  #expect(command: string): void {
    if (((this.#agreed?.steps ?? 0) & (NO_REPLY[command] ?? 0)) === 0) this.#due = command;
  }
}
