/** The benchmark itself runs by hand (`npm run bench`); this sees to it that it still can. */
import { expect, test } from '@jest/globals';

import { SPF_RESULTS } from '../../src/smtp/index.js';
import { drawMail } from './mail.js';
import { measureEngine } from './engine.js';
import { generateWorld } from './world.js';

test('one seed makes one world and one mail', () => {
  const world = generateWorld(1);
  expect(generateWorld(1)).toEqual(world);
  expect(drawMail(generateWorld(1), 100, 1)).toEqual(drawMail(world, 100, 1));
});

test('the engine is measured, on mail with every result', () => {
  const { figures, results } = measureEngine(generateWorld(1), 0.05, 1);
  for (const { checksPerSecond } of figures) expect(checksPerSecond).toBeGreaterThan(0);
  expect([...results.keys()].sort()).toEqual([...SPF_RESULTS].sort());
});
