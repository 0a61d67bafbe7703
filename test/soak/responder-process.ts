/** A process of its own: the name server of a soak. Arguments: the seed of the world and of the faults, and the share
 *  of the questions that fail. Any message asks how many questions came. */
import { generateWorld } from '../bench/world.js';
import { SeededRandom } from '../bench/random.js';
import { startResponder } from '../support/dns-responder.js';
import { faulty } from './faults.js';
import { zoneOf } from './soak.js';

const [seed = 1, share = 0] = process.argv.slice(2).map(Number);
const react = faulty(share, new SeededRandom(seed));
let questions = 0;
const responder = await startResponder(zoneOf(generateWorld(seed)), {
  ttl: 1,
  keepsQueries: false,
  react: (query, usual) => {
    questions++;
    return react(query, usual);
  },
});
process.on('message', () => process.send?.(questions));
process.on('disconnect', () => process.exit(0)); // the soak is over
process.send?.(responder.address);
