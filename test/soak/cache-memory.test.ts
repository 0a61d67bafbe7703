import { expect, test } from '@jest/globals';

import { cacheOf, offer } from './cache-memory.js';

test('50,000 answers, offered to a cache of 2 MiB, leave it full and no fuller', () => {
  const limit = 2 * 1024 ** 2;
  const cache = cacheOf({ bytes: limit });
  let highest = 0;
  for (let i = 0; i < 50_000; i += 100) {
    offer(cache, i, i + 100);
    highest = Math.max(highest, cache.figures.bytes);
  }
  const { entries, bytes, evicted, misses } = cache.figures;
  expect(highest).toBeLessThanOrEqual(limit);
  expect(bytes).toBeGreaterThan(limit - 4096);
  expect(entries + evicted).toBe(misses);
  expect(entries).toBeGreaterThan(1000);
});

test('50,000 answers, offered to a cache of 1,000, leave 1,000', () => {
  const cache = cacheOf({ entries: 1000 });
  offer(cache, 0, 50_000);
  expect(cache.figures).toMatchObject({ entries: 1000, evicted: 49_000 });
});
