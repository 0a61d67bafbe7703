/** The published suite through `query --batch`: a real process, real sockets, UDP and TCP. */
import { describe, expect, test } from '@jest/globals';

import { startResponder } from '../support/dns-responder.js';
import { runProgram } from '../support/program.js';
import { leaveOut } from '../support/requires.js';
import { batchQuestions, expectRightAnswers } from '../support/suite-batch.js';
import { readSuite } from '../support/suite.js';

const suite = readSuite();

if (suite === null) leaveOut('the published RFC 7208 suite through query --batch', 'its file is not there');
else {
  /** Names mean something else in every scenario, so each has a name server and an address of its own. */
  describe.each(suite.map((scenario, index) => ({ ...scenario, address: `127.0.73.${index + 1}` })))(
    '$description',
    (scenario) => {
      test.each([
        { over: 'UDP, and TCP where an answer is too large', truncated: false, ttl: 0 },
        { over: 'TCP, every answer over UDP being truncated', truncated: true, ttl: 0 },
        { over: 'UDP, with answers that are kept', truncated: false, ttl: 60 },
      ])('over $over', async ({ truncated, ttl }) => {
        const responder = await startResponder(scenario.zone, {
          address: scenario.address,
          ttl,
          react: (query, usual) =>
            truncated && query.transport === 'udp' && usual !== null ? { messages: [cut(usual)] } : 'usual',
        });
        try {
          const { status, stdout, stderr } = await runProgram(
            ['query', '--batch', '--dns', responder.address, '--dns-timeout', '500'],
            batchQuestions(scenario),
          );
          expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
          expectRightAnswers(scenario, stdout);
          if (truncated) expect(responder.queries.some(({ transport }) => transport === 'tcp')).toBe(true);
        } finally {
          await responder.close();
        }
      });
    },
  );
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
