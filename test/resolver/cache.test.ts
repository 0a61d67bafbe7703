import { describe, expect, test } from '@jest/globals';

import { LABEL_DOT, queryName, type FailureReason, type RecordType } from '../../src/dns/index.js';
import type { Event } from '../../src/events/index.js';
import { IpAddress } from '../../src/net/index.js';
import { answerBytes } from '../../src/resolver/answer-bytes.js';
import { createCache, type AnswerCache, type CacheSettings } from '../../src/resolver/index.js';
import { ManualClock } from '../support/manual-clock.js';
import { failed, NAME, nothing, recorded, texts, type AnyAnswer, type Recorded } from './recorded.js';

const SETTINGS: CacheSettings = {
  entries: 1000,
  bytes: 1024 ** 2,
  minTtlMs: 0,
  maxTtlMs: 86_400_000,
  negativeTtlMs: 300_000,
  failureTtlMs: 5_000,
  serveStaleMs: 0,
};

interface Scene {
  readonly clock: ManualClock;
  readonly cache: AnswerCache;
  readonly inner: Recorded;
  readonly events: readonly Event[];
  /** Asks with 20 seconds of time. */
  readonly ask: (name: string, type?: RecordType) => AnyAnswer | Promise<AnyAnswer>;
}

function scene(reply: Parameters<typeof recorded>[0], settings: Partial<CacheSettings> = {}): Scene {
  const clock = new ManualClock();
  const inner = recorded(reply);
  const events: Event[] = [];
  const cache = createCache(inner, { ...SETTINGS, ...settings }, clock, (event) => events.push(event));
  return {
    clock,
    cache,
    inner,
    events,
    ask: (name, type = 'TXT') => cache.lookup(queryName(name), type, clock.now() + 20_000),
  };
}

interface TimeRow {
  readonly says: string;
  readonly settings?: Partial<CacheSettings>;
  /** What the servers say, the last for ever. */
  readonly answers: readonly [AnyAnswer, ...AnyAnswer[]];
  /** Seconds at which there is a question. */
  readonly at: readonly number[];
  /** Those at which the servers are asked. */
  readonly asked: readonly number[];
}

/** One question again and again; both with servers that answer at once and with promises. */
async function askedAt(row: TimeRow, isLater: boolean): Promise<number[]> {
  const reply = (_question: unknown, index: number): AnyAnswer | Promise<AnyAnswer> => {
    const answer = row.answers[Math.min(index, row.answers.length - 1)] ?? row.answers[0];
    return isLater ? Promise.resolve(answer) : answer;
  };
  const { clock, inner, ask } = scene(reply, row.settings);
  const asked: number[] = [];
  for (const at of row.at) {
    await clock.advance(at * 1000 - clock.now());
    const before = inner.asked.length;
    await ask('a.example');
    if (inner.asked.length > before) asked.push(at);
  }
  return asked;
}

const DAY = 86_400;

describe('an answer', () => {
  const FAILURES: readonly FailureReason[] = [
    'timeout',
    'servfail',
    'refused',
    'formerr',
    'notimp',
    'other-rcode',
    'malformed',
  ];

  test.each<TimeRow>([
    { says: 'is kept for its TTL', answers: [texts(60)], at: [0, 1, 59.999, 60, 61], asked: [0, 60] },
    { says: 'of TTL 0 is not kept (RFC 1035 §3.2.1)', answers: [texts(0)], at: [0, 0, 1], asked: [0, 0, 1] },
    {
      says: 'is kept for dns.cache.min_ttl',
      settings: { minTtlMs: 60_000 },
      answers: [texts(5)],
      at: [0, 59.999, 60],
      asked: [0, 60],
    },
    {
      says: 'of TTL 0 is kept for dns.cache.min_ttl',
      settings: { minTtlMs: 60_000 },
      answers: [texts(0)],
      at: [0, 59, 60],
      asked: [0, 60],
    },
    {
      says: 'is kept for dns.cache.max_ttl at most',
      answers: [texts(0x7fffffff)],
      at: [0, DAY - 1, DAY],
      asked: [0, DAY],
    },
    { says: 'that there is nothing is kept, too', answers: [nothing(60)], at: [0, 59, 60], asked: [0, 60] },
    {
      says: 'that the name has other types is kept, too',
      answers: [nothing(60, 'nodata')],
      at: [0, 59, 60],
      asked: [0, 60],
    },
    {
      says: 'that there is nothing is kept for dns.cache.negative_ttl at most',
      answers: [nothing(900)],
      at: [0, 299, 300],
      asked: [0, 300],
    },
    {
      says: 'that there is nothing is not kept longer than it may be (RFC 2308 §5)',
      settings: { minTtlMs: 60_000 },
      answers: [nothing(5)],
      at: [0, 4, 5],
      asked: [0, 5],
    },
    {
      says: 'that there is nothing is not kept with dns.cache.negative_ttl 0',
      settings: { negativeTtlMs: 0 },
      answers: [nothing(900)],
      at: [0, 0],
      asked: [0, 0],
    },
    ...FAILURES.map((why) => ({
      says: `that is a failure is kept for seconds (RFC 9520 §3.2): ${why}`,
      answers: [failed(why)] as const,
      at: [0, 4.999, 5, 9, 10],
      asked: [0, 5, 10],
    })),
    ...(['busy', 'unreachable'] as const).map((why) => ({
      says: `that costs no server anything is not kept: ${why}`,
      answers: [failed(why)] as const,
      at: [0, 0, 1],
      asked: [0, 0, 1],
    })),
    {
      says: 'that is a failure is not kept with dns.cache.failure_ttl 0',
      settings: { failureTtlMs: 0 },
      answers: [failed('servfail')],
      at: [0, 0],
      asked: [0, 0],
    },
    {
      says: 'replaces a failure',
      answers: [failed('servfail'), texts(60)],
      at: [0, 4, 5, 64, 65],
      asked: [0, 5, 65],
    },
    {
      says: 'is replaced by the next one, whatever that is',
      answers: [texts(10), nothing(20), texts(0), texts(30)],
      at: [0, 10, 29, 30, 30, 59, 60],
      asked: [0, 10, 30, 30, 60],
    },
    {
      says: 'is not used after its time when the servers fail',
      answers: [texts(10), failed('timeout'), texts(10)],
      at: [0, 10, 14, 15],
      asked: [0, 10, 15],
    },
  ])('$says', async (row) => {
    expect(await askedAt(row, false)).toEqual(row.asked);
    expect(await askedAt(row, true)).toEqual(row.asked);
  });

  test('comes back as the same object, at once, in any spelling of the name', async () => {
    const { ask, inner } = scene(() => Promise.resolve(texts(60)));
    const answer = await ask('a.Example');
    expect(ask('A.eXample')).toBe(answer);
    expect(ask('a.example')).toBe(answer);
    expect(inner.asked).toEqual(['a.Example TXT']);
  });

  test('belongs to its name and type', () => {
    const { ask, inner } = scene(({ name }) => texts(60, name));
    const dotted = `a${LABEL_DOT}b`;
    const names = ['a', 'b', 'a.b', dotted, '\xe4', '\xc4', ''];
    for (let round = 0; round < 2; round++) {
      for (const name of names) expect(ask(name)).toEqual(texts(60, name));
    }
    void ask('a', 'A');
    expect(inner.asked).toEqual([...names.map((name) => `${name} TXT`), 'a A']);
  });

  test('is not taken from the time that an asker lacked', async () => {
    const { cache, clock, inner } = scene(({ deadline }, index) =>
      index > 0
        ? texts(60)
        : new Promise((settle) => {
            clock.after(deadline - clock.now() - 1, () => {
              settle(failed('timeout'));
            });
          }),
    );
    const first = cache.lookup(NAME, 'TXT', 100);
    await clock.advance(99);
    expect(await first).toEqual(failed('timeout'));
    expect(cache.lookup(NAME, 'TXT', 20_000)).toEqual(texts(60));
    expect(inner.asked).toHaveLength(2);
  });

  test('that somebody else had meanwhile is better than a failure', async () => {
    const settles: ((answer: AnyAnswer) => void)[] = [];
    const { cache } = scene(() => new Promise((settle) => settles.push(settle)));
    const [first, second] = [cache.lookup(NAME, 'TXT', 9000), cache.lookup(NAME, 'TXT', 9000)];
    const answer = texts(60);
    settles[1]?.(answer);
    expect(await second).toBe(answer);
    settles[0]?.(failed('timeout'));
    expect(await first).toBe(answer);
    expect(cache.lookup(NAME, 'TXT', 9000)).toBe(answer);
  });

  test('does not live longer because it comes twice', async () => {
    const answer = texts(60);
    const settles: ((answer: AnyAnswer) => void)[] = [];
    const { cache, clock } = scene(() => new Promise((settle) => settles.push(settle)));
    void cache.lookup(NAME, 'TXT', 90_000);
    void cache.lookup(NAME, 'TXT', 90_000);
    settles[0]?.(answer);
    await clock.advance(40_000);
    settles[1]?.(answer);
    await clock.advance(20_000);
    expect(cache.lookup(NAME, 'TXT', 90_000)).toBeInstanceOf(Promise);
  });
});

describe('what is stale', () => {
  const HOUR: Partial<CacheSettings> = { serveStaleMs: 3_600_000 };

  test.each<TimeRow & { readonly gets: string }>([
    {
      says: 'is used when the servers fail, which are then left alone for 30 seconds (RFC 8767 §5)',
      answers: [texts(60, 'old'), failed('servfail')],
      at: [0, 59, 60, 89, 90, 119, 120],
      asked: [0, 60, 90, 120],
      gets: 'old old old* old* old* old* old*',
    },
    {
      says: 'is used whatever the failure',
      answers: [
        texts(60, 'old'),
        failed('timeout'),
        failed('unreachable'),
        failed('busy'),
        failed('refused'),
      ],
      at: [0, 60, 90, 120, 150],
      asked: [0, 60, 90, 120, 150],
      gets: 'old old* old* old* old*',
    },
    {
      says: 'is used for dns.cache.serve_stale and no longer',
      answers: [texts(60, 'old'), failed('servfail')],
      at: [0, 3650, 3659, 3660],
      asked: [0, 3650, 3660],
      gets: 'old old* old* [servfail]',
    },
    {
      says: 'gives way to the next answer',
      answers: [texts(60, 'old'), failed('servfail'), texts(60, 'new')],
      at: [0, 60, 90, 100, 149, 150],
      asked: [0, 60, 90, 150],
      gets: 'old old* new new new new',
    },
    {
      says: 'gives way to the word that there is nothing: that is no failure',
      answers: [texts(60, 'old'), nothing(60)],
      at: [0, 60, 70],
      asked: [0, 60],
      gets: 'old nxdomain nxdomain',
    },
    {
      says: 'gives way to an answer that is not kept',
      answers: [texts(60, 'old'), texts(0, 'new'), failed('servfail')],
      at: [0, 60, 61],
      asked: [0, 60, 61],
      gets: 'old new [servfail]',
    },
    {
      says: 'is not used if it says that there is nothing',
      answers: [nothing(60), failed('servfail')],
      at: [0, 60],
      asked: [0, 60],
      gets: 'nxdomain [servfail]',
    },
  ])('$says', async (row) => {
    for (const isLater of [false, true]) {
      const { clock, cache, events, ask } = scene((_question, index) => {
        const answer = row.answers[Math.min(index, row.answers.length - 1)] ?? row.answers[0];
        return isLater ? Promise.resolve(answer) : answer;
      }, HOUR);
      const gets: string[] = [];
      const asked: number[] = [];
      for (const at of row.at) {
        await clock.advance(at * 1000 - clock.now());
        const { misses } = cache.figures;
        gets.push(shown(await ask('a.example')));
        if (cache.figures.misses > misses) asked.push(at);
      }
      expect(gets.join(' ')).toBe(row.gets);
      expect(asked).toEqual(row.asked);
      expect(cache.figures.stale).toBe(gets.filter((got) => got.endsWith('*')).length);
      expect(events).toHaveLength(
        row.at.filter((at, i) => asked.includes(at) && gets[i]?.endsWith('*')).length,
      );
      expect(clock.pending).toBe(0);
    }
  });

  /** The only text, with a star if its TTL is that of RFC 8767 §5. */
  function shown(answer: AnyAnswer): string {
    if (answer.kind === 'void') return answer.why;
    if (answer.kind === 'failed') return `[${answer.why}]`;
    const [text] = answer.records;
    return `${typeof text === 'string' ? text : '?'}${answer.ttl === 30 ? '*' : ''}`;
  }

  test('is told', async () => {
    const { clock, events, ask } = scene(
      (_question, index) => (index === 0 ? texts(60) : failed('timeout')),
      HOUR,
    );
    void ask('\x07.Example');
    await clock.advance(90_400);
    void ask('\x07.Example');
    void ask('\x07.Example');
    expect(events).toEqual([
      { kind: 'dns-cache-stale', name: '\\007.Example', type: 'TXT', expiredMs: 30_400 },
    ]);
  });

  test('stays one object, so that its record is parsed once', async () => {
    const { clock, ask } = scene((_question, index) => (index === 0 ? texts(60) : failed('timeout')), HOUR);
    void ask('a.example');
    await clock.advance(60_000);
    const stale = ask('a.example');
    await clock.advance(500_000);
    expect(ask('a.example')).toBe(stale);
  });

  describe('when the servers are slow', () => {
    /** Expired, and the servers answer a while after they were asked again. */
    async function slowly(afterMs: number, answer: AnyAnswer): Promise<Scene & { readonly old: AnyAnswer }> {
      const stage = scene(
        (_question, index) =>
          index === 0
            ? texts(60, 'old')
            : new Promise((settle) => {
                stage.clock.after(afterMs, () => {
                  settle(answer);
                });
              }),
        HOUR,
      );
      const old = await stage.ask('a.example');
      await stage.clock.advance(60_000);
      return { ...stage, old };
    }

    test('is waited for 1.8 seconds, and no second time', async () => {
      const { clock, ask, inner, events, cache } = await slowly(10_000, failed('timeout'));
      let got: AnyAnswer | null = null;
      void Promise.resolve(ask('a.example')).then((answer) => (got = answer));
      await clock.advance(1799);
      expect(got).toBeNull();
      await clock.advance(1);
      expect(got).toEqual(texts(30, 'old'));
      expect(ask('a.example')).toBe(got);
      await clock.advance(20_000); // the failure has come
      expect(ask('a.example')).toBe(got);
      expect(inner.asked).toHaveLength(2);
      expect(events).toHaveLength(1);
      expect(cache.figures).toMatchObject({ hits: 2, misses: 2, stale: 3 });
      expect(clock.pending).toBe(0);
    });

    test('is replaced when the answer comes after all', async () => {
      const answer = texts(60, 'new');
      const { clock, ask, inner } = await slowly(2000, answer);
      const first = ask('a.example');
      await clock.advance(1900);
      expect(await first).toEqual(texts(30, 'old'));
      await clock.advance(100);
      expect(ask('a.example')).toBe(answer);
      expect(inner.asked).toHaveLength(2);
      expect(clock.pending).toBe(0);
    });

    test('is not used when the answer comes in time', async () => {
      const answer = texts(60, 'new');
      const { clock, ask, events } = await slowly(1700, answer);
      const first = ask('a.example');
      await clock.advance(1700);
      expect(await first).toBe(answer);
      expect(clock.pending).toBe(0);
      expect(events).toEqual([]);
    });

    test('is told once, however many wait', async () => {
      const { clock, ask, events, cache } = await slowly(10_000, failed('timeout'));
      const waiting = Array.from({ length: 50 }, () => Promise.resolve(ask('a.example')));
      await clock.advance(1800);
      for (const answer of await Promise.all(waiting)) expect(answer).toEqual(texts(30, 'old'));
      expect(events).toHaveLength(1);
      expect(cache.figures.stale).toBe(50);
    });
  });
});

describe('the bounds', () => {
  test('on entries: what was used least recently makes room, of whatever type', () => {
    const { ask, cache, inner } = scene(() => texts(60), { entries: 4 });
    for (const [name, type] of [
      ['a', 'TXT'],
      ['b', 'A'],
      ['a', 'MX'],
      ['c', 'TXT'],
    ] as const) {
      void ask(name, type);
    }
    void ask('a', 'TXT'); // a hit
    void ask('B', 'A'); // another
    void ask('d', 'TXT');
    expect(cache.figures).toMatchObject({ entries: 4, evicted: 1, hits: 2, misses: 5 });
    for (const [name, type] of [
      ['a', 'TXT'],
      ['b', 'A'],
      ['c', 'TXT'],
      ['d', 'TXT'],
    ] as const) {
      void ask(name, type);
    }
    expect(inner.asked).toHaveLength(5);
    void ask('a', 'MX');
    expect(inner.asked.at(-1)).toBe('a MX');
    expect(inner.asked).toHaveLength(6);
  });

  test('on bytes: the sum of what is there', () => {
    const texts255 = () => texts(60, 'x'.repeat(255));
    const one = answerBytes('a0', 'TXT', texts255());
    const { ask, cache, inner } = scene(texts255, { bytes: one * 40 });
    for (let i = 0; i < 10; i++) void ask(`a${i}`);
    expect(cache.figures).toMatchObject({ entries: 10, bytes: 10 * one, evicted: 0 });
    for (let i = 10; i < 50; i++) void ask(`b${i - 10}`.padEnd(2, '0'));
    const { bytes, entries } = cache.figures;
    expect(bytes).toBeLessThanOrEqual(one * 40);
    expect(bytes).toBeGreaterThan(one * 38);
    expect(entries).toBe(39); // two digits take their place
    void ask('a0');
    expect(inner.asked).toHaveLength(51);
  });

  test('an answer that is huge is not kept, and takes nobody’s place', () => {
    const { ask, cache } = scene(({ name }) => texts(60, 'x'.repeat(name === 'big' ? 40_000 : 10)));
    void ask('a');
    void ask('big');
    void ask('big');
    expect(cache.figures).toMatchObject({ entries: 1, evicted: 0, misses: 3 });
  });

  test('a replaced answer is counted once', async () => {
    const { ask, cache, clock } = scene((_question, index) => texts(1, 'x'.repeat(100 * index)));
    for (let i = 0; i < 5; i++) {
      void ask('a.example');
      expect(cache.figures).toMatchObject({
        entries: 1,
        bytes: answerBytes('a.example', 'TXT', texts(1, 'x'.repeat(100 * i))),
      });
      await clock.advance(1000);
    }
  });

  test.each<Partial<CacheSettings>>([{ entries: 0 }, { minTtlMs: 2, maxTtlMs: 1 }])(
    'out of range are a bug: %j',
    (settings) => {
      expect(() => scene(() => texts(1), settings)).toThrow('out of range');
    },
  );
});

describe('the bytes of an answer', () => {
  const address = (text: string) => IpAddress.parse(text) ?? fail(text);
  const fail = (text: string): never => {
    throw new Error(text);
  };
  const bytesOf = (key: string, type: RecordType, answer: AnyAnswer) => answerBytes(key, type, answer);

  test.each<[what: string, more: number, less: number, by: number]>([
    ['a longer key', bytesOf('abc', 'A', nothing(1)), bytesOf('', 'A', nothing(1)), 3],
    ['a wide key', bytesOf(`a${LABEL_DOT}b`, 'A', nothing(1)), bytesOf('a.b', 'A', nothing(1)), 3],
    [
      'a longer text',
      bytesOf('a', 'TXT', texts(1, 'x'.repeat(255))),
      bytesOf('a', 'TXT', texts(1, 'x')),
      254,
    ],
    [
      'each word of a record',
      bytesOf('a', 'TXT', texts(1, 'a b')),
      bytesOf('a', 'TXT', texts(1, 'a-b')),
      400,
    ],
    ['each macro', bytesOf('a', 'TXT', texts(1, 'a%b')), bytesOf('a', 'TXT', texts(1, 'a-b')), 100],
    ['records over none', bytesOf('a', 'TXT', texts(1, '')), bytesOf('a', 'TXT', nothing(1)), 540],
    [
      'the name of an MX',
      bytesOf('a', 'MX', {
        kind: 'records',
        records: [{ preference: 1, exchange: queryName('mx.example') }],
        ttl: 1,
      }),
      bytesOf('a', 'MX', {
        kind: 'records',
        records: [{ preference: 1, exchange: queryName('') }],
        ttl: 1,
      }),
      10,
    ],
    [
      'IPv6 over IPv4',
      bytesOf('a', 'AAAA', { kind: 'records', records: [address('2001:db8::1')], ttl: 1 }),
      bytesOf('a', 'A', { kind: 'records', records: [address('192.0.2.1')], ttl: 1 }),
      80,
    ],
  ])('%s', (_what, more, less, by) => {
    expect(more - less).toBe(by);
  });
});

describe('other settings', () => {
  test('leave what is kept', async () => {
    const { cache, clock, inner, ask } = scene(() => texts(60));
    await ask('a.example');
    cache.configure({ ...SETTINGS, maxTtlMs: 1000 });
    await clock.advance(59_000);
    await ask('a.example');
    expect(inner.asked).toHaveLength(1);
    await clock.advance(2_000);
    await ask('a.example'); // kept by the new settings now
    await clock.advance(1_001);
    await ask('a.example');
    expect(inner.asked).toHaveLength(3);
  });

  test('make room at once', async () => {
    const { cache, ask } = scene(() => texts(60));
    for (const name of ['a.example', 'b.example', 'c.example']) await ask(name);
    cache.configure({ ...SETTINGS, entries: 2 });
    expect(cache.figures).toMatchObject({ entries: 2, evicted: 1 });
  });

  test('that are out of range are a bug', () => {
    const { cache } = scene(() => texts(60));
    expect(() => {
      cache.configure({ ...SETTINGS, entries: 0 });
    }).toThrow('out of range');
  });
});
