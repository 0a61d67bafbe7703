/** The time in front of a line, or in it. */

let lastMs = NaN;
let lastText = '';

/** RFC 3339, UTC, of milliseconds since 1970. Lines often share their millisecond, so the last one is kept. */
export function timestamp(wallMs: number): string {
  if (wallMs !== lastMs) {
    lastText = new Date(wallMs).toISOString();
    lastMs = wallMs;
  }
  return lastText;
}
