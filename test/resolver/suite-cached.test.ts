/** The published RFC 7208 suite with cache and coalescing: cold, warm, and several checks at once. */
import { describe, expect, test } from '@jest/globals';

import type { Lookup } from '../../src/dns/index.js';
import { IpAddress } from '../../src/net/index.js';
import { coalesce, createCache, zoneLookup } from '../../src/resolver/index.js';
import { senderOfMailFrom, splitAddress } from '../../src/smtp/index.js';
import { checkHost, type CheckArguments } from '../../src/spf/index.js';
import { ManualClock } from '../support/manual-clock.js';
import { leaveOut } from '../support/requires.js';
import { contextOf } from '../support/spf-client.js';
import { readSuite, type SuiteCase } from '../support/suite.js';

const suite = readSuite();

if (suite === null) leaveOut('the published RFC 7208 suite with a cache', 'its file is not there');

describe.each(suite ?? [])('$description', ({ zone, tests }) => {
  const atOnce = zoneLookup(zone, 60);
  const later: Lookup = (name, type, deadline) => Promise.resolve(atOnce(name, type, deadline));
  const clock = new ManualClock();
  const settings = {
    entries: 1000,
    bytes: 1024 ** 2,
    minTtlMs: 0,
    maxTtlMs: 86_400_000,
    negativeTtlMs: 300_000,
    failureTtlMs: 5_000,
    serveStaleMs: 0,
  };
  // One for all cases of a scenario: what one has asked, the next finds.
  const cache = createCache(coalesce(later, clock), settings, clock, () => undefined);

  test.each(tests)('$id', async (row) => {
    for (const prefetch of [false, true]) {
      const context = { ...contextOf(cache.lookup), prefetch };
      const args = argumentsOf(row);
      const expected = await checkHost(args, contextOf(atOnce));
      const [first, second] = await Promise.all([checkHost(args, context), checkHost(args, context)]);
      expect(row.results).toContain(first.result);
      expect(first).toEqual(expected);
      expect(second).toEqual(expected);
      const { misses } = cache.figures;
      expect(checkHost(args, context)).toEqual(expected); // no promise: all is at hand
      expect(cache.figures.misses).toBe(misses);
      expect(clock.pending).toBe(0);
    }
  });
});

if (suite !== null) {
  test('all 203 cases are there', () => {
    expect(suite.flatMap(({ tests }) => tests)).toHaveLength(203);
  });
}

function argumentsOf({ helo, mailfrom, host }: SuiteCase): CheckArguments {
  const ip = IpAddress.parse(host);
  if (ip === null) throw new Error(`not an address: ${host}`);
  return { ip, helo, sender: senderOfMailFrom(splitAddress(mailfrom), helo), receiver: 'mx.example.net' };
}
