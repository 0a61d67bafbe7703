/**
 * `npm run fuzz -- [--seconds N] [--seed N] [--target NAME]`: all targets, a worker for each core, until time is
 * up or something is found. An input that something did not hold for, that took too long, or that does not
 * end, is written to a file; in `regressions.ts` it becomes an ordinary test.
 */
import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';

import { drive, Finding } from './drive.js';
import { loadTargets, LONGEST } from './target.js';

const PATIENCE_MS = 50;
/** An input that has not ended by then never will. */
const HANG_MS = 20_000;
/** So long one target is run before the next has its turn. */
const TURN_MS = 500;

interface Assignment {
  readonly seed: number;
  readonly seconds: number;
  readonly only: string | undefined;
  /** What the worker is at: a counter, the length of the input, the index of the target; then the input. */
  readonly shared: SharedArrayBuffer;
}

type Message =
  | { readonly kind: 'counts'; readonly counts: ReadonlyMap<string, number> }
  | { readonly kind: 'found'; readonly target: string; readonly what: string; readonly input: Uint8Array };

const HEAD = 12;

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: { seconds: { type: 'string' }, seed: { type: 'string' }, target: { type: 'string' } },
  });
  const seconds = Number(values.seconds ?? 60);
  const seed = Number(values.seed ?? Date.now() % 1_000_000);
  if (!(seconds > 0) || !Number.isInteger(seed)) throw new Error('--seconds and --seed take numbers');
  const names = (await loadTargets(values.target)).map(({ name }) => name);
  const cores = availableParallelism();
  console.log(`fuzz: seed ${seed}, ${seconds} s on ${cores} cores: ${names.join(', ')}`);

  const results = await Promise.all(
    Array.from({ length: cores }, (_, i) =>
      runWorker({ seed: seed + i, seconds, only: values.target }, names),
    ),
  );
  const total = new Map<string, number>();
  for (const { counts } of results)
    for (const [name, count] of counts) total.set(name, count + (total.get(name) ?? 0));
  for (const [name, count] of total) console.log(`${String(count).padStart(10)}  ${name}`);
  const findings = results.filter(({ found }) => found).length;
  console.log(`fuzz: ${[...total.values()].reduce((a, b) => a + b, 0)} inputs, ${findings} findings`);
  process.exitCode = findings === 0 ? 0 : 1;
}

interface WorkerResult {
  readonly counts: ReadonlyMap<string, number>;
  readonly found: boolean;
}

function runWorker(assignment: Omit<Assignment, 'shared'>, names: readonly string[]): Promise<WorkerResult> {
  const shared = new SharedArrayBuffer(HEAD + LONGEST);
  const head = new Int32Array(shared, 0, HEAD / 4);
  const worker = new Worker(new URL(import.meta.url), { workerData: { ...assignment, shared } });
  return new Promise((resolve, reject) => {
    let found = false;
    let counts: ReadonlyMap<string, number> = new Map();
    let last = -1;
    const watch = setInterval(() => {
      const now = Atomics.load(head, 0);
      if (now === last) {
        found = true;
        save(names[head[2] ?? 0] ?? '?', 'does not end', new Uint8Array(shared, HEAD, head[1]));
        void worker.terminate();
      }
      last = now;
    }, HANG_MS);
    worker.on('message', (message: Message) => {
      if (message.kind === 'counts') counts = message.counts;
      else {
        found = true;
        save(message.target, message.what, message.input);
      }
    });
    worker.on('error', reject);
    worker.on('exit', () => {
      clearInterval(watch);
      resolve({ counts, found });
    });
  });
}

function save(target: string, what: string, input: Uint8Array): void {
  const hash = createHash('sha256').update(input).digest('hex').slice(0, 12);
  const path = join(tmpdir(), `spfwarden-fuzz-${target}-${hash}`);
  writeFileSync(path, input);
  console.log(`FOUND in ${target} with ${input.length} octets, saved as ${path}:\n${what}`);
  if (input.length <= 300) console.log(`base64: ${Buffer.from(input).toString('base64')}`);
}

async function work({ seed, seconds, only, shared }: Assignment): Promise<void> {
  const head = new Int32Array(shared, 0, HEAD / 4);
  const room = new Uint8Array(shared, HEAD);
  const targets = await loadTargets(only);
  const counts = new Map<string, number>();
  const end = performance.now() + seconds * 1000;
  const say = (message: Message): void => parentPort?.postMessage(message);
  for (let turn = 0; performance.now() < end; turn++) {
    const index = turn % targets.length;
    const target = targets[index];
    if (target === undefined) return;
    const turnEnd = Math.min(performance.now() + TURN_MS, end);
    try {
      const done = await drive(target, seed * 7919 + turn, {
        goOn: () => performance.now() < turnEnd,
        patienceMs: PATIENCE_MS,
        before(input) {
          room.set(input);
          head[1] = input.length;
          head[2] = index;
          Atomics.add(head, 0, 1);
        },
      });
      counts.set(target.name, done + (counts.get(target.name) ?? 0));
    } catch (e) {
      if (!(e instanceof Finding)) throw e;
      say({ kind: 'found', target: e.target, what: e.message, input: e.input });
      return;
    } finally {
      say({ kind: 'counts', counts });
    }
  }
}

if (isMainThread) await main();
else await work(workerData as Assignment);
