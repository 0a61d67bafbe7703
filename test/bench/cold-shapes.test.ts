/** That the shapes of the cold part are what they say: result, and length of the chain of questions. */
import { expect, test } from '@jest/globals';

import type { Lookup } from '../../src/dns/index.js';
import { checkHost } from '../../src/spf/index.js';
import { ManualClock } from '../support/manual-clock.js';
import { argumentsOf, contextOf } from '../support/spf-client.js';
import { zone } from '../support/zone.js';
import { COLD_SHAPES, coldMail, coldZone } from './cold-shapes.js';

const RTT_MS = 20;

test.each(COLD_SHAPES.map((shape, number) => ({ ...shape, shape, number })))(
  '$name: $result after $links',
  async ({ name, result, links, shape, number }) => {
    const { client, helo, sender } = coldMail(shape, number, 1);
    const clock = new ManualClock();
    const dns = zone(Object.fromEntries(coldZone(2)));
    const lookup: Lookup = (asked, type, deadline) =>
      new Promise((resolve) => {
        clock.after(RTT_MS, () => {
          resolve(dns(asked, type, deadline));
        });
      });
    const context = { ...contextOf(lookup), clock, prefetch: true };
    const done = Promise.resolve(checkHost(argumentsOf({ ip: client, helo, sender }), context)).then(
      (outcome) => ({
        result: outcome.result,
        roundTrips: clock.now() / RTT_MS,
      }),
    );
    await clock.advance(20 * RTT_MS);
    const overUdp = name === 'TXT over TCP' ? 1 : 0; // the answer that is cut off, of which this lookup knows nothing
    expect(await done).toEqual({ result, roundTrips: links - overUdp });
  },
);
