/** A program that converses on its standard input and output, for the tests of `stdio` and `relay`. */
import { relay, stdio, type ReachableAddress } from '../../src/server/index.js';
import { systemClock } from '../../src/util/index.js';
import { Lines } from './lines.js';

const limits = { requestTimeMs: 30_000, readTimeMs: 60_000, idleTimeMs: null };
const [to = 'null'] = process.argv.slice(2);
const address = JSON.parse(to) as ReachableAddress | null;

const input = address === null ? process.stdin : await relay(address, systemClock);
if (input !== null) {
  const options = { service: 'policy', clock: systemClock, report: () => undefined, ...limits } as const;
  await stdio(new Lines().converse, options, input);
}
process.exit(0); // nothing that was sent may be lost by this
