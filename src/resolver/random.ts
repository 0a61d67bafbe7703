/** Random 16-bit numbers in bulk: one at a time they would cost as much as the query they protect. */
import { randomFillSync } from 'node:crypto';

const stock = new Uint16Array(2048);
let left = 0;

/** A number from 0 to 65,535 that nobody can predict (RFC 5452 §9.2). */
export function random16(): number {
  if (left === 0) {
    randomFillSync(stock);
    left = stock.length;
  }
  return stock[--left] ?? 0;
}
