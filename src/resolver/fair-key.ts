/** Who a question is asked for, where places are scarce: the domain that somebody has registered. */
import { nameKey, type QueryName } from '../dns/index.js';

const DOT = 0x2e;

/**
 * The last two labels of a name, in lower case; three where the second of them is as short as those under
 * which countries register (`co.uk`, `com.au`, `or.jp`): at most three octets, before one of two.
 *
 * It is the same for all names that a domain's owner can make up (`exists:%{l}.x.example.com`). The list of
 * public suffixes would be exact, but who has a domain can have a hundred.
 */
export function fairKey(name: QueryName): string {
  const second = name.lastIndexOf('.');
  if (second <= 0) return nameKey(name);
  let start = dotBefore(name, second);
  const isCountry = name.length - second === 3;
  if (start !== -1 && isCountry && second - start <= 4) start = dotBefore(name, start);
  return start === -1 ? nameKey(name) : nameKey(name.slice(start + 1) as QueryName);
}

/** The place of the last dot before another, or -1. */
function dotBefore(name: string, dot: number): number {
  let at = dot - 1;
  while (at >= 0 && name.charCodeAt(at) !== DOT) at--;
  return at;
}
