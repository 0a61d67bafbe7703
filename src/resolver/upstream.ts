/** What is known of each server: whether it answers, and whether it understands EDNS. */
import { printServer, type ServerAddress } from './server-address.js';
import { UdpPorts } from './udp.js';

/** So many questions in a row without a sign of life, and a server is asked last. */
const SILENT_AFTER = 3;
const SILENT_FOR_MS = 30_000;
/** RFC 6891 §6.2.2 lets one remember; not for ever, since servers are replaced. */
const WITHOUT_EDNS_FOR_MS = 15 * 60_000;

export class Upstream {
  readonly address: ServerAddress;
  readonly ports: UdpPorts;
  #silences = 0;
  #lastUntil = -Infinity;
  #isProbed = false;
  #plainUntil = -Infinity;

  constructor(address: ServerAddress) {
    this.address = address;
    this.ports = new UdpPorts(address);
  }

  /** For people. */
  get name(): string {
    return printServer(this.address);
  }

  get isSilent(): boolean {
    return this.#silences >= SILENT_AFTER;
  }

  /** Whether it is to be asked in its turn. After its time as the last one, a silent server gets one
   *  question, and as many as ever when it has answered that one. */
  isInTurn(now: number): boolean {
    return !this.isSilent || (now >= this.#lastUntil && !this.#isProbed);
  }

  /** A question goes out; `answered`, `silent` or `left` follows. */
  asked(): void {
    if (this.isSilent) this.#isProbed = true;
  }

  answered(): void {
    this.#silences = 0;
    this.#isProbed = false;
  }

  /** It let a whole timeout pass, or cannot be reached. */
  silent(now: number): void {
    this.#silences++;
    this.#isProbed = false;
    if (this.isSilent) this.#lastUntil = now + SILENT_FOR_MS;
  }

  /** Nobody waited long enough to know. */
  left(): void {
    this.#isProbed = false;
  }

  takesEdns(now: number): boolean {
    return now >= this.#plainUntil;
  }

  /** It refused a question with EDNS and answered the same without. */
  wantsNoEdns(now: number): void {
    this.#plainUntil = now + WITHOUT_EDNS_FOR_MS;
  }
}

/** All servers, and in which order a question tries them. */
export class Upstreams {
  readonly all: readonly Upstream[];
  readonly #rotate: boolean;
  #turn = 0;

  constructor(servers: readonly ServerAddress[], rotate: boolean) {
    if (servers.length === 0) throw new Error('a resolver needs a server');
    this.all = servers.map((server) => new Upstream(server));
    this.#rotate = rotate && servers.length > 1;
  }

  /** The order for one question: as configured (or beginning with the next one each time), silent ones
   *  last. */
  inOrder(now: number): readonly Upstream[] {
    if (!this.#rotate && this.all.every((upstream) => !upstream.isSilent)) return this.all;
    const first = this.#rotate ? this.#turn++ % this.all.length : 0;
    const turns = [...this.all.slice(first), ...this.all.slice(0, first)];
    const inTurn = turns.filter((upstream) => upstream.isInTurn(now));
    return [...inTurn, ...turns.filter((upstream) => !inTurn.includes(upstream))];
  }

  close(): void {
    for (const { ports } of this.all) ports.close();
  }
}
