/** Keeps something that ends as soon as it is started from being started all the time. */
import type { Clock } from '../util/index.js';

const INTERVAL_MS = 1000;

/** A question that is answered yes once in `INTERVAL_MS`. */
export function pace(clock: Clock): () => boolean {
  let lastMs = -Infinity;
  return () => {
    const now = clock.now();
    if (now - lastMs < INTERVAL_MS) return false;
    lastMs = now;
    return true;
  };
}
