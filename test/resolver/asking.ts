/** Resolvers for tests, one line to ask. */
import { queryName, type Answer, type RecordType, type ServerAddress } from '../../src/dns/index.js';
import { IpAddress } from '../../src/net/index.js';
import {
  createResolver,
  RESOLVER_DEFAULTS,
  type Resolver,
  type ResolverSettings,
  type Zone,
} from '../../src/resolver/index.js';
import { parseZoneText } from '../../src/resolver/zone-file.js';
import { systemClock, type Clock } from '../../src/util/index.js';
import { encodeMessage, QR, textRdata, type MessageParts, type Query } from '../support/dns-message.js';
import {
  startResponder,
  type DnsResponder,
  type Reaction,
  type ResponderOptions,
} from '../support/dns-responder.js';

export function zoneOf(text: string): Zone {
  const zone = parseZoneText(text);
  if (!zone.ok) throw new Error(JSON.stringify(zone.error));
  return zone.value;
}

/** For questions that nobody answers. */
export const IMPATIENT: Partial<ResolverSettings> = { timeoutMs: 100 };

/** A small zone with some of everything. */
export const ZONE = `
a.example:
  - A: 192.0.2.1
  - AAAA: 2001:db8::1
  - MX: [10, mx.example]
  - TXT: [v=spf1, " -all"]
  - TXT: "\\x96"
"a+b=c~%@:, .example": [{TXT: odd}]
1.2.0.192.in-addr.arpa: [{PTR: a.example}]
alias.example: [{CNAME: a.example}]
loop.example: [{CNAME: loop2.example}]
loop2.example: [{CNAME: LOOP.example}]
down.example: TIMEOUT
broken.example: SERVFAIL
odd.example: [{A: REFUSED}, {AAAA: NOTIMP}, {MX: FORMERR}]
big.example: [{TXT: "${'x'.repeat(3000)}"}]
`;

/** An answer that no honest server gives. */
export function forged(query: Query, parts: Partial<MessageParts> = {}): Buffer {
  return encodeMessage({
    id: query.id,
    flags: QR,
    questions: [query],
    answers: [{ name: query.name, type: 16, rdata: [textRdata(['v=spf1 +all'])] }],
    ...parts,
  });
}

interface Closable {
  close(): unknown;
}

/** What is to be closed after a test, in the order it was made. */
export class Closing {
  readonly #things: Closable[] = [];

  async responder(zone: string | Zone, options: ResponderOptions = {}): Promise<DnsResponder> {
    const responder = await startResponder(typeof zone === 'string' ? zoneOf(zone) : zone, options);
    this.#things.push(responder);
    return responder;
  }

  /** A server that sends these messages over UDP instead of its answer, which would be `usual`. */
  async sending(messages: (query: Query, usual: Buffer) => readonly Buffer[]): Promise<ServerAddress> {
    const { server } = await this.responder(ZONE, {
      react: (query, usual): Reaction =>
        query.transport === 'tcp' || usual === null ? 'usual' : { messages: messages(query, usual) },
    });
    return server;
  }

  resolver(
    servers: readonly ServerAddress[],
    settings: Partial<ResolverSettings> = {},
    clock: Clock = systemClock,
  ): Resolver {
    const resolver = createResolver(
      { ...RESOLVER_DEFAULTS, timeoutMs: 2000, tries: 1, servers, ...settings },
      clock,
    );
    this.#things.push(resolver);
    return resolver;
  }

  add(thing: Closable): void {
    this.#things.push(thing);
  }

  async close(): Promise<void> {
    for (const thing of this.#things.splice(0)) await thing.close();
  }
}

/** Asks, with a time that is long enough for everything but a test of time. */
export async function ask(
  resolver: Resolver,
  name: string,
  type: RecordType,
  ms = 3000,
): Promise<Answer<unknown>> {
  return resolver.lookup(queryName(name), type, systemClock.now() + ms);
}

/** An answer in one line: records joined by `, `, `nxdomain`, `nodata`, or a reason in brackets. */
export async function shown(
  resolver: Resolver,
  name: string,
  type: RecordType,
  ms?: number,
): Promise<string> {
  const answer = await ask(resolver, name, type, ms);
  if (answer.kind === 'void') return answer.why;
  if (answer.kind === 'failed') return `[${answer.why}]`;
  return answer.records
    .map((record) => (record instanceof IpAddress ? record.toString() : String(record)))
    .join(', ');
}

/** A port of the loopback address where nobody listens. */
export async function nobody(): Promise<ServerAddress> {
  const responder = await startResponder(new Map());
  await responder.close();
  return responder.server;
}
