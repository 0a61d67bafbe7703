/** A process of its own: asks a policy server as so many smtpd(8) would, one request at a time on each connection. */
import { connect, type Socket } from 'node:net';

import type { LoadOrder } from './contest.js';
import { drawMail } from './mail.js';
import { prepareRequests, setInstance, type PreparedRequest } from './requests.js';
import { quantile } from './statistics.js';
import { generateWorld } from './world.js';

/** The argument, as JSON. */
export interface LoadPlan {
  readonly port: number;
  readonly connections: number;
  /** Of the world that the mail is for. */
  readonly seed: number;
}

/** The answer to a `LoadOrder`. */
export interface LoadResult {
  /** Answers that came in time. */
  readonly requests: number;
  readonly perSecond: number;
  readonly p50Us: number;
  readonly p99Us: number;
  /** Answers by their first character: D(UNNO), P(REPEND), p(repend), 5 (a refusal). */
  readonly actions: Readonly<Record<string, number>>;
  /** How busy the generator itself was, in processors: near 1, the figures are its own limit. */
  readonly generatorCores: number;
}

const MAIL = 5000;
const MAX_LATENCIES = 2_000_000;
const LF = 0x0a;
const ACTION_AT = 'action='.length;

const plan = JSON.parse(process.argv[2] ?? '') as LoadPlan;
const mail = drawMail(generateWorld(plan.seed), MAIL, 2).map(prepareRequests);
let messages = 0;

/** One order being carried out. */
class Round {
  readonly #startMs = performance.now();
  readonly #endMs: number;
  readonly #cpu = process.cpuUsage();
  readonly #latencies = new Float64Array(MAX_LATENCIES);
  readonly #actions = new Uint32Array(256);
  readonly #done: (result: LoadResult) => void;
  #requests = 0;
  #asking: number;

  constructor(seconds: number, connections: readonly Connection[], done: (result: LoadResult) => void) {
    this.#endMs = this.#startMs + seconds * 1000;
    this.#asking = connections.length;
    this.#done = done;
    for (const connection of connections) connection.ask(this);
  }

  /** An answer came. Whether to ask again. */
  answered(sentMs: number, action: number): boolean {
    const nowMs = performance.now();
    if (nowMs < this.#endMs) {
      if (this.#requests < MAX_LATENCIES) this.#latencies[this.#requests] = nowMs - sentMs;
      this.#requests++;
      this.#actions[action] = (this.#actions[action] ?? 0) + 1;
      return true;
    }
    if (--this.#asking === 0) this.#done(this.#result(nowMs));
    return false;
  }

  #result(nowMs: number): LoadResult {
    const { user, system } = process.cpuUsage(this.#cpu);
    const latencies = this.#latencies.subarray(0, Math.min(this.#requests, MAX_LATENCIES));
    const actions = [...this.#actions.entries()].filter(([, count]) => count > 0);
    return {
      requests: this.#requests,
      perSecond: (this.#requests / (this.#endMs - this.#startMs)) * 1000,
      p50Us: quantile(latencies, 0.5) * 1000,
      p99Us: quantile(latencies, 0.99) * 1000,
      actions: Object.fromEntries(actions.map(([octet, count]) => [String.fromCharCode(octet), count])),
      generatorCores: (user + system) / 1000 / (nowMs - this.#startMs),
    };
  }
}

class Connection {
  readonly #socket: Socket;
  #round: Round | null = null;
  /** What is still to be asked about the message in hand. */
  #requests: readonly PreparedRequest[] = [];
  #next = 0;
  #instance = 0;
  #sentMs = 0;
  #action = -1;
  #lastOctet = 0;

  constructor(port: number) {
    const onread = {
      buffer: Buffer.allocUnsafe(4096),
      callback: (size: number, buffer: Uint8Array): boolean => {
        this.#received(size, buffer);
        return true;
      },
    };
    this.#socket = connect({ port, host: '127.0.0.1', noDelay: true, onread });
    this.#socket.on('error', (error) => {
      giveUp(error.message);
    });
    this.#socket.on('close', () => {
      giveUp('the server closed a connection');
    });
  }

  ask(round: Round): void {
    this.#round = round;
    let request = this.#requests[this.#next++];
    if (request === undefined) {
      this.#instance = messages++;
      this.#requests = mail[this.#instance % mail.length] ?? [];
      this.#next = 1;
      request = this.#requests[0];
    }
    if (request === undefined) throw new Error('a message without recipients');
    // Several connections share the octets: the write below takes them before anybody else's turn comes, as
    // one request always fits the socket's buffer. Only the very first may wait, for the connection.
    setInstance(request, this.#instance);
    this.#action = -1;
    this.#sentMs = performance.now();
    this.#socket.write(this.#socket.connecting ? Buffer.from(request.bytes) : request.bytes);
  }

  #received(size: number, buffer: Uint8Array): void {
    if (this.#action === -1) this.#action = buffer[ACTION_AT] ?? 0;
    const lastButOne = size > 1 ? buffer[size - 2] : this.#lastOctet;
    this.#lastOctet = buffer[size - 1] ?? 0;
    if (this.#lastOctet !== LF || lastButOne !== LF) return;
    const round = this.#round;
    if (round?.answered(this.#sentMs, this.#action) === true) this.ask(round);
  }
}

function giveUp(why: string): void {
  process.stderr.write(`load generator: ${why}\n`);
  process.exit(1);
}

const connections = Array.from({ length: plan.connections }, () => new Connection(plan.port));
process.on('message', ({ seconds }: LoadOrder) => {
  new Round(seconds, connections, (result) => process.send?.(result));
});
process.on('disconnect', () => process.exit(0)); // the benchmark is gone
