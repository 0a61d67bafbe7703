/** Reads a zone file when there is one to read. */
import type { Result } from '../util/index.js';
import type { ZoneProblem } from './zone-file.js';
import type { Zone } from './zone.js';

/** Reads the text of a zone file (its format: zone-file.ts), or tells all that is wrong with it. The YAML
 *  library takes longer to load than all the rest, so it is loaded here, and never by a daemon. */
export async function parseZone(yamlText: string): Promise<Result<Zone, readonly ZoneProblem[]>> {
  const { parseZoneText } = await import('./zone-file.js');
  return parseZoneText(yamlText);
}
