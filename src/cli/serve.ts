/** `spfwarden serve`: the daemon. */
import { serve, type ServeOutcome } from '../app/index.js';
import type { Override } from '../config/index.js';
import { EXIT } from './exit-status.js';
import { fail } from './terminal.js';

export async function runServe(configPath: string | null, overrides: readonly Override[]): Promise<number> {
  const outcome = await serve(configPath, overrides);
  if ('text' in outcome) fail(`spfwarden: ${outcome.text}`);
  return STATUS[outcome.kind];
}

const STATUS: Readonly<Record<ServeOutcome['kind'], number>> = {
  stopped: EXIT.ok,
  'bad-usage': EXIT.usage,
  'bad-config': EXIT.config,
  'cannot-listen': EXIT.io,
  'not-permitted': EXIT.noPermission,
  bug: EXIT.software,
};
