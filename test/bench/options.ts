/** The words on the command line of the benchmark. */
import { parseArgs } from 'node:util';

import { STYLES, type Style } from './milter.js';
import { SOCKETS, type SocketKind } from './milter-servers.js';

export const PARTS = ['engine', 'cold', 'policy', 'milter', 'spawn'] as const;
export type Part = (typeof PARTS)[number];

export interface BenchOptions {
  readonly parts: readonly Part[];
  /** Of one measurement; each is made three times. */
  readonly seconds: number;
  /** Of the policy part. */
  readonly connections: readonly number[];
  readonly milter: {
    readonly connections: readonly number[];
    readonly styles: readonly Style[];
    readonly sockets: readonly SocketKind[];
  };
}

const STYLE_NAMES = Object.keys(STYLES) as Style[];

export const USAGE = `usage: npm run bench -- [options]
  --only PART,PART               which parts: ${PARTS.join(', ')}; all if not given
  --seconds N                    length of one measurement (default 2); each is made three times
  --connections 1,50,500         numbers of connections of the policy part
  --milter-connections 1,10,100  the same of the milter part
  --styles ${STYLE_NAMES.join()}          messages on a connection of the milter part: ${STYLE_NAMES.map((name) => STYLES[name]).join(' or ')}
  --sockets ${SOCKETS.join()}             over what the milter part connects
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
        'milter-connections': { type: 'string', default: '1,10,100' },
        styles: { type: 'string', default: STYLE_NAMES.join() },
        sockets: { type: 'string', default: SOCKETS.join() },
      },
    });
    const seconds = Number(values.seconds);
    if (!(seconds > 0 && seconds <= 600)) return null;
    return {
      parts: chosen(PARTS, values.only),
      seconds,
      connections: counts(values.connections),
      milter: {
        connections: counts(values['milter-connections']),
        styles: chosen(STYLE_NAMES, values.styles),
        sockets: chosen(SOCKETS, values.sockets),
      },
    };
  } catch {
    return null; // an option that there is not, or a wrong value
  }
}

/** In the order in which they are known. Throws for one that is not. */
function chosen<T extends string>(known: readonly T[], text: string): readonly T[] {
  const words = text.split(',');
  if (!words.every((word) => known.some((name) => name === word))) throw new RangeError(text);
  return known.filter((name) => words.includes(name));
}

function counts(text: string): readonly number[] {
  const numbers = text.split(',').map(Number);
  if (!numbers.every((count) => Number.isInteger(count) && count >= 1 && count <= 5000)) {
    throw new RangeError(text);
  }
  return numbers;
}
