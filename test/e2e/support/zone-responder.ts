/** The tests' own name server as a program in a lab, on 127.0.0.1:53, for the zone in the file that it is given. */
import { readFileSync } from 'node:fs';

import { parseZone } from '../../../src/resolver/index.js';
import { startResponder } from '../../support/dns-responder.js';
import { READY } from './resolvers.js';

const zone = await parseZone(readFileSync(process.argv[2] ?? '', 'utf8'));
if (!zone.ok) throw new Error(JSON.stringify(zone.error));
await startResponder(zone.value, { address: '127.0.0.1', port: 53, keepsQueries: false });
process.stdout.write(READY);
