/** Where a name server listens and how it is spoken to, and how that is written. */
import { domainName, IpAddress } from '../net/index.js';
import { err, octetsOfText, ok, type Result } from '../util/index.js';

export interface ServerAddress {
  readonly address: IpAddress;
  readonly port: number;
  /** The interface of a link-local IPv6 address: `eth0` in `fe80::1%eth0`. */
  readonly zone?: string;
  /** DNS over TLS (RFC 7858), and never without. The certificate must be for the name, or where there is
   *  none, for the address. */
  readonly tls?: { readonly name: string | null };
}

export type ServerProblem = 'address' | 'port' | 'zone' | 'name';

export const DNS_PORT = 53;
export const DNS_TLS_PORT = 853;

const TLS_SCHEME = 'tls://';

/** Reads `127.0.0.1`, `127.0.0.1:5353`, `::1`, `[::1]:5353`, a link-local address with its zone id, and each
 *  of these as `tls://ADDRESS` or `tls://ADDRESS@NAME`. Where the server is, is never said by a host name:
 *  there is no server yet that could look it up. */
export function parseServer(text: string): Result<ServerAddress, ServerProblem> {
  if (!text.startsWith(TLS_SCHEME)) return parsePlace(text, DNS_PORT);
  const rest = text.slice(TLS_SCHEME.length);
  const at = rest.indexOf('@');
  const place = parsePlace(at === -1 ? rest : rest.slice(0, at), DNS_TLS_PORT);
  if (!place.ok) return place;
  if (at === -1) return ok({ ...place.value, tls: { name: null } });
  const name = certificateName(rest.slice(at + 1));
  return name === null ? err('name') : ok({ ...place.value, tls: { name } });
}

function parsePlace(text: string, usualPort: number): Result<ServerAddress, ServerProblem> {
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
  const port = portText === null ? usualPort : portOf(portText);
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

/** A name of one label is taken too: a server of one's own may have such a certificate. */
function certificateName(text: string): string | null {
  if (/^[A-Za-z0-9-]{1,63}$/.test(text)) return text;
  const name = domainName(octetsOfText(text));
  return name.ok ? name.value : null;
}

/** The address as the system's calls take it. */
export function hostOf({ address, zone }: ServerAddress): string {
  return zone === undefined ? address.toString() : `${address.toString()}%${zone}`;
}

/** As `parseServer` reads it, the port left out if it is the usual one. */
export function printServer(server: ServerAddress): string {
  const host = hostOf(server);
  const usualPort = server.tls === undefined ? DNS_PORT : DNS_TLS_PORT;
  const bracketed = server.address.family === 6 ? `[${host}]` : host;
  const place = server.port === usualPort ? host : `${bracketed}:${server.port}`;
  if (server.tls === undefined) return place;
  return server.tls.name === null ? `${TLS_SCHEME}${place}` : `${TLS_SCHEME}${place}@${server.tls.name}`;
}
