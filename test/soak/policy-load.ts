/** Policy requests at a steady rate over several connections, two for each message, the second after a while. */
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

import { requestText } from '../support/policy-request.js';
import type { Kind, Stage } from './reload-files.js';

export interface LoadPlan {
  readonly port: number;
  readonly connections: number;
  readonly perSecond: number;
  /** Requests in all. */
  readonly requests: number;
  /** How long after the answer to its first request a message has its second one. */
  readonly holdMs: number;
}

/** What a message is about. */
export interface Mail {
  readonly kind: Kind;
  readonly sender: string;
}

export interface Asked<Message> {
  readonly message: Message;
  readonly stage: Stage;
  readonly isFirst: boolean;
  readonly answer: string;
}

export interface LoadFigures {
  readonly sent: number;
  readonly answered: number;
  /** The longest that an answer took. */
  readonly slowestMs: number;
}

interface Work<Message> {
  readonly message: Message;
  readonly instance: string;
  readonly stage: Stage;
  readonly isFirst: boolean;
  readonly dueMs: number;
}

interface Lane<Message> {
  readonly socket: Socket;
  /** What it has asked and is not answered. */
  work: Work<Message> | null;
  sentMs: number;
  text: string;
}

const TICK_MS = 2;
/** For the last answers. */
const PATIENCE_MS = 30_000;

/**
 * Runs the load to its end. A connection has one request at a time, as Postfix does it; the two of a message
 * may come over different ones. `begin` is called as a message begins, `onAnswer` for each answer. A connection
 * that breaks takes its request with it.
 */
export async function policyLoad<Message extends Mail>(
  plan: LoadPlan,
  begin: () => Message,
  onAnswer: (asked: Asked<Message>) => void,
): Promise<LoadFigures> {
  const lanes = await Promise.all(
    Array.from({ length: plan.connections }, () => openLane<Message>(plan.port)),
  );
  const seconds: Work<Message>[] = [];
  const startMs = performance.now();
  let begun = 0;
  let sent = 0;
  let answered = 0;
  let slowestMs = 0;

  const nextWork = (nowMs: number): Work<Message> | null => {
    const [waiting] = seconds;
    if (waiting !== undefined && waiting.dueMs <= nowMs) return seconds.shift() ?? null;
    if (2 * begun >= plan.requests) return null;
    begun++;
    return { message: begin(), instance: `${begun}`, stage: 'RCPT', isFirst: true, dueMs: nowMs };
  };
  const pump = (): void => {
    const nowMs = performance.now();
    const due = Math.min(plan.requests, ((nowMs - startMs) * plan.perSecond) / 1000);
    for (const lane of lanes) {
      if (sent >= due) return;
      if (lane.work !== null || lane.socket.destroyed) continue;
      const work = nextWork(nowMs);
      if (work === null) return;
      sent++;
      lane.work = work;
      lane.sentMs = nowMs;
      lane.socket.write(textOf(work), 'latin1');
    }
  };
  const answer = (lane: Lane<Message>, work: Work<Message>, text: string): void => {
    const nowMs = performance.now();
    lane.work = null;
    answered++;
    slowestMs = Math.max(slowestMs, nowMs - lane.sentMs);
    const { message, instance, stage, isFirst } = work;
    onAnswer({ message, stage, isFirst, answer: text });
    if (isFirst) {
      const next: Stage = text.startsWith('action=PREPEND') ? 'DATA' : 'RCPT';
      seconds.push({ message, instance, stage: next, isFirst: false, dueMs: nowMs + plan.holdMs });
    }
    pump();
  };
  for (const lane of lanes) {
    lane.socket.on('data', (chunk: Buffer) => {
      lane.text += chunk.toString('latin1');
      if (!lane.text.endsWith('\n\n') || lane.work === null) return;
      const { text, work } = lane;
      lane.text = '';
      answer(lane, work, text);
    });
  }

  const ticker = setInterval(pump, TICK_MS);
  const endMs = startMs + (plan.requests / plan.perSecond) * 1000 + plan.holdMs + PATIENCE_MS;
  const isOver = (): boolean => answered >= plan.requests || lanes.every(({ socket }) => socket.destroyed);
  while (!isOver() && performance.now() < endMs) await new Promise((resolve) => setTimeout(resolve, 20));
  clearInterval(ticker);
  for (const { socket } of lanes) socket.destroy();
  return { sent, answered, slowestMs };
}

async function openLane<Message>(port: number): Promise<Lane<Message>> {
  const socket = connect({ port, host: '127.0.0.1', noDelay: true });
  socket.on('error', () => socket.destroy());
  await once(socket, 'connect');
  return { socket, work: null, sentMs: 0, text: '' };
}

function textOf<Message extends Mail>({ message, instance, stage, isFirst }: Work<Message>): string {
  const recipient = stage === 'DATA' ? '' : `${isFirst ? 'one' : 'two'}@receiver.example`;
  const recipient_count = stage === 'DATA' ? '1' : '0';
  const { sender } = message;
  return requestText({
    protocol_state: stage,
    helo_name: 'mail.soak.example',
    sender,
    recipient,
    recipient_count,
    instance,
  });
}
