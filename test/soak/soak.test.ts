/** The soak runs for long by hand (`npm run soak`); this is a few seconds of it. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';

import { SeededRandom } from '../bench/random.js';
import { generateWorld } from '../bench/world.js';
import { startResponder, type DnsResponder } from '../support/dns-responder.js';
import { SEED } from '../support/seed.js';
import { faulty } from './faults.js';
import { soak, zoneOf } from './soak.js';

let responder: DnsResponder;

beforeAll(async () => {
  const react = faulty(0.3, new SeededRandom(SEED));
  responder = await startResponder(zoneOf(generateWorld(SEED)), { ttl: 1, react });
});
afterAll(() => responder.close());

test('with three questions of ten failing, every result is the right one or temperror, and all is closed', async () => {
  const plan = { server: responder.address, seed: SEED, atOnce: 60, intervals: 2, intervalMs: 1000 };
  const { intervals, before, after } = await soak(plan, () => Promise.resolve());
  for (const { wrong, results } of intervals) {
    expect(wrong).toEqual([]);
    expect([...results.keys()]).toEqual(expect.arrayContaining(['pass', 'fail', 'softfail', 'temperror']));
  }
  expect(after.files).toBeLessThanOrEqual(before.files);
  expect(after.busy).toBeLessThanOrEqual(before.busy);
}, 60_000);
