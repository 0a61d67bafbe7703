/** Whether a name has the client among its addresses: what a HELO name may be exempted for. */
import { expect, test } from '@jest/globals';

import { hasAddress } from '../../src/iprev/index.js';
import { domainName } from '../../src/net/index.js';
import { octetsOfText } from '../../src/util/index.js';
import { ManualClock } from '../support/manual-clock.js';
import { zone, type OwnerLiteral, type ZoneLiteral } from '../support/zone.js';
import { address, contextOf, delayed } from './scene.js';

const NAME = domainName(octetsOfText('mta.example'));
if (!NAME.ok) throw new Error('no name');
const { value: name } = NAME;

const both: OwnerLiteral = { A: ['198.51.100.1', '192.0.2.1'], AAAA: ['2001:db8::1'] };

test.each<{ ip: string; at: ZoneLiteral[string]; has: boolean; asked: string }>([
  { ip: '192.0.2.1', at: both, has: true, asked: 'mta.example A' },
  { ip: '::ffff:192.0.2.1', at: both, has: true, asked: 'mta.example A' },
  { ip: '192.0.2.2', at: both, has: false, asked: 'mta.example A' },
  { ip: '2001:db8::1', at: both, has: true, asked: 'mta.example AAAA' },
  { ip: '2001:db8::2', at: both, has: false, asked: 'mta.example AAAA' },
  { ip: '2001:db8::1', at: { A: ['192.0.2.1'] }, has: false, asked: 'mta.example AAAA' },
  { ip: '192.0.2.1', at: { TXT: ['x'] }, has: false, asked: 'mta.example A' },
  { ip: '192.0.2.1', at: 'servfail', has: false, asked: 'mta.example A' },
  { ip: '192.0.2.1', at: 'timeout', has: false, asked: 'mta.example A' },
])('row %#: $ip, at once and later: $has', async ({ ip, at, has, asked }) => {
  const atOnce = zone({ [name]: at });
  expect(hasAddress(name, address(ip), contextOf(atOnce))).toBe(has);
  expect(atOnce.asked).toEqual([asked]);
  const later = hasAddress(name, address(ip), contextOf(zone({ [name]: at }, { async: true })));
  expect(later).toBeInstanceOf(Promise);
  expect(await later).toBe(has);
});

test('no answer by the deadline is a no', async () => {
  const clock = new ManualClock();
  const lookup = delayed(zone({ [name]: both }), clock, () => 30_000);
  const answer = hasAddress(name, address('192.0.2.1'), { lookup, clock, deadline: 20_000 });
  await clock.advance(20_000);
  expect(await answer).toBe(false);
});
