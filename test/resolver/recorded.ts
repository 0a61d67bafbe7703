/** A lookup that answers as a test says, and tells what it was asked. */
import type { Answer, Lookup, QueryName, RecordData, RecordType } from '../../src/dns/index.js';
import { queryName } from '../../src/dns/index.js';
import type { Octets } from '../../src/util/index.js';

export type AnyAnswer = Answer<RecordData[RecordType]>;

export interface Recorded extends Lookup {
  /** Every question so far, as `a.example TXT`. */
  readonly asked: readonly string[];
}

/** `reply` is given the question, its deadline, and how many came before it. */
export function recorded(
  reply: (
    question: { readonly name: QueryName; readonly type: RecordType; readonly deadline: number },
    index: number,
  ) => AnyAnswer | Promise<AnyAnswer>,
): Recorded {
  const asked: string[] = [];
  const lookup = (name: QueryName, type: RecordType, deadline: number) => {
    asked.push(`${name} ${type}`);
    return reply({ name, type, deadline }, asked.length - 1);
  };
  return Object.assign(lookup as Lookup, { asked });
}

/** TXT records, a new answer each time. */
export function texts(ttl: number, ...records: string[]): AnyAnswer {
  const [first = 'v=spf1 -all', ...rest] = records as Octets[];
  return { kind: 'records', records: [first as Octets, ...rest], ttl };
}

export function nothing(ttl: number, why: 'nxdomain' | 'nodata' = 'nxdomain'): AnyAnswer {
  return { kind: 'void', why, ttl };
}

export function failed(why: Extract<AnyAnswer, { kind: 'failed' }>['why']): AnyAnswer {
  return { kind: 'failed', why };
}

export const NAME = queryName('a.example');
