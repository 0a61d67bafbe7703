/**
 * What a cache of 64 MiB takes when a million different answers come by, and what a hit costs in a small and
 * in a large one. To be run as a program: `node --expose-gc dist/test/soak/cache-memory.js [answers]`.
 * It fails (status 1) if resident memory grows by 100 MiB or more.
 */
import { setImmediate } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

import { collectEarly } from '../../src/app/heap.js';
import {
  queryName,
  type Answer,
  type Lookup,
  type RecordData,
  type RecordType,
} from '../../src/dns/index.js';
import { IpAddress } from '../../src/net/index.js';
import { createCache, type AnswerCache, type CacheSettings } from '../../src/resolver/index.js';
import { selectRecord } from '../../src/spf/select-record.js';
import { systemClock, type Octets } from '../../src/util/index.js';

const MIB = 1024 ** 2;

const SETTINGS: CacheSettings = {
  entries: 10_000_000,
  bytes: 64 * MIB,
  minTtlMs: 0,
  maxTtlMs: 86_400_000,
  negativeTtlMs: 300_000,
  failureTtlMs: 5_000,
  serveStaleMs: 0,
};

/** Question `i` of a stream that looks like mail: records of all sorts, and domains that have none. */
export function questionOf(i: number): { readonly name: string; readonly type: RecordType } {
  const name = `mail${i}.sender-${i % 97}.example`;
  return { name, type: (['TXT', 'TXT', 'TXT', 'MX', 'A', 'AAAA', 'PTR', 'TXT'] as const)[i % 8] ?? 'TXT' };
}

/** A new answer to it, in strings of its own, as the decoder makes them. */
function answerOf(i: number, type: RecordType): Answer<RecordData[RecordType]> {
  const ttl = 3600;
  if (i % 8 === 7) return { kind: 'void', why: 'nxdomain', ttl: 300 };
  switch (type) {
    case 'TXT': {
      const verification = octetsOf(`site-verification=${i}abcdefghijklmnopqrstuvwxyz`);
      const record = octetsOf(
        `v=spf1 ip4:192.0.2.${i % 256} include:_spf${i % 7}.provider-${i % 1000}.example a mx ~all`,
      );
      return { kind: 'records', records: [verification, record], ttl };
    }
    case 'MX': {
      const exchange = (host: number) => queryName(octetsOf(`mx${host}.host-${i}.example`));
      return {
        kind: 'records',
        records: [
          { preference: 10, exchange: exchange(1) },
          { preference: 20, exchange: exchange(2) },
        ],
        ttl,
      };
    }
    case 'PTR':
      return { kind: 'records', records: [queryName(octetsOf(`host-${i}.example`))], ttl };
    case 'A':
      return { kind: 'records', records: [IpAddress.of([192, i >>> 16, i >>> 8, i].map(octet))], ttl };
    case 'AAAA': {
      const bytes = [0x20, 1, 0xd, 0xb8, 0, 0, 0, 0, 255, 255, 0, 0, i >>> 24, i >>> 16, i >>> 8, i];
      return { kind: 'records', records: [IpAddress.of(bytes.map(octet))], ttl };
    }
  }
}

function octet(value: number): number {
  return value & 255;
}

function octetsOf(text: string): Octets {
  return Buffer.from(text, 'latin1').toString('latin1') as Octets;
}

/** Offers answers `from` to `to` to a cache. Every TXT answer is read, so that its record hangs on it. */
export function offer(cache: AnswerCache, from: number, to: number): void {
  for (let i = from; i < to; i++) {
    const { name, type } = questionOf(i);
    const answer = cache.lookup(queryName(name), type, Infinity) as Answer<Octets>;
    if (type === 'TXT' && answer.kind === 'records') selectRecord(answer);
  }
}

/** A cache that is answered at once, question by question. */
export function cacheOf(settings: Partial<CacheSettings>): AnswerCache {
  let asked = 0;
  const inner = ((_name, type) => answerOf(asked++, type)) as Lookup;
  return createCache(inner, { ...SETTINGS, ...settings }, systemClock, () => undefined);
}

/** Offers answers in turns of the event loop; the most resident memory on the way. */
async function offerInTurns(cache: AnswerCache, count: number): Promise<number> {
  let highest = 0;
  for (let i = 0; i < count; i += 1000) {
    offer(cache, i, Math.min(i + 1000, count));
    await setImmediate();
    highest = Math.max(highest, process.memoryUsage.rss());
  }
  return highest;
}

async function measureMemory(answers: number): Promise<boolean> {
  // What any process takes that is busy, whatever it keeps.
  await offerInTurns(cacheOf({ bytes: MIB }), 100_000);
  collect();
  const before = process.memoryUsage();
  const cache = cacheOf({});
  const started = performance.now();
  const highest = await offerInTurns(cache, answers);
  const seconds = (performance.now() - started) / 1000;
  collect();
  const after = process.memoryUsage();
  const growth = Math.max(highest, after.rss) - before.rss;
  const { entries, bytes, evicted } = cache.figures;
  console.log(`${answers} answers offered in ${seconds.toFixed(1)} s: ${entries} kept, ${evicted} evicted`);
  console.log(`reckoned  ${inMib(bytes)}`);
  console.log(`heap      ${inMib(after.heapUsed - before.heapUsed)} more, after collection`);
  console.log(`resident  ${inMib(growth)} more at most, ${inMib(after.rss - before.rss)} after collection`);
  return growth < 100 * MIB;
}

/** Beside it the floor, a `Map` of the same names: in a large one most of the time is the machine's memory. */
function measureHits(entries: number): void {
  const cache = cacheOf({ bytes: 1024 * MIB });
  offer(cache, 0, entries);
  const map = new Map<string, object>(
    Array.from({ length: entries }, (_, i) => [octetsOf(questionOf(i).name), { i }]),
  );
  const questions = Array.from({ length: entries }, (_, i) => ({ at: (i * 7919) % entries, i }))
    .sort((a, b) => a.at - b.at)
    .map(({ i }) => ({ name: queryName(octetsOf(questionOf(i).name)), type: questionOf(i).type }));
  const rounds = Math.ceil(2_000_000 / entries);
  let found = 0;
  const ofMap = medianNs(rounds, entries, () => {
    for (const { name } of questions) if (map.get(name) !== undefined) found++;
  });
  const ofCache = medianNs(rounds, entries, () => {
    for (const { name, type } of questions) void cache.lookup(name, type, Infinity);
  });
  const { hits, misses } = cache.figures;
  if (hits !== rounds * entries || misses !== entries || found !== hits) throw new Error('not all were hits');
  console.log(`a hit of ${entries}: ${ofCache.toFixed(0)} ns (a Map: ${ofMap.toFixed(0)} ns)`);
}

/** What one of `count` things takes, the median of several rounds. */
function medianNs(rounds: number, count: number, work: () => void): number {
  const times: number[] = [];
  for (let round = 0; round < rounds; round++) {
    const started = performance.now();
    work();
    times.push(((performance.now() - started) * 1e6) / count);
  }
  times.sort((a, b) => a - b);
  return times[times.length >> 1] ?? 0;
}

function inMib(bytes: number): string {
  return `${(bytes / MIB).toFixed(1)} MiB`;
}

function collect(): void {
  for (let i = 0; i < 3; i++) globalThis.gc?.();
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  if (globalThis.gc === undefined) console.log('without --expose-gc the figures are too high');
  collectEarly(); // as the daemon does
  const isGood = await measureMemory(Number(process.argv[2] ?? 1_000_000));
  for (const entries of [1000, 50_000, 200_000]) measureHits(entries);
  process.exitCode = isGood ? 0 : 1;
}
