/** A name server for tests: serves a zone over UDP and TCP on a loopback address, and misbehaves on demand. */
import { createSocket, type Socket as UdpSocket } from 'node:dgram';
import { once } from 'node:events';
import { createServer, type Server, type Socket } from 'node:net';

import { nameKey, type FailureReason, type QueryName, type RecordType } from '../../src/dns/index.js';
import { IpAddress } from '../../src/net/index.js';
import type { ServerAddress, Zone, ZoneOwner } from '../../src/resolver/index.js';
import {
  AA,
  decodeQuery,
  encodeMessage,
  optRecord,
  QR,
  RA,
  RD,
  TC,
  textRdata,
  TYPES,
  words,
  type MessageParts,
  type Query,
  type RdataPart,
  type ResourceRecord,
} from './dns-message.js';

/** What the server does about one query. */
export type Reaction =
  /** As the zone says. */
  | 'usual'
  /** Nothing. */
  | 'drop'
  /** TCP: ends the connection, with a reset or in order. */
  | 'reset'
  | 'end'
  /** Sends whole messages, over TCP each with its length before it. */
  | { readonly messages: readonly Buffer[]; readonly afterMs?: number }
  /** Sends octets as they are and ends the connection. */
  | { readonly octets: Buffer }
  /** TCP: sends octets as they are, each piece in a turn of the event loop of its own. */
  | { readonly pieces: readonly Buffer[] };

export interface ResponderOptions {
  /** Any address of 127.0.0.0/8, or `::1`. */
  readonly address?: string;
  /** 0 for a free one. */
  readonly port?: number;
  /** False: nobody listens for TCP. */
  readonly tcp?: boolean;
  /** Seconds, of all records and of empty answers. */
  readonly ttl?: number;
  /** Called for each query; `usual` is the message that the zone gives, or null if it gives none. */
  readonly react?: (query: Query, usual: Buffer | null) => Reaction;
}

export interface DnsResponder {
  readonly server: ServerAddress;
  /** `127.0.0.1:5353` or `[::1]:5353`. */
  readonly address: string;
  /** Every query that came, in order. */
  readonly queries: readonly Query[];
  close(): Promise<void>;
}

export async function startResponder(zone: Zone, options: ResponderOptions = {}): Promise<DnsResponder> {
  const host = options.address ?? '127.0.0.1';
  const [udp, tcp] = await listen(host, options.port ?? 0);
  const { port } = udp.address();
  if (options.tcp === false) tcp.close();
  const queries: Query[] = [];
  const connections = new Set<Socket>();
  const timers = new Set<NodeJS.Timeout>();

  const react = (bytes: Buffer, client: Pick<Query, 'transport' | 'address' | 'port'>): Reaction => {
    const query = decodeQuery(bytes, client);
    queries.push(query);
    const usual = usualAnswer(zone, query, options.ttl ?? 0);
    const reaction = options.react?.(query, usual) ?? 'usual';
    if (reaction !== 'usual') return reaction;
    return usual === null ? 'drop' : { messages: [usual] };
  };
  const later = (afterMs: number | undefined, send: () => void): void => {
    if (afterMs === undefined) {
      send();
      return;
    }
    const timer = setTimeout(() => {
      timers.delete(timer);
      send();
    }, afterMs);
    timers.add(timer);
  };

  udp.on('message', (bytes, client) => {
    const { address: from, port: fromPort } = client;
    const reaction = react(bytes, { transport: 'udp', address: from, port: fromPort });
    if (typeof reaction === 'string' || 'pieces' in reaction) return;
    if ('octets' in reaction) udp.send(reaction.octets, client.port, client.address);
    else {
      later(reaction.afterMs, () => {
        for (const message of reaction.messages) udp.send(message, client.port, client.address);
      });
    }
  });

  tcp.on('connection', (socket) => {
    connections.add(socket);
    socket.on('error', () => socket.destroy());
    socket.on('close', () => connections.delete(socket));
    let pending = Buffer.alloc(0);
    socket.on('data', (chunk) => {
      pending = Buffer.concat([pending, chunk]);
      while (pending.length >= 2 && pending.length >= 2 + pending.readUInt16BE(0)) {
        const length = pending.readUInt16BE(0);
        const reaction = react(pending.subarray(2, 2 + length), {
          transport: 'tcp',
          address: socket.remoteAddress ?? '',
          port: socket.remotePort ?? 0,
        });
        pending = pending.subarray(2 + length);
        if (reaction === 'reset') socket.resetAndDestroy();
        else if (reaction === 'end') socket.end();
        else if (typeof reaction === 'string') continue;
        else if ('octets' in reaction) socket.end(reaction.octets);
        else if ('pieces' in reaction) void writePieces(socket, reaction.pieces);
        else {
          later(reaction.afterMs, () => {
            for (const message of reaction.messages) socket.write(framed(message));
          });
        }
      }
    });
  });

  const address = IpAddress.parse(host);
  if (address === null) throw new Error(`not an address: ${host}`);
  return {
    server: { address, port },
    address: address.family === 4 ? `${host}:${port}` : `[${host}]:${port}`,
    queries,
    async close() {
      for (const timer of timers) clearTimeout(timer);
      for (const socket of connections) socket.destroy();
      await Promise.all([
        new Promise<void>((done) => udp.close(done)),
        new Promise<void>((done) =>
          tcp.close(() => {
            done();
          }),
        ),
      ]);
    },
  };
}

/** Both on one port. The system chooses a free UDP port, which somebody else may have for TCP. */
async function listen(host: string, port: number): Promise<[UdpSocket, Server]> {
  for (let attempts = 0; ; attempts++) {
    const udp = createSocket(host.includes(':') ? 'udp6' : 'udp4');
    udp.bind(port, host);
    await once(udp, 'listening');
    const tcp = createServer();
    try {
      tcp.listen(udp.address().port, host);
      await once(tcp, 'listening');
      return [udp, tcp];
    } catch (error) {
      udp.close();
      if (port !== 0 || attempts === 20) throw error;
    }
  }
}

async function writePieces(socket: Socket, pieces: readonly Buffer[]): Promise<void> {
  socket.setNoDelay();
  for (const piece of pieces) {
    socket.write(piece);
    await new Promise((turn) => setImmediate(turn));
  }
}

/** A message with its length before it (RFC 1035 §4.2.2). */
export function framed(message: Buffer): Buffer {
  return Buffer.concat([words(message.length), message]);
}

const RCODES: Readonly<Partial<Record<FailureReason, number>>> = {
  formerr: 1,
  servfail: 2,
  notimp: 4,
  refused: 5,
  'other-rcode': 9,
};

/** What an honest server says, or null where the zone lets it say nothing. */
function usualAnswer(zone: Zone, query: Query, ttl: number): Buffer | null {
  const answers: ResourceRecord[] = [];
  const found = walk(zone, query, ttl, answers);
  if (found === 'timeout' || found === 'unreachable' || found === 'busy') return null;
  const negative = found === 'nxdomain' || found === 'nodata';
  const parts: MessageParts = {
    id: query.id,
    flags: QR | AA | RD | RA | (found === 'nxdomain' ? 3 : (RCODES[found as FailureReason] ?? 0)),
    questions: [query],
    answers: found === 'records' || negative ? answers : [],
    authority: negative ? [soa(ttl)] : [],
    additional: query.edns === null ? [] : [optRecord(1232)],
  };
  const message = encodeMessage(parts);
  if (found === 'malformed') return message.subarray(0, message.length - 1);
  if (query.transport === 'tcp' || message.length <= Math.max(512, query.edns ?? 0)) return message;
  return encodeMessage({ ...parts, flags: parts.flags | TC, answers: [], authority: [] });
}

/** Follows aliases and gathers records; a loop ends where it closes. */
function walk(
  zone: Zone,
  query: Query,
  ttl: number,
  answers: ResourceRecord[],
): 'records' | 'nxdomain' | 'nodata' | FailureReason {
  const seen = new Set<string>();
  let name = query.name;
  for (;;) {
    const owner = zone.get(nameKey(name));
    if (owner === undefined) return hasNamesBelow(zone, name) ? 'nodata' : 'nxdomain';
    const type = isServed(query.typeName) ? query.typeName : null;
    const rdata = type === null ? [] : rdataOf(owner, type);
    for (const parts of rdata) answers.push({ name, type: query.type, ttl, rdata: parts });
    if (rdata.length > 0) return 'records';
    const failure = type === null ? null : owner.failures[type];
    if (failure !== null) return failure;
    if (owner.alias === null || seen.has(nameKey(name))) return 'nodata';
    seen.add(nameKey(name));
    answers.push({ name, type: 5, ttl, rdata: [{ name: owner.alias }] });
    name = owner.alias;
  }
}

function isServed(typeName: string): typeName is RecordType {
  return ['A', 'AAAA', 'MX', 'PTR', 'TXT'].includes(typeName);
}

function rdataOf({ records }: ZoneOwner, type: RecordType): (readonly RdataPart[])[] {
  switch (type) {
    case 'A':
      return records.A.map((address) => [Buffer.from(address.bytes())]);
    case 'AAAA': // a mapped address was folded to IPv4 when it was read
      return records.AAAA.map((address) => [
        Buffer.from(address.family === 6 ? address.bytes() : [...MAPPED, ...address.bytes()]),
      ]);
    case 'MX':
      return records.MX.map(({ preference, exchange }) => [words(preference), { name: exchange }]);
    case 'PTR':
      return records.PTR.map((name) => [{ name }]);
    case 'TXT':
      return records.TXT.map((strings) => [textRdata(strings)]);
  }
}

const MAPPED = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff];

function hasNamesBelow(zone: Zone, name: QueryName): boolean {
  const suffix = `.${nameKey(name)}`;
  for (const owner of zone.keys()) if (owner.endsWith(suffix)) return true;
  return false;
}

/** Of the root zone, so that it covers every name. */
function soa(ttl: number): ResourceRecord {
  const numbers = [1, 3600, 600, 86_400, ttl].flatMap((value) => [value >>> 16, value & 0xffff]);
  return {
    name: '',
    type: TYPES['SOA'] ?? 0,
    ttl,
    rdata: [{ name: 'ns.example' }, { name: 'hostmaster.example' }, words(...numbers)],
  };
}
