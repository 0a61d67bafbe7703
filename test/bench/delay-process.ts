/** A process of its own: a name server with the zone of the cold shapes, whose every answer takes the same time.
 *  Arguments: the delay in ms, the repetitions in the zone, and the port. Any message asks how many questions came. */
import { nameKey, queryName } from '../../src/dns/index.js';
import type { ZoneOwner } from '../../src/resolver/index.js';
import { startResponder } from '../support/dns-responder.js';
import { ownerOf } from '../support/zone.js';
import { coldZone } from './cold-shapes.js';

/** A timer may be late by more than a millisecond, which is a twentieth of what is measured. */
const TIMER_LEAD_MS = 1;

/** Waits for the most of it with a timer, and for the rest by looking at the clock in every turn of the loop. */
function after(delayMs: number, send: () => void): () => void {
  const dueMs = performance.now() + delayMs;
  let immediate: NodeJS.Immediate | null = null;
  const look = (): void => {
    if (performance.now() < dueMs) immediate = setImmediate(look);
    else send();
  };
  const timer = setTimeout(look, delayMs - TIMER_LEAD_MS);
  return () => {
    clearTimeout(timer);
    if (immediate !== null) clearImmediate(immediate);
  };
}

const [delayMs = 0, repetitions = 0, port = 0] = process.argv.slice(2).map(Number);
const zone = new Map<string, ZoneOwner>();
for (const [text, at] of coldZone(repetitions)) {
  const name = queryName(text);
  zone.set(nameKey(name), ownerOf(name, at));
}
const responder = await startResponder(zone, {
  port,
  ttl: 3600,
  after,
  react: (_query, usual) => (usual === null ? 'drop' : { messages: [usual], afterMs: delayMs }),
});
process.on('message', () => process.send?.(responder.queries.length));
process.on('disconnect', () => process.exit(0)); // the benchmark is gone
process.send?.(responder.server.port);
