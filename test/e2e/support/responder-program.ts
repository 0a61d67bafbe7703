/** The tests' own name server as a program in a lab: each scenario of the published suite on an address of its own. */
import { startResponder } from '../../support/dns-responder.js';
import { readSuite } from '../../support/suite.js';
import { READY, RESPONDER_PORT, responderAddress } from './resolvers.js';

for (const [index, { zone }] of (readSuite() ?? []).entries()) {
  await startResponder(zone, { address: responderAddress(index), port: RESPONDER_PORT, ttl: 60 });
}
process.stdout.write(READY);
