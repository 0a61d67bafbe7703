/** Waiting for a condition: tests of real daemons wait for what must happen, never for a length of time. */
import { setTimeout as sleep } from 'node:timers/promises';

/** Far above what a slow machine needs; only a broken test ever waits so long. */
const PATIENCE_MS = 60_000;
const STEP_MS = 20;

/**
 * Asks until the answer is not undefined, and returns it. Throws when patience ends; `what` says what was
 * waited for, `details` what is known by then (a log, say).
 */
export async function until<T>(
  what: string,
  probe: () => Promise<T | undefined> | T | undefined,
  details: () => string = () => '',
): Promise<T> {
  const end = performance.now() + PATIENCE_MS;
  for (;;) {
    const found = await probe();
    if (found !== undefined) return found;
    if (performance.now() > end) throw new Error(`waited in vain: ${what}\n${details()}`);
    await sleep(STEP_MS);
  }
}
