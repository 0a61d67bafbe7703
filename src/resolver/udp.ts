/** Questions to one server over UDP, from many ports none of which is used for long. */
import { createSocket, type Socket } from 'node:dgram';

import { hostOf, type QueryName, type RecordType, type ServerAddress } from '../dns/index.js';
import { isInNetwork, parseNetwork } from '../net/index.js';
import { failureOf } from './failure-words.js';
import { random16 } from './random.js';
import { encodeQuery } from './wire-encode.js';

/** Who waits for a datagram. */
export interface UdpWaiter {
  /** A datagram from the server with the right id. It may still be anybody's: the waiter goes on waiting
   *  unless it releases its ticket. */
  received(datagram: Buffer): void;
  /** There is nobody at the server's port, or no way there. The ticket is released already. `detail` is for
   *  people. */
  unreachable(detail: string): void;
}

/** A question that is under way: give it back with `release`. */
export interface UdpTicket {
  readonly port: Pick<UdpPort, 'release'>;
  readonly id: number;
}

/** Ports in use at once: at least so many that none of them can be told beforehand, at most so many that
 *  file descriptors remain for others. */
const MIN_PORTS = 8;
const MAX_PORTS = 128;

/**
 * Questions for which a port is used, on average. An off-path attacker has to find the port before it
 * retires (RFC 5452 §9.2); nobody outside of this machine can pose as a server on the loopback address, so
 * there a port may save the price of opening one (as much as two questions cost) for longer.
 */
const QUESTIONS_PER_PORT = 8;
const QUESTIONS_PER_LOOPBACK_PORT = 64;

const IDLE_MS = 2000;

/**
 * Sends questions to one server and hands over what comes back with a matching id.
 *
 * Sockets are connected, so the kernel drops what comes from elsewhere and tells when nobody listens. They
 * are opened when needed, chosen at random, replaced after some questions and closed when idle. None of them
 * keeps the process alive: whoever waits has a timer that does.
 */
export class UdpPorts {
  readonly #server: ServerAddress;
  readonly #idleMs: number;
  readonly #questionsPerPort: number;
  /** Those that take questions. */
  readonly #open: UdpPort[] = [];
  /** Those that only wait for their last answers. */
  readonly #retired = new Set<UdpPort>();
  #sweep: NodeJS.Timeout | null = null;

  constructor(server: ServerAddress, idleMs = IDLE_MS) {
    this.#server = server;
    this.#idleMs = idleMs;
    this.#questionsPerPort = isLoopback(server) ? QUESTIONS_PER_LOOPBACK_PORT : QUESTIONS_PER_PORT;
  }

  /** Sends one question. `waiting` is how many others are under way: the more, the more ports. */
  ask(waiter: UdpWaiter, name: QueryName, type: RecordType, edns: number, waiting: number): UdpTicket {
    const wanted = Math.min(Math.max(MIN_PORTS, waiting), MAX_PORTS);
    const port = this.#open[random16() % wanted] ?? this.#openPort();
    const id = port.ask(waiter, name, type, edns);
    if (port.questionsLeft === 0) this.#retire(port);
    return { port, id };
  }

  /** Closes all ports; who still waits is told nothing. */
  close(): void {
    if (this.#sweep !== null) clearTimeout(this.#sweep);
    this.#sweep = null;
    for (const port of [...this.#open, ...this.#retired]) port.close();
    this.#open.length = 0;
    this.#retired.clear();
  }

  #openPort(): UdpPort {
    // Half to one and a half of the average, so that the moment of change cannot be foreseen either.
    const questions = (this.#questionsPerPort >> 1) + (random16() % this.#questionsPerPort) + 1;
    const port = new UdpPort(this.#server, questions, this.#discard);
    this.#open.push(port);
    // Real time on purpose: what is idle is a matter of the system, and this timer must not keep it awake.
    this.#sweep ??= setTimeout(this.#closeIdle, this.#idleMs).unref();
    return port;
  }

  #retire(port: UdpPort): void {
    const last = this.#open.pop();
    if (last !== undefined && last !== port) this.#open[this.#open.indexOf(port)] = last;
    this.#retired.add(port);
    port.closeWhenDone();
  }

  /** A port has closed itself. */
  readonly #discard = (port: UdpPort): void => {
    const at = this.#open.indexOf(port);
    if (at !== -1) this.#open.splice(at, 1);
    this.#retired.delete(port);
  };

  readonly #closeIdle = (): void => {
    this.#sweep = null;
    for (const port of [...this.#open]) {
      if (port.isIdle()) {
        port.close();
        this.#discard(port);
      }
    }
    if (this.#open.length > 0) this.#sweep = setTimeout(this.#closeIdle, this.#idleMs).unref();
  };
}

/** One connected socket and the questions that were asked from it. */
class UdpPort {
  /** How many more questions it takes. */
  questionsLeft: number;
  readonly #socket: Socket;
  readonly #waiters = new Map<number, UdpWaiter>();
  readonly #onClosed: (port: UdpPort) => void;
  /** Queries that wait until the socket is connected; null when it is. */
  #unsent: Buffer[] | null = [];
  #isClosed = false;
  #closesWhenDone = false;
  #usedSinceSweep = true;

  constructor(server: ServerAddress, questions: number, onClosed: (port: UdpPort) => void) {
    this.questionsLeft = questions;
    this.#onClosed = onClosed;
    const host = hostOf(server);
    const { family } = server.address;
    this.#socket = createSocket({
      type: family === 4 ? 'udp4' : 'udp6',
      // Only addresses come here, the one to bind to as well: they need no thread to be looked up.
      lookup: (address, _options, callback) => {
        callback(null, address, family);
      },
    });
    this.#socket.on('message', this.#received);
    this.#socket.on('error', this.#failed);
    this.#socket.once('connect', this.#connected);
    this.#socket.unref();
    // Not now, as it may fail at once (no descriptor left), and who is to be told has not asked yet. The
    // kernel chooses our port: a random one.
    queueMicrotask(() => {
      if (!this.#isClosed) this.#socket.connect(server.port, host);
    });
  }

  /** Sends a question and returns its id. */
  ask(waiter: UdpWaiter, name: QueryName, type: RecordType, edns: number): number {
    let id = random16();
    while (this.#waiters.has(id)) id = random16();
    const query = encodeQuery(id, name, type, edns);
    this.#waiters.set(id, waiter);
    this.#usedSinceSweep = true;
    this.questionsLeft--;
    if (this.#unsent === null) this.#socket.send(query, this.#sent);
    else this.#unsent.push(query);
    return id;
  }

  /** Nobody waits for the answer any more, or it has come. */
  release(id: number): void {
    this.#waiters.delete(id);
    if (this.#closesWhenDone) this.closeWhenDone();
  }

  closeWhenDone(): void {
    this.#closesWhenDone = true;
    if (this.#waiters.size > 0 || this.#isClosed) return;
    this.close();
    this.#onClosed(this);
  }

  /** Whether it did nothing since this was asked the last time. */
  isIdle(): boolean {
    const isIdle = !this.#usedSinceSweep && this.#waiters.size === 0;
    this.#usedSinceSweep = false;
    return isIdle;
  }

  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#waiters.clear();
    this.#socket.close();
  }

  readonly #connected = (): void => {
    const unsent = this.#unsent ?? [];
    this.#unsent = null;
    if (this.#isClosed) return;
    for (const query of unsent) this.#socket.send(query, this.#sent);
  };

  readonly #sent = (error: Error | null): void => {
    if (error !== null) this.#failed(error);
  };

  readonly #received = (datagram: Buffer): void => {
    if (datagram.length < 2) return;
    this.#waiters.get(datagram.readUInt16BE(0))?.received(datagram);
  };

  /** The kernel's word that nobody listens there or that there is no way, for whatever was sent: nothing
   *  more is to be had from this socket. */
  readonly #failed = (error: Error): void => {
    if (this.#isClosed) return;
    const waiters = [...this.#waiters.values()];
    this.close();
    this.#onClosed(this);
    const detail = failureOf(error);
    for (const waiter of waiters) waiter.unreachable(detail);
  };
}

/** Whether only this machine can answer from the address. */
function isLoopback({ address }: ServerAddress): boolean {
  return LOOPBACK.some((network) => network !== null && isInNetwork(address, network));
}

const LOOPBACK = [parseNetwork('127.0.0.0/8'), parseNetwork('::1')];
