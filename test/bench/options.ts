/** The words on the command line of the benchmark. */
import { parseArgs } from 'node:util';

export const PARTS = ['engine', 'cold', 'policy', 'spawn'] as const;
export type Part = (typeof PARTS)[number];

export interface BenchOptions {
  readonly parts: readonly Part[];
  /** Of one measurement; each is made three times. */
  readonly seconds: number;
  readonly connections: readonly number[];
}

export const USAGE = `usage: npm run bench -- [options]
  --only engine,cold,policy,spawn   which parts
  --seconds N                  length of one measurement (default 2); each is made three times
  --connections 1,50,500       numbers of connections of the policy part
`;

/** Null where the words are wrong. */
export function readOptions(args: readonly string[]): BenchOptions | null {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        only: { type: 'string', default: PARTS.join() },
        seconds: { type: 'string', default: '2' },
        connections: { type: 'string', default: '1,50,500' },
      },
    });
    const only = values.only.split(',');
    const seconds = Number(values.seconds);
    const connections = values.connections.split(',').map(Number);
    const isRight =
      only.every((part) => PARTS.some((known) => known === part)) &&
      seconds > 0 &&
      seconds <= 600 &&
      connections.every((count) => Number.isInteger(count) && count >= 1 && count <= 5000);
    return isRight ? { parts: PARTS.filter((part) => only.includes(part)), seconds, connections } : null;
  } catch {
    return null; // an option that there is not
  }
}
