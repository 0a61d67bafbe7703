/** How long a process takes from its start to its first answer, as spawn(8) runs one for each connection. */
import { spawn } from 'node:child_process';

import { CLEAN_ENVIRONMENT } from './programs.js';
import type { PreparedRequest } from './requests.js';
import { median, quantile } from './statistics.js';

export interface Starter {
  readonly name: string;
  readonly argv: readonly string[];
  /** False for a program that answers nothing: then it is the time to its end. */
  readonly answers: boolean;
}

export interface SpawnFigures {
  readonly name: string;
  readonly medianMs: number;
  readonly p90Ms: number;
}

const PATIENCE_MS = 10_000;

/** Starts each of them so many times, one at a time and in turns, after one start that does not count. */
export async function measureSpawn(
  starters: readonly Starter[],
  request: PreparedRequest,
  rounds: number,
): Promise<readonly SpawnFigures[]> {
  const measured = starters.map((starter) => ({ starter, times: [] as number[] }));
  for (let round = 0; round <= rounds; round++) {
    for (const { starter, times } of measured) {
      const ms = await startOnce(starter, request.bytes);
      if (round > 0) times.push(ms);
    }
  }
  return measured.map(({ starter, times }) => ({
    name: starter.name,
    medianMs: median(times),
    p90Ms: quantile(times, 0.9),
  }));
}

/** Milliseconds; resolves when the process has ended. */
function startOnce({ name, argv, answers }: Starter, request: Buffer): Promise<number> {
  return new Promise((resolve, reject) => {
    const [program = '', ...args] = argv;
    const startMs = performance.now();
    // Node's pipes are socket pairs, which is what spawn(8) gives.
    const child = spawn(program, args, { stdio: ['pipe', 'pipe', 'ignore'], env: CLEAN_ENVIRONMENT });
    let answer = '';
    let ms: number | null = null;
    const timer = setTimeout(() => child.kill('SIGKILL'), PATIENCE_MS);
    child.stdin.on('error', () => undefined); // it ended without reading
    if (answers) child.stdin.write(request);
    child.stdout.setEncoding('latin1').on('data', (text: string) => {
      answer += text;
      if (!answer.endsWith('\n\n')) return;
      ms = performance.now() - startMs;
      child.stdin.end();
    });
    child.on('error', reject);
    child.on('close', () => {
      clearTimeout(timer);
      if (!answers) ms = performance.now() - startMs;
      if (ms !== null && (!answers || answer.startsWith('action='))) resolve(ms);
      else reject(new Error(`${name} gave no answer but ${JSON.stringify(answer)}`));
    });
  });
}
