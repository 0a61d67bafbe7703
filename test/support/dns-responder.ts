/** A name server for tests: serves a zone over UDP, TCP and TLS on a loopback address, and misbehaves on demand. */
import { createSocket, type Socket as UdpSocket } from 'node:dgram';
import { once } from 'node:events';
import { createServer, type Server, type Socket } from 'node:net';
import { createServer as createTlsServer, type TLSSocket } from 'node:tls';

import {
  nameKey,
  type FailureReason,
  type QueryName,
  type RecordType,
  type ServerAddress,
} from '../../src/dns/index.js';
import { IpAddress } from '../../src/net/index.js';
import type { Zone, ZoneOwner } from '../../src/resolver/index.js';
import type { Credentials } from './certificates.js';
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
  /** TCP: sends octets as they are, each piece in a turn of the event loop of its own, or so long after the
   *  one before. */
  | { readonly pieces: readonly Buffer[]; readonly everyMs?: number };

export interface ResponderOptions {
  /** Any address of 127.0.0.0/8, or `::1`. */
  readonly address?: string;
  /** 0 for a free one. */
  readonly port?: number;
  /** False: nobody listens for TCP. */
  readonly tcp?: boolean;
  /** TLS in place of plain TCP. */
  readonly tls?: Credentials;
  /** Seconds, of all records and of empty answers. */
  readonly ttl?: number;
  /** Called for each query; `usual` is the message that the zone gives, or null if it gives none. */
  readonly react?: (query: Query, usual: Buffer | null) => Reaction;
  /** False, for a server that runs for long: `queries` stays empty. */
  readonly keepsQueries?: boolean;
  /** How `afterMs` is waited for, to be cancelled by the function returned; `setTimeout` if left out. */
  readonly after?: (delayMs: number, send: () => void) => () => void;
}

export interface DnsResponder {
  readonly server: ServerAddress;
  /** `127.0.0.1:5353` or `[::1]:5353`. */
  readonly address: string;
  /** Every query that came, in order. */
  readonly queries: readonly Query[];
  /** Every TLS connection that was made, in order. */
  readonly handshakes: readonly Handshake[];
  /** How many TCP connections there are, and how many there have been. */
  connections(): number;
  accepted(): number;
  /** Shows another certificate from now on. */
  showCertificate(credentials: Credentials): void;
  close(): Promise<void>;
}

export interface Handshake {
  readonly protocol: string | null;
  /** The name that the client asked for. */
  readonly serverName: string | null;
  readonly alpn: string | null;
  readonly isResumed: boolean;
}

export async function startResponder(zone: Zone, options: ResponderOptions = {}): Promise<DnsResponder> {
  const host = options.address ?? '127.0.0.1';
  const tls =
    options.tls === undefined
      ? null
      : createTlsServer({ ...options.tls, ALPNProtocols: ['other', 'dot'], noDelay: true });
  const [udp, tcp] = await listen(host, options.port ?? 0, tls ?? createServer({ noDelay: true }));
  const { port } = udp.address();
  if (options.tcp === false) tcp.close();
  const queries: Query[] = [];
  const handshakes: Handshake[] = [];
  const connections = new Set<Socket>();
  let accepted = 0;
  const waiting = new Set<() => void>();
  const after = options.after ?? timeoutAfter;

  const react = (bytes: Buffer, client: Pick<Query, 'transport' | 'address' | 'port'>): Reaction => {
    const query = decodeQuery(bytes, client);
    if (options.keepsQueries !== false) queries.push(query);
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
    const cancel = after(afterMs, () => {
      waiting.delete(cancel);
      send();
    });
    waiting.add(cancel);
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
    accepted++;
    socket.on('error', () => socket.destroy());
    socket.on('close', () => connections.delete(socket));
    if (tls === null) serve(socket, 'tcp');
  });
  tls?.on('tlsClientError', () => undefined); // the client's matter
  tls?.on('secureConnection', (socket) => {
    handshakes.push(handshakeOf(socket));
    socket.on('error', () => socket.destroy());
    serve(socket, 'tls');
  });

  const serve = (socket: Socket, transport: 'tcp' | 'tls'): void => {
    let pending = Buffer.alloc(0);
    let writing = Promise.resolve();
    socket.on('data', (chunk) => {
      pending = Buffer.concat([pending, chunk]);
      while (pending.length >= 2 && pending.length >= 2 + pending.readUInt16BE(0)) {
        // Nothing more after an end: a reset would then leave a handle behind that keeps Node 20 from exiting.
        if (socket.writableEnded || socket.destroyed) return;
        const length = pending.readUInt16BE(0);
        const reaction = react(pending.subarray(2, 2 + length), {
          transport,
          address: socket.remoteAddress ?? '',
          port: socket.remotePort ?? 0,
        });
        pending = pending.subarray(2 + length);
        if (reaction === 'reset') socket.resetAndDestroy();
        else if (reaction === 'end') socket.end();
        else if (typeof reaction === 'string') continue;
        else if ('octets' in reaction) socket.end(reaction.octets);
        else if ('pieces' in reaction) {
          const { pieces, everyMs } = reaction;
          writing = writing.then(() => writePieces(socket, pieces, everyMs)); // one answer after the other
        } else {
          later(reaction.afterMs, () => {
            for (const message of reaction.messages) socket.write(framed(message));
          });
        }
      }
    });
  };

  const address = IpAddress.parse(host);
  if (address === null) throw new Error(`not an address: ${host}`);
  return {
    server: { address, port },
    address: address.family === 4 ? `${host}:${port}` : `[${host}]:${port}`,
    queries,
    handshakes,
    connections: () => connections.size,
    accepted: () => accepted,
    showCertificate(credentials) {
      tls?.setSecureContext(credentials);
    },
    async close() {
      for (const cancel of waiting) cancel();
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

function timeoutAfter(delayMs: number, send: () => void): () => void {
  const timer = setTimeout(send, delayMs);
  return () => {
    clearTimeout(timer);
  };
}

/** Both on one port. The system chooses a free UDP port, which somebody else may have for TCP. */
async function listen(host: string, port: number, tcp: Server): Promise<[UdpSocket, Server]> {
  for (let attempts = 0; ; attempts++) {
    const udp = createSocket(host.includes(':') ? 'udp6' : 'udp4');
    udp.bind(port, host);
    await once(udp, 'listening');
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

async function writePieces(socket: Socket, pieces: readonly Buffer[], everyMs?: number): Promise<void> {
  socket.setNoDelay();
  for (const piece of pieces) {
    if (socket.destroyed) return;
    socket.write(piece);
    await new Promise((turn) =>
      everyMs === undefined ? setImmediate(turn) : setTimeout(turn, everyMs).unref(),
    );
  }
}

function handshakeOf(socket: TLSSocket): Handshake {
  return {
    protocol: socket.getProtocol(),
    serverName: nameOrNull(socket.servername),
    alpn: nameOrNull(socket.alpnProtocol),
    isResumed: socket.isSessionReused(),
  };
}

/** Node says false, or nothing, where there is none. */
function nameOrNull(name: string | false | null | undefined): string | null {
  return typeof name === 'string' && name !== '' ? name : null;
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
  if (query.transport !== 'udp' || message.length <= Math.max(512, query.edns ?? 0)) return message;
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
