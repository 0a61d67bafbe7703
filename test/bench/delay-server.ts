/** The name server that takes its time, as the benchmark sees it. */
import { createSocket } from 'node:dgram';
import { once } from 'node:events';

import { encodeMessage, optRecord, RD, TYPES } from '../support/dns-message.js';
import { nextMessage, type Programs } from './programs.js';

export interface DelayServer {
  readonly port: number;
  /** How many questions have come so far. */
  questions(): Promise<number>;
  /** How long a plain socket waits for so many answers, one after the other: milliseconds of each. */
  answerTimes(count: number): Promise<readonly number[]>;
  stop(): Promise<void>;
}

const PATIENCE_MS = 10_000;

/** Starts it on 127.0.0.1; `port` may be 0 for any. */
export async function startDelayServer(
  programs: Programs,
  delayMs: number,
  repetitions: number,
  port: number,
): Promise<DelayServer> {
  const args = [delayMs, repetitions, port].map(String);
  const { child, port: chosen } = await programs.listening('delay-process', args);
  return {
    port: chosen,
    async questions() {
      const count = nextMessage(child, PATIENCE_MS);
      child.send('count');
      return Number(await count);
    },
    answerTimes: (count) => answerTimes(chosen, count),
    stop: () => programs.stop(child),
  };
}

async function answerTimes(port: number, count: number): Promise<readonly number[]> {
  const socket = createSocket('udp4');
  const question = { name: 'nobody.example', type: TYPES['TXT'] ?? 0 };
  const times: number[] = [];
  for (let id = 1; id <= count; id++) {
    const query = encodeMessage({ id, flags: RD, questions: [question], additional: [optRecord(1232)] });
    const startMs = performance.now();
    socket.send(query, port, '127.0.0.1');
    await once(socket, 'message', { signal: AbortSignal.timeout(PATIENCE_MS) });
    times.push(performance.now() - startMs);
  }
  socket.close();
  return times;
}
