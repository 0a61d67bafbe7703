/** Gives a target one input after the other until it fails. */
import { makeInput } from './mutate.js';
import { Random } from './random.js';
import { LONGEST, type Target } from './target.js';

/** An input that something did not hold for. */
export class Finding extends Error {
  readonly target: string;
  readonly input: Buffer;

  constructor(target: string, input: Buffer, cause: unknown) {
    super(`${target}: ${cause instanceof Error ? (cause.stack ?? cause.message) : String(cause)}`, { cause });
    this.target = target;
    this.input = input;
  }
}

export interface Drive {
  /** Whether to go on, asked before each input. */
  readonly goOn: (done: number) => boolean;
  /** No single input may take longer, in milliseconds: where it is given, time is an oracle, too. */
  readonly patienceMs?: number;
  /** Told of each input before it is run, so that one which does not end is known. */
  readonly before?: (input: Buffer) => void;
}

/** Runs generated inputs; how many it were. Throws a `Finding`. */
export async function drive(
  target: Target,
  seed: number,
  { goOn, patienceMs, before }: Drive,
): Promise<number> {
  const random = new Random(seed);
  const corpus = target.corpus.map((text) => Buffer.from(text, 'latin1'));
  const longest = target.longest ?? LONGEST;
  let done = 0;
  while (goOn(done)) {
    const input = done < corpus.length ? (corpus[done] ?? Buffer.of()) : makeInput(random, corpus, longest);
    before?.(input);
    const started = performance.now();
    await runOne(target, input);
    if (patienceMs !== undefined && performance.now() - started > patienceMs) {
      await runAgainstTheClock(target, input, patienceMs);
    }
    done++;
  }
  return done;
}

/** Runs one input. Throws a `Finding`. */
export async function runOne(target: Target, input: Buffer): Promise<void> {
  try {
    const end = target.run(input);
    if (end !== undefined) await end;
  } catch (e) {
    throw new Finding(target.name, input, e);
  }
}

/** An input that took long may have met a collection of garbage, or another program. Not ten times. */
async function runAgainstTheClock(target: Target, input: Buffer, patienceMs: number): Promise<void> {
  const times: number[] = [];
  for (let i = 0; i < 10; i++) {
    const started = performance.now();
    await runOne(target, input);
    times.push(performance.now() - started);
  }
  const least = Math.min(...times);
  if (least > patienceMs) {
    throw new Finding(target.name, input, new Error(`${input.length} octets took ${Math.round(least)} ms`));
  }
}
