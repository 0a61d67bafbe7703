/** Where the DNS has what belongs to an address. */
import type { IpAddress } from '../net/index.js';
import { queryName, type QueryName } from './query-name.js';

/** The name that the PTR records of an address are at (RFC 1035 §3.5, RFC 3596 §2.5). */
export function reverseName(ip: IpAddress): QueryName {
  const labels = addressLabels(ip).reverse().join('.');
  return queryName(`${labels}.${ip.family === 4 ? 'in-addr' : 'ip6'}.arpa`);
}

/** An address as labels, from its first bits to its last: the four octets in decimal, or the 32 nibbles of
 *  an IPv6 address in lower case. */
export function addressLabels(ip: IpAddress): string[] {
  if (ip.family === 4) return ip.bytes().map(String);
  const words = [ip.head, ...ip.tail].map((word) => word.toString(16).padStart(8, '0'));
  return words.join('').split('');
}
