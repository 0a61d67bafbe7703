import { expect, test } from '@jest/globals';

import { TimeLimit } from '../../src/server/time-limit.js';
import { ManualClock } from '../support/manual-clock.js';

function limit() {
  const clock = new ManualClock();
  const over: number[] = [];
  const made = new TimeLimit(clock, 100, () => {
    over.push(clock.now());
  });
  return { clock, over, limit: made };
}

type Deed = 'set' | 'lift' | 'close' | number;

test.each<{ readonly does: readonly Deed[]; readonly over: readonly number[]; readonly timers: number }>([
  { does: [200], over: [], timers: 0 },
  { does: ['set', 99], over: [], timers: 1 },
  { does: ['set', 100], over: [100], timers: 0 },
  { does: ['set', 60, 'set', 40], over: [100], timers: 0 }, // it was set
  { does: ['set', 60, 'lift', 60], over: [], timers: 0 },
  { does: ['set', 60, 'lift', 'set', 40], over: [], timers: 1 }, // the timer was early, and is set for the rest
  { does: ['set', 60, 'lift', 'set', 99], over: [], timers: 1 },
  { does: ['set', 60, 'lift', 'set', 100], over: [160], timers: 0 },
  { does: ['set', 60, 'lift', 30, 'set', 100], over: [190], timers: 0 },
  { does: ['set', 60, 'lift', 60, 'set', 100], over: [220], timers: 0 },
  { does: ['set', 100, 'set', 100], over: [100, 200], timers: 0 },
  { does: ['set', 60, 'close', 100], over: [], timers: 0 },
  { does: ['set', 60, 'lift', 'close'], over: [], timers: 0 },
])('$does: over at $over, timers left: $timers', async ({ does, over, timers }) => {
  const scene = limit();
  for (const deed of does) {
    if (typeof deed === 'number') await scene.clock.advance(deed);
    else scene.limit[deed]();
  }
  expect(scene.over).toEqual(over);
  expect(scene.clock.pending).toBe(timers);
});

test('takes one timer for any number of requests', async () => {
  const { clock, over, limit: requests } = limit();
  let timers = 0;
  const after = clock.after.bind(clock);
  clock.after = (delayMs, callback) => {
    timers++;
    return after(delayMs, callback);
  };
  for (let i = 0; i < 50; i++) {
    requests.set();
    await clock.advance(1);
    requests.lift();
  }
  expect([over.length, timers, clock.pending]).toEqual([0, 1, 1]);
});
