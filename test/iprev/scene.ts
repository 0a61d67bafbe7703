/** What the questions about a client are asked with, for tests. */
import type { Answer, Lookup, QueryName, RecordData, RecordType } from '../../src/dns/index.js';
import type { LookupContext } from '../../src/iprev/index.js';
import { IpAddress } from '../../src/net/index.js';
import { ManualClock } from '../support/manual-clock.js';

export function address(text: string): IpAddress {
  const ip = IpAddress.parse(text);
  if (ip === null) throw new Error(`not an address: ${text}`);
  return ip;
}

/** Where nothing is to go wrong with time. */
export function contextOf(lookup: Lookup): LookupContext {
  return { lookup, clock: new ManualClock(), deadline: 20_000 };
}

/** A DNS whose answers take their time, and which keeps the contract: a time-out at the deadline. */
export function delayed(inner: Lookup, clock: ManualClock, delayMs: (name: string) => number): Lookup {
  return <T extends RecordType>(name: QueryName, type: T, deadline: number) =>
    new Promise<Answer<RecordData[T]>>((resolve) => {
      const answer = inner(name, type, deadline);
      const [needed, left] = [delayMs(name), deadline - clock.now()];
      clock.after(Math.min(needed, left), () => {
        resolve(needed <= left ? answer : { kind: 'failed', why: 'timeout' });
      });
    });
}
