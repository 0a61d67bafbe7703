/** A process of its own: the tests' name server with a generated world. Arguments: the seed and the port. */
import { nameKey, queryName } from '../../src/dns/index.js';
import type { ZoneOwner } from '../../src/resolver/index.js';
import { startResponder } from '../support/dns-responder.js';
import { ownerOf } from '../support/zone.js';
import { generateWorld } from './world.js';

const [seed, port] = process.argv.slice(2).map(Number);
const zone = new Map<string, ZoneOwner>();
for (const [text, at] of generateWorld(seed ?? 1).zone) {
  const name = queryName(text);
  zone.set(nameKey(name), ownerOf(name, at));
}
const responder = await startResponder(zone, { port: port ?? 0, ttl: 3600 });
process.on('disconnect', () => process.exit(0)); // the benchmark is gone
process.send?.(responder.server.port);
