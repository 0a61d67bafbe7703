/** The kind `dns.servers`: which name servers are asked. */
import { parseServer, type ServerAddress, type ServerProblem } from '../dns/index.js';
import { err, ok, type Result } from '../util/index.js';
import { refused, notScalar, type Kind } from './kind.js';
import type { ConfigNode } from './node.js';
import { shown, type Remark } from './problem.js';

/** `system` is what resolv.conf says, read when the resolver starts. */
export type DnsServers = 'system' | readonly ServerAddress[];

/** Public resolvers: their addresses, and the name in their certificates. */
const PUBLIC: ReadonlyMap<string, { readonly name: string; readonly addresses: readonly string[] }> = new Map(
  [
    [
      'google',
      {
        name: 'dns.google',
        addresses: ['8.8.8.8', '8.8.4.4', '2001:4860:4860::8888', '2001:4860:4860::8844'],
      },
    ],
    [
      'cloudflare',
      {
        name: 'cloudflare-dns.com',
        addresses: ['1.1.1.1', '1.0.0.1', '2606:4700:4700::1111', '2606:4700:4700::1001'],
      },
    ],
    [
      'quad9',
      { name: 'dns.quad9.net', addresses: ['9.9.9.9', '149.112.112.112', '2620:fe::fe', '2620:fe::9'] },
    ],
  ],
);

const MAX_SERVERS = 16;
const EXAMPLES = 'examples: 127.0.0.1, "[::1]:5353", tls://9.9.9.9@dns.quad9.net, quad9-tls';

export const dnsServers: Kind<DnsServers> = {
  takes:
    'system | a list of addresses, each with or without a port (127.0.0.1, "[::1]:5353", tls://9.9.9.9@dns.quad9.net), or names of public resolvers (google, cloudflare, quad9, and these with -tls)',
  schema: {
    anyOf: [
      { type: 'string' },
      { type: 'array', items: { type: 'string' }, minItems: 1, maxItems: MAX_SERVERS },
    ],
  },
  read(node) {
    if (node.kind === 'scalar' && node.text === 'system') return ok('system');
    const items = node.kind === 'list' ? node.items : [node];
    if (items.length === 0)
      return refused(node.place, 'value', 'no server is named', 'leave it out, or "system"');
    const servers: ServerAddress[] = [];
    const problems: Remark[] = [];
    for (const item of items.slice(0, MAX_SERVERS + 1)) {
      const read = readServers(item);
      if (read.ok) servers.push(...read.value);
      else problems.push(...read.error);
    }
    if (Math.max(servers.length, items.length) > MAX_SERVERS) {
      const count = Math.max(servers.length, items.length);
      return refused(node.place, 'range', `${count} servers are too many`, `at most ${MAX_SERVERS}`);
    }
    return problems.length > 0 ? err(problems) : ok(servers);
  },
};

/** One item: an address, or a name that stands for several. */
function readServers(node: ConfigNode): Result<readonly ServerAddress[], readonly Remark[]> {
  if (node.kind !== 'scalar') return notScalar(node, 'the address of a name server');
  const { place, text } = node;
  if (text === 'system') return refused(place, 'value', '"system" stands alone, not in a list', null);
  const known = publicServers(text);
  if (known !== null) return ok(known);
  const server = text.length > MAX_LENGTH ? err('address' as const) : parseServer(text);
  return server.ok
    ? ok([server.value])
    : refused(place, 'value', `${shown(text)} ${REASONS[server.error]}`, EXAMPLES);
}

/** An address in brackets with zone id and port, and the longest name of a host. */
const MAX_LENGTH = 340;

const REASONS: Readonly<Record<ServerProblem, string>> = {
  address: 'is not the address of a name server',
  port: 'is not the address of a name server: the port is none',
  zone: 'is not the address of a name server: the zone is none',
  name: 'is not the address of a name server: what follows the @ is not the name of a host',
};

function publicServers(text: string): readonly ServerAddress[] | null {
  const isTls = text.endsWith('-tls');
  const found = PUBLIC.get(isTls ? text.slice(0, -'-tls'.length) : text);
  if (found === undefined) return null;
  return found.addresses.map((address) => {
    const server = parseServer(isTls ? `tls://${address}@${found.name}` : address);
    if (!server.ok) throw new Error(`not an address: ${address}`);
    return server.value;
  });
}
