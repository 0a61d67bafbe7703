/** What is fuzzed: each file in `targets/` is one target, and is found there. */
import { readdirSync } from 'node:fs';

/** The longest input of all, in octets. */
export const LONGEST = 65_536;

export interface Target {
  readonly name: string;
  /** What generated inputs are made from: valid ones and near misses, a character for each octet. */
  readonly corpus: readonly string[];
  /** Octets; `LONGEST` where it is left out. */
  readonly longest?: number;
  /** Gives the input to the code and throws where something does not hold. */
  run(bytes: Buffer): void | Promise<void>;
}

const FOLDER = new URL('targets/', import.meta.url);

/** All targets, or the one of that name. */
export async function loadTargets(only?: string): Promise<readonly Target[]> {
  const files = readdirSync(FOLDER).filter((file) => file.endsWith('.js'));
  const targets: Target[] = [];
  for (const file of files.sort()) {
    const module = (await import(new URL(file, FOLDER).href)) as { readonly target: Target }; // one by one: jest
    targets.push(module.target);
  }
  const chosen = targets.filter(({ name }) => only === undefined || name === only);
  if (chosen.length === 0) {
    throw new Error(`no target ${only ?? ''}; there are ${targets.map(({ name }) => name).join(', ')}`);
  }
  return chosen;
}

/** Ends a run whose target found that something does not hold. */
export function hold(condition: boolean, what: string): asserts condition {
  if (!condition) throw new Error(`does not hold: ${what}`);
}
