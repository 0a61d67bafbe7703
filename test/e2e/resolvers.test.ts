/** The published suite, whole, with other people's name servers between it and us: what they make of odd names and
 *  records is what we meet in the world. Our own cache, shared questions and prefetch are on, as they are by default. */
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';

import { describeWith, leaveOut } from '../support/requires.js';
import { batchQuestions, expectRightAnswers } from '../support/suite-batch.js';
import { readSuite, type SuiteScenario } from '../support/suite.js';
import { Lab } from './support/lab.js';
import { NAME_SERVERS, PORT, startResponders, startServer } from './support/resolvers.js';

jest.setTimeout(300_000);

const suite = readSuite();

/** For a server that says nothing. The resolvers wait for longer, or say SERVFAIL: a temperror, too. */
const TIMEOUT_MS = 1000;

/** Asks all of a scenario in one process, as far as possible at the same time. */
async function ask(lab: Lab, scenario: SuiteScenario): Promise<string> {
  const words = ['query', '--batch', '--dns', `127.0.0.1:${PORT}`, '--dns-timeout', String(TIMEOUT_MS)];
  const program = lab.converse(lab.spfwarden(...words));
  let output = '';
  let errors = '';
  program.stdout.setEncoding('utf8').on('data', (text: string) => (output += text));
  program.stderr.setEncoding('utf8').on('data', (text: string) => (errors += text));
  program.stdin.end(batchQuestions(scenario));
  const status = await new Promise((resolve) => program.on('close', resolve));
  expect({ status, errors }).toEqual({ status: 0, errors: '' });
  return output;
}

if (suite === null) leaveOut('e2e/resolvers', 'the file of the published suite is not there');

for (const server of suite === null ? [] : NAME_SERVERS) {
  describeWith(`e2e/resolvers: ${server.name}`, ['namespaces', 'ip', server.program], () => {
    let lab: Lab;

    beforeAll(async () => {
      lab = await Lab.open();
      await startResponders(lab);
    });
    afterAll(async () => {
      await lab.close();
    });

    // Names mean something else in every scenario, so each has a server that knows nothing of the others.
    test.each((suite ?? []).map((scenario, index) => ({ ...scenario, index })))(
      '$description',
      async ({ index, ...scenario }) => {
        const program = await startServer(lab, server, scenario, index);
        try {
          expectRightAnswers(scenario, await ask(lab, scenario));
        } finally {
          program.signal('SIGKILL');
          await program.ended();
        }
      },
    );
  });
}

if (suite !== null) {
  describe('e2e/resolvers', () => {
    test('all 203 cases are asked', () => {
      expect(suite.flatMap(({ tests }) => tests)).toHaveLength(203);
    });
  });
}
