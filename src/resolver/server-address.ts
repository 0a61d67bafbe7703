/** Where a name server listens, and how that is written. */
import { IpAddress, isInNetwork, parseNetwork } from '../net/index.js';
import { err, ok, type Result } from '../util/index.js';

export interface ServerAddress {
  readonly address: IpAddress;
  readonly port: number;
  /** The interface of a link-local IPv6 address: `eth0` in `fe80::1%eth0`. */
  readonly zone?: string;
}

export type ServerProblem = 'address' | 'port' | 'zone';

export const DNS_PORT = 53;

/** Reads `127.0.0.1`, `127.0.0.1:5353`, `::1`, `[::1]:5353`, a link-local address with its zone id. Never
 *  a host name: there is no server yet that could look it up. */
export function parseServer(text: string): Result<ServerAddress, ServerProblem> {
  let host = text;
  let portText: string | null = null;
  if (text.startsWith('[')) {
    const close = text.indexOf(']');
    if (close === -1) return err('address');
    host = text.slice(1, close);
    if (!host.includes(':')) return err('address'); // brackets are for IPv6
    if (close + 1 < text.length) {
      if (text[close + 1] !== ':') return err('port');
      portText = text.slice(close + 2);
    }
  } else {
    const colon = text.indexOf(':');
    if (colon !== -1 && !text.includes(':', colon + 1)) {
      host = text.slice(0, colon);
      portText = text.slice(colon + 1);
    }
  }
  const port = portText === null ? DNS_PORT : portOf(portText);
  if (port === null) return err('port');

  const percent = host.indexOf('%');
  const address = IpAddress.parse(percent === -1 ? host : host.slice(0, percent));
  if (address === null) return err('address');
  if (percent === -1) return ok({ address, port });
  const zone = host.slice(percent + 1);
  // Names of interfaces have at most 15 characters (IFNAMSIZ).
  if (address.family !== 6 || !/^[\x21-\x7e]{1,15}$/.test(zone)) return err('zone');
  return ok({ address, port, zone });
}

function portOf(text: string): number | null {
  if (!/^\d{1,5}$/.test(text)) return null;
  const port = Number(text);
  return port >= 1 && port <= 65535 ? port : null;
}

/** The address as the system's calls take it. */
export function hostOf({ address, zone }: ServerAddress): string {
  return zone === undefined ? address.toString() : `${address.toString()}%${zone}`;
}

/** As `parseServer` reads it, the port left out if it is the usual one. */
export function printServer(server: ServerAddress): string {
  const host = hostOf(server);
  if (server.port === DNS_PORT) return host;
  return server.address.family === 6 ? `[${host}]:${server.port}` : `${host}:${server.port}`;
}

/** Whether only this machine can answer from the address. */
export function isLoopback({ address }: ServerAddress): boolean {
  return LOOPBACK.some((network) => network !== null && isInNetwork(address, network));
}

const LOOPBACK = [parseNetwork('127.0.0.0/8'), parseNetwork('::1')];
