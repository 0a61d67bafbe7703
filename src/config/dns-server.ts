/** The kind `dns.servers`: which name servers are asked. */
import { IpAddress } from '../net/index.js';
import { err, ok, type Result } from '../util/index.js';
import { refused, notScalar, type Kind } from './kind.js';
import type { ConfigNode } from './node.js';
import { shown, type Remark } from './problem.js';

export interface DnsServerAddress {
  readonly address: IpAddress;
  readonly port: number;
}

/** `system` is what resolv.conf says, read when the resolver starts. */
export type DnsServers = 'system' | readonly DnsServerAddress[];

const DNS_PORT = 53;
const MAX_SERVERS = 16;
const EXAMPLES = 'examples: 127.0.0.1, 127.0.0.1:5353, "[::1]:5353"';

export const dnsServers: Kind<DnsServers> = {
  takes: 'system | a list of addresses, each with or without a port (127.0.0.1, "[::1]:5353")',
  read(node) {
    if (node.kind === 'scalar' && node.text === 'system') return ok('system');
    const items = node.kind === 'list' ? node.items : [node];
    if (items.length === 0)
      return refused(node.place, 'value', 'no server is named', 'leave it out, or "system"');
    if (items.length > MAX_SERVERS) {
      return refused(node.place, 'range', `${items.length} servers are too many`, `at most ${MAX_SERVERS}`);
    }
    const servers: DnsServerAddress[] = [];
    const problems: Remark[] = [];
    for (const item of items) {
      const server = readServer(item);
      if (server.ok) servers.push(server.value);
      else problems.push(...server.error);
    }
    return problems.length > 0 ? err(problems) : ok(servers);
  },
};

function readServer(node: ConfigNode): Result<DnsServerAddress, readonly Remark[]> {
  if (node.kind !== 'scalar') return notScalar(node, 'the address of a name server');
  const { place, text } = node;
  if (text === 'system') return refused(place, 'value', '"system" stands alone, not in a list', null);
  if (text.startsWith('tls://')) {
    return refused(place, 'value', 'DNS over TLS is not available in this version', EXAMPLES);
  }
  const server = parseServerAddress(text);
  return server === null
    ? refused(place, 'value', `${shown(text)} is not the address of a name server`, EXAMPLES)
    : ok(server);
}

/** `192.0.2.1`, `192.0.2.1:5353`, `2001:db8::1`, `[2001:db8::1]`, `[2001:db8::1]:5353`. */
function parseServerAddress(text: string): DnsServerAddress | null {
  if (text.length > 60) return null;
  const bare = IpAddress.parse(text);
  if (bare !== null) return { address: bare, port: DNS_PORT };
  const [, v6, v4, portText] = /^(?:\[([0-9a-fA-F:.]+)\]|([0-9.]+))(?::(\d{1,5}))?$/.exec(text) ?? [];
  const address = IpAddress.parse(v6 ?? v4 ?? '');
  const port = portText === undefined ? DNS_PORT : Number(portText);
  if (address === null || port < 1 || port > 65_535) return null;
  return { address, port };
}
