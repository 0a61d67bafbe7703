/** Name servers that do whatever can go wrong, and what is to come of each. */
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { createServer, type AddressInfo, type Socket } from 'node:net';

import { expect } from '@jest/globals';

import type { RecordType, ServerAddress } from '../../src/dns/index.js';
import { IpAddress } from '../../src/net/index.js';
import { Authority, selfSigned } from '../support/certificates.js';
import { latin1, QR, TC, type Query } from '../support/dns-message.js';
import { framed, type Reaction, type ResponderOptions } from '../support/dns-responder.js';
import { Closing, forged, nobody, ZONE } from './asking.js';

/** What the rows have started. */
export const closing = new Closing();

/** The one that is trusted. */
export const AUTHORITY = new Authority();
const TLS_NAME = 'dns.example';
const GOOD = AUTHORITY.issue({ names: [TLS_NAME] });

const CHAIN = Array.from(
  { length: 21 },
  (_, i) => `c${i}.example: [{${i < 20 ? `CNAME: c${i + 1}.example` : 'TXT: end'}}]\n`,
);
const MANY = Array.from({ length: 500 }, (_, i) => `  - TXT: "record ${i}"\n`);
export const FULL_ZONE = `${ZONE}${CHAIN.join('')}many.example:\n${MANY.join('')}`;

/** What a good server says of the TXT records of `a.example`. */
export const TEXT = 'v=spf1 -all, \x96';

export interface Row {
  readonly what: string;
  readonly start: () => Promise<ServerAddress>;
  readonly name?: string;
  readonly type?: RecordType;
  /** What comes of it with this server alone; `TEXT` if left out. */
  readonly alone?: string | ReturnType<typeof expect.stringMatching>;
  /** And with a good one after it; `TEXT` if left out. */
  readonly beside?: string;
  /** Rounds; one if left out. */
  readonly tries?: number;
  /** Why the server is said to be down, if it is. */
  readonly down?: RegExp;
}

function server(react: (query: Query, usual: Buffer) => Reaction, options: ResponderOptions = {}) {
  return async (): Promise<ServerAddress> => {
    const responder = await closing.responder(FULL_ZONE, {
      ...options,
      react: (query, usual) => (usual === null ? 'usual' : react(query, usual)),
    });
    return responder.server;
  };
}

/** Truncates everything over UDP, and does this over TCP. */
function truncating(overTcp: (query: Query, usual: Buffer) => Reaction, options?: ResponderOptions) {
  return server(
    (query, usual) =>
      query.transport === 'udp' ? { messages: [forged(query, { flags: QR | TC })] } : overTcp(query, usual),
    options,
  );
}

function overTls(react: (query: Query, usual: Buffer) => Reaction, tls = GOOD) {
  const start = server(react, { tls });
  return async (): Promise<ServerAddress> => ({ ...(await start()), tls: { name: TLS_NAME } });
}

/** Accepts connections to a port that should speak TLS. */
function accepting(accepted: (socket: Socket) => void) {
  return async (): Promise<ServerAddress> => {
    const sockets = new Set<Socket>();
    const listener = createServer((socket) => {
      sockets.add(socket);
      socket.on('error', () => socket.destroy());
      accepted(socket);
    });
    listener.listen(0, '127.0.0.1');
    await once(listener, 'listening');
    closing.add({
      close: async () => {
        for (const socket of sockets) socket.destroy();
        await new Promise((closed) => listener.close(closed));
      },
    });
    const { port } = listener.address() as AddressInfo;
    return { address: IpAddress.of([127, 0, 0, 1]), port, tls: { name: TLS_NAME } };
  };
}

const USUAL = (): Reaction => 'usual';

function octets(count: number): Buffer {
  return Buffer.from(Array.from({ length: count }, (_, i) => (i * 151 + 7) & 0xff));
}

export const PLAIN: readonly Row[] = [
  { what: 'it answers', start: server(USUAL) },
  { what: 'nobody is there', start: nobody, alone: '[unreachable]', down: /connection refused/ },
  { what: 'silence', start: server(() => 'drop'), alone: '[timeout]', down: /no answer/ },
  {
    what: 'an answer after 30 seconds',
    start: server((_query, usual) => ({ messages: [usual], afterMs: 30_000 })),
    alone: '[timeout]',
    down: /no answer/,
  },
  {
    what: 'an answer that is late for the first try',
    start: server((query, usual) => ({ messages: [usual], afterMs: query.name === 'a.example' ? 220 : 0 })),
    tries: 2,
  },
  { what: 'SERVFAIL', start: server((query) => rcode(query, 2)), alone: '[servfail]', down: /servfail/ },
  { what: 'REFUSED', start: server((query) => rcode(query, 5)), alone: '[refused]', down: /refused/ },
  { what: 'FORMERR', start: server((query) => rcode(query, 1)), alone: '[formerr]', down: /formerr/ },
  { what: 'NOTIMP', start: server((query) => rcode(query, 4)), alone: '[notimp]', down: /notimp/ },
  {
    what: 'YXDOMAIN',
    start: server((query) => rcode(query, 6)),
    alone: '[other-rcode]',
    down: /other-rcode/,
  },
  {
    what: 'another id',
    start: server((query) => ({ messages: [forged(query, { id: query.id ^ 0x8001 })] })),
    alone: '[timeout]',
    down: /no answer/,
  },
  {
    what: 'another question',
    start: server((query) => ({
      messages: [forged(query, { questions: [{ name: 'b.example', type: 16 }] })],
    })),
    alone: '[malformed]',
    down: /no answer/,
  },
  {
    what: 'another source port',
    start: async () => {
      const other = createSocket('udp4');
      closing.add(other);
      return server((query) => {
        other.send(forged(query), query.port, '127.0.0.1');
        return 'drop';
      })();
    },
    alone: '[timeout]',
    down: /no answer/,
  },
  { what: 'rubbish', start: server(() => ({ octets: octets(300) })), alone: '[timeout]', down: /no answer/ },
  {
    what: 'rubbish with the right id',
    start: server((query) => ({ octets: Buffer.concat([forged(query).subarray(0, 2), octets(300)]) })),
    alone: '[malformed]',
    down: /no answer/,
  },
  {
    what: 'an answer cut short',
    start: server((_query, usual) => ({ octets: usual.subarray(0, -1) })),
    alone: '[malformed]',
    down: /no answer/,
  },
  {
    what: 'a datagram of 60,000 octets',
    start: server((_query, usual) => ({ octets: Buffer.concat([usual, Buffer.alloc(60_000)]) })),
    alone: '[malformed]',
    down: /no answer/,
  },
  {
    what: 'a loop of aliases',
    start: server(USUAL),
    name: 'loop.example',
    alone: 'nodata',
    beside: 'nodata',
  },
  {
    what: 'a chain of 20 aliases',
    start: server(USUAL),
    name: 'c0.example',
    alone: '[malformed]',
    beside: '[malformed]',
  },
  { what: 'a chain of 10 aliases', start: server(USUAL), name: 'c10.example', alone: 'end', beside: 'end' },
  {
    what: '500 records',
    start: server(USUAL),
    name: 'many.example',
    alone: `500 texts`,
    beside: `500 texts`,
  },
];

export const TCP: readonly Row[] = [
  { what: 'an answer', start: truncating(USUAL) },
  {
    what: 'nobody',
    start: truncating(USUAL, { tcp: false }),
    alone: '[unreachable]',
    down: /connection refused/,
  },
  { what: 'silence', start: truncating(() => 'drop'), alone: '[timeout]', down: /no answer/ },
  { what: 'a reset', start: truncating(() => 'reset'), alone: '[unreachable]', down: /connection reset/ },
  { what: 'an end', start: truncating(() => 'end'), alone: '[unreachable]', down: /connection closed/ },
  { what: 'an end after each answer', start: truncating((_query, usual) => ({ octets: framed(usual) })) },
  {
    what: 'an octet every 50 milliseconds',
    start: truncating((_query, usual) => ({ pieces: piecesOf(framed(usual)), everyMs: 50 })),
    alone: '[timeout]',
    down: /no answer/,
  },
  { what: 'an octet at a time', start: truncating((_query, usual) => ({ pieces: piecesOf(framed(usual)) })) },
  {
    what: 'rubbish',
    start: truncating(() => ({ octets: octets(5000) })),
    alone: '[malformed]',
    down: /nobody had asked for/,
  },
  {
    what: 'a length of 0',
    start: truncating(() => ({ octets: Buffer.alloc(2) })),
    alone: '[malformed]',
    down: /empty message/,
  },
  {
    what: 'a truncated answer',
    start: truncating((query) => ({ messages: [forged(query, { flags: QR | TC })] })),
    alone: '[malformed]',
    down: /malformed/,
  },
  {
    what: 'another id',
    start: truncating((query) => ({ messages: [forged(query, { id: query.id ^ 1 })] })),
    alone: '[malformed]',
    down: /nobody had asked for/,
  },
];

const PLAIN_TEXT = latin1('HTTP/1.1 400 Bad Request\r\n\r\n');

export const TLS: readonly Row[] = [
  { what: 'it answers', start: overTls(USUAL) },
  {
    what: 'it closes after each answer',
    start: overTls((_query, usual) => ({ octets: framed(usual) })),
    down: /^$|no answer/, // one question a second is all that it gets, so others are late
  },
  {
    what: 'an expired certificate',
    start: overTls(USUAL, AUTHORITY.issue({ names: [TLS_NAME], from: -30, to: -1 })),
    alone: '[unreachable]',
    down: /certificate has expired/,
  },
  {
    what: 'a certificate of tomorrow',
    start: overTls(USUAL, AUTHORITY.issue({ names: [TLS_NAME], from: 1 })),
    alone: '[unreachable]',
    down: /certificate is not valid yet/,
  },
  {
    what: 'a certificate for another name',
    start: overTls(USUAL, AUTHORITY.issue({ names: ['dns.example.net', '127.0.0.1'] })),
    alone: '[unreachable]',
    down: /certificate is for another name/,
  },
  {
    what: 'a certificate of its own',
    start: overTls(USUAL, selfSigned({ names: [TLS_NAME] })),
    alone: '[unreachable]',
    down: /certificate is self-signed/,
  },
  {
    what: 'a certificate of somebody else',
    start: overTls(USUAL, new Authority('Somebody').issue({ names: [TLS_NAME] })),
    alone: '[unreachable]',
    down: /authority that is not trusted/,
  },
  {
    what: 'plain text',
    start: accepting((socket) => socket.end(PLAIN_TEXT)),
    alone: '[unreachable]',
    down: /no TLS there/,
  },
  {
    what: 'nothing, for ever',
    start: accepting(() => undefined),
    // Whichever patience ends first: that with the connection, or that with the answer.
    alone: expect.stringMatching(/^\[(?:unreachable|timeout)\]$/),
    down: /no answer|no connection in time/,
  },
  {
    what: 'an end at once',
    start: accepting((socket) => socket.end()),
    alone: '[unreachable]',
    down: /connection reset|connection closed/,
  },
  {
    what: 'a reset at once',
    start: accepting((socket) => socket.resetAndDestroy()),
    alone: '[unreachable]',
    down: /connection reset/,
  },
  {
    what: 'nobody',
    start: async () => ({ ...(await nobody()), tls: { name: TLS_NAME } }),
    alone: '[unreachable]',
    down: /connection refused/,
  },
  {
    what: 'silence after the handshake',
    start: overTls(() => 'drop'),
    alone: '[timeout]',
    down: /no answer/,
  },
  {
    what: 'rubbish after the handshake',
    start: overTls(() => ({ octets: octets(5000) })),
    alone: '[timeout]', // as the next connection may be opened after a second only
    down: /no answer/,
  },
  { what: 'an end for every question', start: overTls(() => 'end'), alone: '[timeout]', down: /no answer/ },
  {
    what: 'an octet every 50 milliseconds',
    start: overTls((_query, usual) => ({ pieces: piecesOf(framed(usual)), everyMs: 50 })),
    alone: '[timeout]',
    down: /no answer/,
  },
  { what: 'SERVFAIL', start: overTls((query) => rcode(query, 2)), alone: '[servfail]', down: /servfail/ },
];

function rcode(query: Query, code: number): Reaction {
  return { messages: [forged(query, { flags: QR | code, answers: [] })] };
}

function piecesOf(bytes: Buffer): Buffer[] {
  return [...bytes].map((octet) => Buffer.from([octet]));
}
