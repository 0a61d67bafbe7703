/** A check whose answers are in the cache asks nothing and parses nothing. */
import { expect, test } from '@jest/globals';

import type { Answer, Lookup, QueryName, RecordType } from '../../src/dns/index.js';
import { coalesce, createCache } from '../../src/resolver/index.js';
import { createJudge, Watch, type Transaction, type Verdict } from '../../src/verdict/index.js';
import { ManualClock } from '../support/manual-clock.js';
import { transactionOf } from '../support/transaction.js';
import { verdictSettings } from '../support/verdict-settings.js';
import { zone } from '../support/zone.js';

const ZONE = {
  'example.com': {
    TXT: ['v=spf1 include:_spf.example.com exists:%{l}.no.example redirect=_all.example.com'],
  },
  '_spf.example.com': { TXT: ['v=spf1 ip4:198.51.100.0/24 a:gone.example.com -all'] },
  '_all.example.com': {
    TXT: ['some other text', 'v=spf1 mx -all exp=why.example.com'],
    MX: [[10, 'mx.example.com']],
  },
  'mx.example.com': { A: ['198.51.100.1'] },
  'why.example.com': { TXT: ['%{i} is none of ours'] },
  'mta.example.org': { TXT: ['v=spf1 a ~all'], A: ['203.0.113.9'] },
} as const;

/** Counts how often somebody looks at the text of an SPF record: who parses it must. */
class Watched {
  reads = 0;
  readonly asked: string[] = [];
  readonly lookup: Lookup;

  constructor(inner: Lookup) {
    this.lookup = <T extends RecordType>(name: QueryName, type: T, deadline: number) => {
      this.asked.push(`${name} ${type}`);
      return Promise.resolve(inner(name, type, deadline)).then((answer) =>
        type === 'TXT' && name !== 'why.example.com' ? this.#watched(answer) : answer,
      );
    };
  }

  #watched<T>(answer: Answer<T>): Answer<T> {
    if (answer.kind !== 'records') return answer;
    const { records } = answer;
    const count = (): void => {
      this.reads++;
    };
    return {
      kind: 'records',
      get records() {
        count();
        return records;
      },
      ttl: answer.ttl,
    };
  }
}

test.each([true, false])('with prefetch %j', async (prefetch) => {
  const clock = new ManualClock();
  const source = new Watched(zone(ZONE, { ttl: 60 }));
  const settings = {
    entries: 100,
    bytes: 1024 ** 2,
    minTtlMs: 0,
    maxTtlMs: 86_400_000,
    negativeTtlMs: 300_000,
    failureTtlMs: 5_000,
    serveStaleMs: 0,
  };
  const cache = createCache(coalesce(source.lookup, clock), settings, clock, () => undefined);
  const judge = createJudge(verdictSettings({ prefetch }), {
    lookup: cache.lookup,
    clock,
    watch: new Watch(clock, () => undefined),
  });
  const transaction = (sender: string, helo: string): Transaction =>
    transactionOf({ client: '203.0.113.9', helo, sender });

  const cold = await judge.judge(transaction('joe@example.com', 'mta.example.org'));
  expect(cold).toMatchObject({ helo: { result: 'pass' }, mailFrom: { result: 'fail' } });
  expect(source.asked.length).toBeGreaterThan(8);
  const { reads, asked } = { reads: source.reads, asked: source.asked.length };

  const warm = judge.judge(transaction('joe@EXAMPLE.com', 'MTA.example.org')); // another spelling, too
  expect(warm).not.toBeInstanceOf(Promise);
  expect((warm as Verdict).mailFrom?.result).toBe('fail');
  expect(source.asked).toHaveLength(asked);
  expect(source.reads).toBe(reads);

  await clock.advance(60_000);
  await judge.judge(transaction('joe@example.com', 'mta.example.org'));
  expect(source.asked).toHaveLength(2 * asked);
  expect(source.reads).toBe(2 * reads);
});
