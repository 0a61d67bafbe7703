/** The published suite as `query --batch` reads it, and its answers. */
import { expect } from '@jest/globals';

import { textOf } from '../../src/util/index.js';
import type { SuiteScenario } from './suite.js';

/** The cases of a scenario, a JSON line each. */
export function batchQuestions({ tests }: SuiteScenario): string {
  return tests
    .map(({ id, host, helo, mailfrom }) => {
      const names = { helo: textOf(helo), sender: textOf(mailfrom), receiver: 'mx.example.net' };
      return `${JSON.stringify({ id, ip: host, ...names })}\n`;
    })
    .join('');
}

interface Answer {
  readonly id: string;
  readonly result: string;
  readonly explanation: string | null;
}

/** Holds what the program has answered against what the suite allows. */
export function expectRightAnswers({ tests }: SuiteScenario, output: string): void {
  const answers = output
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Answer);
  expect(answers.map(({ id }) => id)).toEqual(tests.map(({ id }) => id));
  for (const [index, { id, results, explanation: expected }] of tests.entries()) {
    const { result = '', explanation = null } = answers[index] ?? {};
    expect({ id, isRight: results.includes(result), result }).toEqual({ id, isRight: true, result });
    if (expected === null) continue;
    expect({ id, explanation }).toEqual({ id, explanation: expected === 'DEFAULT' ? null : expected });
  }
}
