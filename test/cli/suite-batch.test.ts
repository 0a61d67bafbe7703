/** The published suite through `query --batch`: a real process, real sockets, UDP and TCP. */
import { describe, expect, test } from '@jest/globals';

import { textOf } from '../../src/util/index.js';
import { startResponder } from '../support/dns-responder.js';
import { runProgram } from '../support/program.js';
import { leaveOut } from '../support/requires.js';
import { readSuite, type SuiteScenario } from '../support/suite.js';

const suite = readSuite();

if (suite === null) leaveOut('the published RFC 7208 suite through query --batch', 'its file is not there');
else {
  /** Names mean something else in every scenario, so each has a name server and an address of its own. */
  describe.each(suite.map((scenario, index) => ({ ...scenario, address: `127.0.73.${index + 1}` })))(
    '$description',
    (scenario) => {
      test.each([
        { over: 'UDP, and TCP where an answer is too large', truncated: false },
        { over: 'TCP, every answer over UDP being truncated', truncated: true },
      ])('over $over', async ({ truncated }) => {
        const responder = await startResponder(scenario.zone, {
          address: scenario.address,
          react: (query, usual) =>
            truncated && query.transport === 'udp' && usual !== null ? { messages: [cut(usual)] } : 'usual',
        });
        try {
          const { status, stdout, stderr } = await runProgram(
            ['query', '--batch', '--dns', responder.address, '--dns-timeout', '250'],
            questions(scenario),
          );
          expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
          const answers = stdout
            .trimEnd()
            .split('\n')
            .map((line) => JSON.parse(line) as Answer);
          expect(answers.map(({ id }) => id)).toEqual(scenario.tests.map(({ id }) => id));
          for (const [index, row] of scenario.tests.entries()) {
            const { id, result, explanation } = answers[index] ?? answerMissing(row.id);
            expect({ id, isRight: row.results.includes(result), result }).toEqual({
              id,
              isRight: true,
              result,
            });
            if (row.explanation === null) continue;
            expect({ id, explanation }).toEqual({
              id,
              explanation: row.explanation === 'DEFAULT' ? null : row.explanation,
            });
          }
          if (truncated) expect(responder.queries.some(({ transport }) => transport === 'tcp')).toBe(true);
        } finally {
          await responder.close();
        }
      });
    },
  );
}

interface Answer {
  readonly id: string;
  readonly result: string;
  readonly explanation: string | null;
}

function answerMissing(id: string): never {
  throw new Error(`no answer to ${id}`);
}

function questions({ tests }: SuiteScenario): string {
  return tests
    .map(({ id, host, helo, mailfrom }) => {
      const question = {
        id,
        ip: host,
        helo: textOf(helo),
        sender: textOf(mailfrom),
        receiver: 'mx.example.net',
      };
      return `${JSON.stringify(question)}\n`;
    })
    .join('');
}

/** The header and the question of a message, with TC set and no records. */
function cut(message: Buffer): Buffer {
  let end = 12;
  while (message.readUInt8(end) !== 0) end += message.readUInt8(end) + 1;
  const head = Buffer.from(message.subarray(0, end + 5));
  head.writeUInt16BE(head.readUInt16BE(2) | 0x0200, 2);
  head.fill(0, 6, 12);
  return head;
}
