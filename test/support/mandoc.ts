/** The formatter of the BSDs and of some Linux distributions, as a judge of manual pages. */
import { spawnSync } from 'node:child_process';
import { expect, test } from '@jest/globals';

import { describeWith } from './requires.js';

/** A block with one test: mandoc(1) finds nothing to warn of in the page. */
export function describeManualPage(name: string, page: string): void {
  describeWith(`${name} to mandoc`, ['mandoc'], () => {
    test('is clean', () => {
      const mandoc = spawnSync('mandoc', ['-T', 'lint', '-W', 'warning'], { input: page, encoding: 'utf8' });
      expect(mandoc).toMatchObject({ status: 0, stdout: '' });
    });
  });
}
