/** Waiting for what other processes and sockets do. */
import type { LineWriter, WriteFailure } from '../../src/telemetry/line-writer.js';

/** Waits until `isDone`, or fails. */
export async function eventually(isDone: () => boolean | Promise<boolean>): Promise<void> {
  for (let i = 0; i < 400; i++) {
    if (await isDone()) return;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  throw new Error('it did not happen');
}

export function write(writer: LineWriter, lines: readonly string[]): Promise<WriteFailure | null> {
  return new Promise((resolve) => {
    writer.write(lines, resolve);
  });
}
