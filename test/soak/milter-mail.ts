/** One mail server's conversations with the filter, message after message, and what becomes of each. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Socket } from 'node:net';

import type { Response } from '../../src/milter/index.js';
import type { SeededRandom } from '../bench/random.js';
import { MilterClient, toSocket } from '../support/milter-client.js';
import { hostOf, KINDS, markOf, refusalOf, type Kind } from './reload-files.js';

export interface Lane {
  /** Of the queue ids of its messages. */
  readonly name: string;
  readonly random: SeededRandom;
  readonly messages: number;
  /** How many sender domains there are of each kind. */
  readonly domains: number;
  /** Rejects when nobody listens any more. */
  readonly dial: () => Promise<Socket>;
  /** The longest that it thinks between two commands, now and then. */
  readonly thinkMs: number;
}

/** What the lanes tell. */
export interface Watch {
  /** The number of the oldest configuration that a connection of now can have. */
  readonly oldest: () => number;
  /** The daemon was told to stop. */
  readonly isStopping: () => boolean;
  readonly opened: (client: MilterClient) => void;
  readonly begun: () => void;
  /** All of its recipients were refused, or its end had a final response. */
  readonly finished: (queueId: string, isRefused: boolean) => void;
  /** Nothing of it was answered, and the daemon was stopping. */
  readonly turnedAway: () => void;
  /** It was answered in part. */
  readonly lost: (why: string) => void;
  readonly wrong: (why: string) => void;
  /** Of one command. */
  readonly answeredIn: (elapsedMs: number) => void;
}

/** A connection, and by which configuration it is answered: known from its first answer that tells. */
export interface Line {
  readonly client: MilterClient;
  readonly oldest: number;
  number: number | null;
}

/** How often a connection ends between two messages, and another one takes its place. */
const NEW_LINE = 1 / 8;
const THINKS = 1 / 4;
const SECOND_RECIPIENT = 1 / 3;
const RECIPIENTS = ['<one@soak.example>', '<two@soak.example>'];

export async function openLine({ dial }: Lane, watch: Watch): Promise<Line> {
  const oldest = watch.oldest();
  const client = new MilterClient(toSocket(await dial()));
  watch.opened(client);
  await client.negotiate();
  return { client, oldest, number: null };
}

/** Sends all messages of a lane, or as many as the daemon takes. `line` is open. */
export async function runLane(lane: Lane, first: Line, watch: Watch): Promise<void> {
  let line = first;
  let isFresh = true;
  for (let i = 0; i < lane.messages; i++) {
    if (lane.random.chance(NEW_LINE)) {
      line.client.quit();
      const next = await openLine(lane, watch).catch((error: unknown) => {
        if (!watch.isStopping()) watch.wrong(`no connection: ${String(error)}`);
        return null;
      });
      if (next === null) return;
      line = next;
      isFresh = true;
    }
    if (!(await sendMessage(lane, line, isFresh, `${lane.name}m${i}`, watch))) return;
    isFresh = false;
  }
  line.client.quit();
}

/** Whether the connection is there after it. */
async function sendMessage(
  lane: Lane,
  line: Line,
  isFresh: boolean,
  queueId: string,
  watch: Watch,
): Promise<boolean> {
  const talk = new Talk(lane, watch);
  watch.begun();
  try {
    if (isFresh) {
      const greeting = new Talk(lane, watch);
      await greeting.ask(line.client.connect('192.0.2.1', 'mx.sender.example', { j: 'mx.soak.example' }));
      await greeting.ask(line.client.helo('mx.sender.example'));
    }
    const isRefused = await sendParts(lane, line, talk, queueId, watch);
    watch.finished(queueId, isRefused);
    return true;
  } catch (error) {
    if (!talk.isAnswered && watch.isStopping()) watch.turnedAway();
    else watch.lost(`${queueId}: ${String(error)}`);
    return false;
  }
}

/** Commands with their answers, and time to think between them. */
class Talk {
  isAnswered = false;
  readonly #lane: Lane;
  readonly #watch: Watch;

  constructor(lane: Lane, watch: Watch) {
    this.#lane = lane;
    this.#watch = watch;
  }

  async ask<T>(asked: Promise<T>): Promise<T> {
    const startMs = performance.now();
    const answer = await asked;
    if (answer !== null) {
      this.isAnswered = true;
      this.#watch.answeredIn(performance.now() - startMs);
    }
    const { random, thinkMs } = this.#lane;
    if (random.chance(THINKS)) await sleep(random.integer(0, thinkMs));
    return answer;
  }
}

/** From MAIL on; whether all of its recipients were refused. */
async function sendParts(
  { random, domains }: Lane,
  line: Line,
  talk: Talk,
  queueId: string,
  watch: Watch,
): Promise<boolean> {
  const { client } = line;
  const kind = random.pick(KINDS);
  const sender = `<user@${kind}${random.integer(1, domains)}.example>`;
  const check = (text: string): void => {
    const why = wrongIn(line, kind, text);
    if (why !== null) watch.wrong(`${kind} ${queueId}: ${why}: ${JSON.stringify(text)}`);
  };
  const sent = await talk.ask(client.mail(sender, { i: queueId }));
  if (sent !== null && sent.kind !== 'continue') watch.wrong(`${queueId}: ${sent.kind} to MAIL`);
  const recipients = RECIPIENTS.slice(0, random.chance(SECOND_RECIPIENT) ? 2 : 1);
  let refused = 0;
  for (const recipient of recipients) {
    const answer = await talk.ask(client.rcpt(recipient));
    if (answer?.kind === 'continue') continue;
    refused++;
    check(textOf(answer));
  }
  if (refused === recipients.length) {
    client.abort();
    return true;
  }
  if (refused > 0) watch.wrong(`${queueId}: one recipient is refused, the other is not`);
  await talk.ask(client.data());
  await talk.ask(client.header('From', sender));
  await talk.ask(client.header('Subject', queueId));
  await talk.ask(client.eoh());
  const { modifications, final } = await talk.ask(client.endOfMessage());
  if (final.kind !== 'continue') watch.wrong(`${queueId}: ${final.kind} at the end`);
  check(modifications.map((one) => (one.kind === 'insheader' ? `${one.name}: ${one.value}\n` : '')).join(''));
  return false;
}

function textOf(response: Response | null): string {
  if (response?.kind !== 'replycode') return response?.kind ?? 'no response';
  return `${response.code} ${response.status} ${response.lines.join(' ')}`;
}

/** What is wrong with an answer: it must be that of one configuration, and of the same one all over a connection. */
function wrongIn(line: Line, kind: Kind, text: string): string | null {
  const number = markOf(text);
  if (number === null) return 'of no configuration, or a mixture';
  if (line.number !== null && number !== line.number) return `number ${line.number} came before`;
  if (number < line.oldest) return `older than number ${line.oldest}, which was in force`;
  line.number = number;
  const refusal = refusalOf(number, kind);
  if (refusal !== null) return text === refusal ? null : `not ${refusal}`;
  const host = hostOf(number);
  const isWhole =
    text.includes(`Received-SPF: ${kind} (${host}: `) && text.includes(`Authentication-Results: ${host};`);
  return isWhole ? null : 'not the fields of the message';
}
