/** A name server as a program in a lab, on the port of `slow-names.ts`, that takes its time for the names there. */
import { parseZone } from '../../../src/resolver/index.js';
import { startResponder } from '../../support/dns-responder.js';
import { READY } from './resolvers.js';
import { delayOf, SLOW_PORT, SLOW_ZONE } from './slow-names.js';

const zone = await parseZone(SLOW_ZONE);
if (!zone.ok) throw new Error(JSON.stringify(zone.error));
await startResponder(zone.value, {
  port: SLOW_PORT,
  keepsQueries: false,
  react: ({ name }, usual) => {
    const afterMs = delayOf(name);
    return afterMs === null || usual === null ? 'usual' : { messages: [usual], afterMs };
  },
});
process.stdout.write(READY);
