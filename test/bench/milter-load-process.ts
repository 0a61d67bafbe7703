/** A process of its own: asks a milter as so many smtpd(8) would, one session after the other on each connection. */
import { connect, type Socket } from 'node:net';

import { decodeResponse, isModification, PacketReader, type Response } from '../../src/milter/index.js';
import type { LoadOrder } from './contest.js';
import { drawMail } from './mail.js';
import { GOODBYE, OFFERED, writeScript, type Script, type Turn } from './milter-script.js';
import type { Address } from './servers.js';
import { quantile } from './statistics.js';
import { generateWorld } from './world.js';

/** The argument, as JSON. */
export interface MilterLoadPlan {
  readonly address: Address;
  /** At a time. */
  readonly connections: number;
  readonly messagesPerConnection: number;
  /** Of the world that the mail is for. */
  readonly seed: number;
}

/** The answer to a `LoadOrder`. A session that has begun in time is led to its end, and counts. */
export interface MilterLoadResult {
  readonly messages: number;
  /** Of messages that came to their end in time. */
  readonly perSecond: number;
  /** From MAIL to the last response about a message. */
  readonly p50Us: number;
  readonly p99Us: number;
  /** From connect(2) to the last response about the last message. */
  readonly sessionP50Us: number;
  readonly sessionP99Us: number;
  /** Messages by their last response. */
  readonly answers: Readonly<Record<string, number>>;
  /** Fields that were inserted. */
  readonly fields: number;
  /** How busy the generator itself was, in processors: near 1, the figures are its own limit. */
  readonly generatorCores: number;
}

const MAIL = 1000;

const plan = JSON.parse(process.argv[2] ?? '') as MilterLoadPlan;
const mail = drawMail(generateWorld(plan.seed), MAIL, 2);
let sessions = 0;

/** What is written to a filter that answers an offer so. A filter gives all of them the same answer. */
const scripts = new Map<string, readonly Script[]>();

function scriptsFor({ steps, macros }: Response & { readonly kind: 'optneg' }): readonly Script[] {
  const key = JSON.stringify([steps, macros]);
  let found = scripts.get(key);
  if (found === undefined) {
    found = mail.map((one) => writeScript(one, { steps, macros }));
    scripts.set(key, found);
  }
  return found;
}

/** One order being carried out. */
class Round {
  readonly #startMs = performance.now();
  readonly #endMs: number;
  readonly #cpu = process.cpuUsage();
  readonly #messagesMs: number[] = [];
  readonly #sessionsMs: number[] = [];
  readonly #answers: Record<string, number> = {};
  readonly #done: (result: MilterLoadResult) => void;
  #inTime = 0;
  #fields = 0;
  #open: number;

  constructor(seconds: number, done: (result: MilterLoadResult) => void) {
    this.#endMs = this.#startMs + seconds * 1000;
    this.#done = done;
    this.#open = plan.connections;
    for (let i = 0; i < plan.connections; i++) new Session(this, Buffer.allocUnsafe(4096));
  }

  inserted(): void {
    this.#fields++;
  }

  answered(nowMs: number, elapsedMs: number, answer: string): void {
    this.#messagesMs.push(elapsedMs);
    this.#answers[answer] = (this.#answers[answer] ?? 0) + 1;
    if (nowMs < this.#endMs) this.#inTime++;
  }

  /** A session is over. Whether to begin another one. */
  ended(nowMs: number, elapsedMs: number): boolean {
    this.#sessionsMs.push(elapsedMs);
    if (nowMs < this.#endMs) return true;
    if (--this.#open === 0) this.#done(this.#result(nowMs));
    return false;
  }

  #result(nowMs: number): MilterLoadResult {
    const { user, system } = process.cpuUsage(this.#cpu);
    return {
      messages: this.#messagesMs.length,
      perSecond: (this.#inTime / (this.#endMs - this.#startMs)) * 1000,
      p50Us: quantile(this.#messagesMs, 0.5) * 1000,
      p99Us: quantile(this.#messagesMs, 0.99) * 1000,
      sessionP50Us: quantile(this.#sessionsMs, 0.5) * 1000,
      sessionP99Us: quantile(this.#sessionsMs, 0.99) * 1000,
      answers: this.#answers,
      fields: this.#fields,
      generatorCores: (user + system) / 1000 / (nowMs - this.#startMs),
    };
  }
}

/** One SMTP connection, whose client sends the same message again and again. */
class Session {
  readonly #round: Round;
  /** For what is read; of one session at a time. */
  readonly #buffer: Buffer;
  readonly #reader = new PacketReader(decodeResponse);
  readonly #number = sessions++;
  readonly #startMs = performance.now();
  readonly #socket: Socket;
  #script: Script | null = null;
  #turns: readonly Turn[] = [];
  #at = 0;
  #refused = 0;
  #messages = 0;
  #messageMs = 0;
  #isOver = false;

  constructor(round: Round, buffer: Buffer) {
    this.#round = round;
    this.#buffer = buffer;
    const onread = {
      buffer,
      callback: (size: number): boolean => {
        this.#received(buffer.subarray(0, size));
        return true;
      },
    };
    // Postfix leaves Nagle's algorithm on, and so does Node if it is not told otherwise.
    this.#socket = connect({ host: '127.0.0.1', ...plan.address, onread });
    this.#socket.on('error', (error) => {
      this.#lost(error.message);
    });
    this.#socket.on('close', () => {
      this.#lost('the milter closed a connection');
    });
    this.#socket.write(OFFERED);
  }

  #received(bytes: Uint8Array): void {
    this.#reader.feed(bytes);
    for (let read = this.#reader.next(); read !== null && !this.#isOver; read = this.#reader.next()) {
      if (read.ok) this.#take(read.value);
      else giveUp(`${read.error.code}: ${read.error.detail}`);
    }
  }

  #take(response: Response): void {
    if (this.#script === null) {
      if (response.kind !== 'optneg') giveUp(`${response.kind} in answer to an offer`);
      const all = scriptsFor(response);
      this.#script = all[this.#number % all.length] ?? null;
      if (this.#script !== null) this.#begin(this.#script.first);
      return;
    }
    const { awaits } = this.#turns[this.#at] ?? {};
    if (isModification(response)) {
      if (response.kind === 'insheader' || response.kind === 'addheader') this.#round.inserted();
    } else if (awaits === 'bodyeob') {
      this.#finish(response);
    } else if (response.kind === 'continue' || response.kind === 'skip') {
      this.#at++;
      this.#go();
    } else if (awaits === 'rcpt' && ++this.#refused < this.#script.recipients) {
      this.#at++;
      this.#go();
    } else if (awaits === 'connect' || awaits === 'helo') {
      giveUp(`${response.kind} in answer to ${awaits}`);
    } else {
      this.#finish(response);
    }
  }

  #begin(turns: readonly Turn[]): void {
    this.#turns = turns;
    this.#at = 0;
    this.#refused = 0;
    this.#go();
  }

  /** Writes up to where there is something to wait for. */
  #go(): void {
    for (; ; this.#at++) {
      const turn = this.#turns[this.#at];
      if (turn === undefined) giveUp('nothing is left to be said');
      if (turn.hasMail) this.#messageMs = performance.now();
      this.#socket.write(turn.bytes);
      if (turn.awaits !== null) return;
    }
  }

  /** That was the last response about a message. */
  #finish({ kind }: Response): void {
    const nowMs = performance.now();
    this.#round.answered(nowMs, nowMs - this.#messageMs, kind);
    if (++this.#messages < plan.messagesPerConnection && this.#script !== null) {
      this.#begin(this.#script.next);
      return;
    }
    this.#isOver = true;
    this.#socket.write(GOODBYE);
    this.#socket.destroySoon();
    if (this.#round.ended(nowMs, nowMs - this.#startMs)) new Session(this.#round, this.#buffer);
  }

  #lost(why: string): void {
    if (!this.#isOver) giveUp(why);
  }
}

function giveUp(why: string): never {
  process.stderr.write(`load generator: ${why}\n`);
  process.exit(1);
}

process.on('message', ({ seconds }: LoadOrder) => {
  new Round(seconds, (result) => process.send?.(result));
});
process.on('disconnect', () => process.exit(0)); // the benchmark is gone
