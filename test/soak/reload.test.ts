/** The soak of the reload runs for long by hand (`npm run soak -- --reload`); this is a few seconds of it. */
import { describe, expect, test } from '@jest/globals';

import { SEED } from '../support/seed.js';
import { problemsOf, reloadUnderLoad } from './reload.js';
import { numberOf } from './reload-files.js';

test('nine files under load, three of them broken: nothing is lost, nothing is wrong', async () => {
  const plan = { seed: SEED, seconds: 3, perSecond: 300, reloads: 9 };
  const report = await reloadUnderLoad(plan);
  expect(problemsOf(plan, report)).toEqual([]);
  expect(report).toMatchObject({ sent: 900, answered: 900, wrongCount: 0, goodFiles: 6, brokenFiles: 3 });
  expect(report.across).toBeGreaterThan(0);
}, 60_000);

describe('what the soak takes for an answer of one configuration', () => {
  const field = (mark: number, receiver: number): string =>
    `action=PREPEND Received-SPF: pass (mx${mark}.soak.example: ...) receiver=mx${receiver}.soak.example; a=b\n\n`;
  test.each([
    { answer: field(4, 4), kind: 'pass', stage: 'RCPT', number: 4 },
    { answer: field(4, 5), kind: 'pass', stage: 'RCPT', number: null },
    { answer: field(4, 4), kind: 'fail', stage: 'RCPT', number: null },
    { answer: 'action=550 5.7.23 number 4 on mx4.soak.example\n\n', kind: 'fail', stage: 'RCPT', number: 4 },
    {
      answer: 'action=550 5.7.23 number 4 on mx5.soak.example\n\n',
      kind: 'fail',
      stage: 'RCPT',
      number: null,
    },
    {
      answer: 'action=554 5.7.23 number 4 on mx4.soak.example\n\n',
      kind: 'fail',
      stage: 'RCPT',
      number: null,
    },
    {
      answer: 'action=550 5.7.23 number 4 on mx4.soak.example\n\n',
      kind: 'softfail',
      stage: 'RCPT',
      number: null,
    },
    {
      answer: 'action=554 5.7.23 number 5 on mx5.soak.example\n\n',
      kind: 'softfail',
      stage: 'RCPT',
      number: 5,
    },
    { answer: 'action=DUNNO\n\n', kind: 'pass', stage: 'RCPT', number: null },
  ] as const)('$kind $stage ($number): $answer', ({ answer, kind, stage, number }) => {
    expect(numberOf(answer, kind, stage)).toBe(number);
  });
});
