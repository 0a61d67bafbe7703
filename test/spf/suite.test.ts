/** The published RFC 7208 test suite, whole: one test a case. */
import { describe, expect, test } from '@jest/globals';

import type { Lookup } from '../../src/dns/index.js';
import { IpAddress } from '../../src/net/index.js';
import { zoneLookup } from '../../src/resolver/index.js';
import { senderOfMailFrom, splitAddress } from '../../src/smtp/index.js';
import { checkHost, type CheckArguments } from '../../src/spf/index.js';
import { leaveOut } from '../support/requires.js';
import { contextOf } from '../support/spf-client.js';
import { readSuite, type SuiteCase } from '../support/suite.js';

const suite = readSuite();

if (suite === null) leaveOut('the published RFC 7208 suite', 'its file is not there');

for (const { description, zone, tests } of suite ?? []) {
  describe(description, () => {
    const atOnce = zoneLookup(zone);
    const later: Lookup = (name, type, deadline) => Promise.resolve(atOnce(name, type, deadline));
    test.each(tests)('$id', async (row) => {
      const outcome = await checkHost(argumentsOf(row), contextOf(atOnce));
      expect(row.results).toContain(outcome.result);
      if (row.explanation !== null) {
        const explanation = row.explanation === 'DEFAULT' ? null : row.explanation;
        expect(outcome).toHaveProperty('explanation', explanation);
      }
      expect(await checkHost(argumentsOf(row), contextOf(later))).toEqual(outcome);
    });
  });
}

if (suite !== null) {
  test('all 203 cases are there', () => {
    expect(suite.flatMap(({ tests }) => tests)).toHaveLength(203);
  });
}

function argumentsOf({ helo, mailfrom, host }: SuiteCase): CheckArguments {
  const ip = IpAddress.parse(host);
  if (ip === null) throw new Error(`not an address: ${host}`);
  return { ip, helo, sender: senderOfMailFrom(splitAddress(mailfrom), helo), receiver: 'mx.example.net' };
}
