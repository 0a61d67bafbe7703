/** The soak of the milter runs for long by hand (`npm run soak -- --milter`); this is a second of it. */
import { expect, test } from '@jest/globals';

import { SEED } from '../support/seed.js';
import { milterUnderLoad, problemsOf } from './milter.js';

test('many mail servers, reloads, a stop in the middle: nothing is lost, nothing is wrong', async () => {
  const plan = { seed: SEED, connections: 40, messages: 10, reloads: 3, thinkMs: 10 };
  const report = await milterUnderLoad(plan);
  expect(problemsOf(plan, report)).toEqual([]);
  expect(report).toMatchObject({ lost: 0, wrong: 0, reloaded: 3, exitStatus: 0 });
  expect(report.finished).toBeGreaterThan(300);
  expect(report.refused).toBeGreaterThan(0);
  expect(report.openAtStop).toBeGreaterThan(0);
}, 60_000);
