/** Where the old milters listen, as `listen.milter` has it. */
import { IpAddress } from '../net/index.js';

/** `192.0.2.1:8893` or `[2001:db8::1]:8893`; no host is all of them. Null for a name that is not known here, and for
 *  a port that cannot be. */
export function listenAddress(host: string, port: string, isIpv6: boolean): string | null {
  const before = listenHost(host, isIpv6);
  return before === null || !/^\d{1,5}$/.test(port) || Number(port) > 65_535
    ? null
    : `${before}:${Number(port)}`;
}

function listenHost(host: string, isIpv6: boolean): string | null {
  if (host === '') return isIpv6 ? '[::]' : '0.0.0.0';
  if (host.toLowerCase() === 'localhost') return isIpv6 ? '[::1]' : '127.0.0.1';
  const address = IpAddress.parse(host.replace(/^\[(.*)\]$/, '$1'));
  if (address === null) return null;
  return address.family === 6 ? `[${address.toString()}]` : address.toString();
}

/** Whether a unix socket can have this path. */
export function isSocketPath(path: string): boolean {
  return /^\/.*[^/]$/.test(path) && Buffer.byteLength(path) <= 107;
}
