/** DNS over TLS (RFC 7858, RFC 8310 §5). What can go wrong with it is in chaos.test.ts. */
import { createServer } from 'node:tls';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { setTimeout } from 'node:timers/promises';

import { afterEach, describe, expect, test } from '@jest/globals';

import { queryName, type ServerAddress } from '../../src/dns/index.js';
import type { Event } from '../../src/events/index.js';
import { IpAddress } from '../../src/net/index.js';
import { createResolver, RESOLVER_DEFAULTS, type ResolverSettings } from '../../src/resolver/index.js';
import { TlsOpener, createTlsContext } from '../../src/resolver/tls.js';
import { systemClock } from '../../src/util/index.js';
import { Authority, selfSigned, type Credentials } from '../support/certificates.js';
import { words } from '../support/dns-message.js';
import { framed, type DnsResponder, type ResponderOptions } from '../support/dns-responder.js';
import { ManualClock } from '../support/manual-clock.js';
import { Closing, shown, ZONE } from './asking.js';

const closing = new Closing();
afterEach(() => closing.close());

const AUTHORITY = new Authority();
const NAME = 'dns.example';
const GOOD = AUTHORITY.issue({ names: [NAME] });

function goodFor(...names: readonly string[]): Credentials {
  return AUTHORITY.issue({ names });
}

async function start(options: ResponderOptions = {}): Promise<DnsResponder> {
  return closing.responder(ZONE, { tls: GOOD, ...options });
}

function resolverFor(
  { server }: { server: ServerAddress },
  settings: Partial<ResolverSettings> = {},
  name: string | null = NAME,
) {
  return closing.resolver([{ ...server, tls: { name } }], { tlsCa: AUTHORITY.cert, ...settings });
}

describe('a connection', () => {
  test('serves many questions, and says whom it wants', async () => {
    const responder = await start();
    const resolver = resolverFor(responder);
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, i) => shown(resolver, i % 2 === 0 ? 'a.example' : 'b.example', 'A')),
    );
    expect(answers).toEqual(Array(10).fill(['192.0.2.1', 'nxdomain']).flat());
    expect(await shown(resolver, 'big.example', 'TXT')).toBe('x'.repeat(3000));
    expect(responder.handshakes).toEqual([
      { protocol: 'TLSv1.3', serverName: NAME, alpn: 'dot', isResumed: false },
    ]);
    expect(responder.queries.every(({ transport }) => transport === 'tls')).toBe(true);
  });

  test('carries queries whose length tells nothing', async () => {
    const responder = await start();
    const resolver = resolverFor(responder);
    await shown(resolver, 'a.example', 'A');
    await shown(resolver, `${'long-label.'.repeat(12)}example`, 'TXT');
    expect(responder.queries.map(({ length }) => length)).toEqual([128, 256]);
    for (const { options } of responder.queries) {
      expect(options.subarray(0, 4)).toEqual(words(12, options.length - 4)); // RFC 7830 §3
      expect(options.subarray(4).every((octet) => octet === 0)).toBe(true);
    }
  });

  test('has no padding without EDNS', async () => {
    const responder = await start();
    await shown(resolverFor(responder, { edns: 0 }), 'a.example', 'A');
    expect(responder.queries).toMatchObject([{ edns: null, length: 27 }]);
  });

  test.each([
    ['127.0.0.1', goodFor('127.0.0.1')],
    ['::1', goodFor('::1')],
    ['127.0.0.1', goodFor('127.0.0.1', 'other.example')],
  ])('may be proven by the address %s', async (address, tls) => {
    const responder = await start({ tls, address });
    expect(await shown(resolverFor(responder, {}, null), 'a.example', 'A')).toBe('192.0.2.1');
    expect(responder.handshakes).toMatchObject([{ serverName: null }]); // RFC 6066 §3
  });

  test.each<[what: string, tls: Credentials, name: string | null]>([
    ['for the name, where the address counts', GOOD, null],
    ['for another address', goodFor('127.0.0.2'), null],
    ['for the address written as a name', goodFor('x127.0.0.1'), null],
    ['for names below', goodFor(`*.${NAME}`), NAME],
    ['for no name', goodFor(), NAME],
  ])('is not proven by a certificate %s', async (_what, tls, name) => {
    const responder = await start({ tls });
    expect(await shown(resolverFor(responder, {}, name), 'a.example', 'A')).toBe('[unreachable]');
    expect(responder.queries).toEqual([]);
  });

  test('may be proven by a wildcard', async () => {
    const responder = await start({ tls: goodFor('*.dns.example') });
    expect(await shown(resolverFor(responder, {}, 'a.dns.example'), 'a.example', 'A')).toBe('192.0.2.1');
  });

  test('is not believed because the environment says so', async () => {
    const responder = await start({ tls: selfSigned({ names: [NAME] }) });
    process.env['NODE_TLS_REJECT_UNAUTHORIZED'] = '0';
    try {
      expect(await shown(resolverFor(responder), 'a.example', 'A')).toBe('[unreachable]');
    } finally {
      delete process.env['NODE_TLS_REJECT_UNAUTHORIZED'];
    }
  });

  test('is not one over UDP or plain TCP when TLS fails', async () => {
    const responder = await closing.responder(ZONE); // speaks both
    expect(await shown(resolverFor(responder, { timeoutMs: 300, tries: 3 }), 'a.example', 'A')).toMatch(
      /^\[/,
    );
    expect(responder.queries).toEqual([]);
  });
});

describe('the next connection', () => {
  test('is not made sooner than a second after the one before', async () => {
    const responder = await start({
      react: (_query, usual) => ({ octets: framed(usual ?? Buffer.alloc(0)) }),
    });
    const resolver = resolverFor(responder);
    const started = systemClock.now();
    await shown(resolver, 'a.example', 'A');
    await shown(resolver, 'a.example', 'A');
    expect(systemClock.now() - started).toBeGreaterThanOrEqual(999);
    expect(responder.handshakes.map(({ isResumed }) => isResumed)).toEqual([false, true]);
  });

  test('is not made again and again while the server cannot prove who it is', async () => {
    const responder = await start({ tls: selfSigned({ names: [NAME] }) });
    const events: Event[] = [];
    const settings = {
      ...RESOLVER_DEFAULTS,
      servers: [{ ...responder.server, tls: { name: NAME } }],
      tlsCa: AUTHORITY.cert,
    };
    const resolver = createResolver(settings, systemClock, { report: (event) => events.push(event) });
    closing.add(resolver);
    const end = systemClock.now() + 1500;
    let failures = 0;
    while (systemClock.now() < end) {
      const deadline = systemClock.now() + 400;
      const asked = ['a', 'b', 'c'].map(async (name) => resolver.lookup(queryName(name), 'A', deadline));
      for (const answer of await Promise.all(asked)) if (answer.kind === 'failed') failures++;
      await setTimeout(10);
    }
    expect(failures).toBeGreaterThanOrEqual(6);
    expect(responder.accepted()).toBeLessThanOrEqual(2);
    expect(events).toMatchObject([{ kind: 'dns-server-down', why: 'its certificate is self-signed' }]);
  });
});

describe('a session', () => {
  /** Two connections to a server whose certificate is good for 30 days, so long one after the other. */
  async function resumed(afterMs: number): Promise<boolean[]> {
    const clock = new ManualClock(0, Date.now());
    const responder = await start({ tls: AUTHORITY.issue({ names: [NAME], to: 30 }) });
    const server = { ...responder.server, tls: { name: NAME } };
    const opener = new TlsOpener(server, NAME, createTlsContext(AUTHORITY.cert), clock);
    const seen: boolean[] = [];
    for (const wait of [0, afterMs]) {
      await clock.advance(wait);
      const socket = opener.open();
      const ticket = once(socket, 'session');
      await once(socket, 'secureConnect');
      seen.push(socket.isSessionReused());
      if (wait === 0) await ticket;
      socket.destroy();
    }
    return seen;
  }

  test('is resumed', async () => {
    expect(await resumed(1000)).toEqual([false, true]);
  });

  test('is not resumed when the certificate that it stands on has expired', async () => {
    expect(await resumed(31 * 86_400_000)).toEqual([false, false]);
  });
});

test('TLS 1.1 is not spoken', async () => {
  const old = createServer({
    ...GOOD,
    minVersion: 'TLSv1',
    maxVersion: 'TLSv1.1',
    ciphers: 'ALL:@SECLEVEL=0',
  });
  old.on('tlsClientError', () => undefined);
  old.listen(0, '127.0.0.1');
  await once(old, 'listening');
  closing.add(old);
  const { port } = old.address() as AddressInfo;
  const server = { address: IpAddress.of([127, 0, 0, 1]), port };
  expect(await shown(resolverFor({ server }), 'a.example', 'A')).toBe('[unreachable]');
});

test('a certificate that is replaced by a wrong one while all goes on is found out', async () => {
  const responder = await start({
    react: (_query, usual) => ({ octets: framed(usual ?? Buffer.alloc(0)) }),
  });
  const resolver = resolverFor(responder);
  expect(await shown(resolver, 'a.example', 'A')).toBe('192.0.2.1');
  responder.showCertificate(AUTHORITY.issue({ names: [NAME], to: -1 }));
  expect(await shown(resolver, 'a.example', 'A')).toBe('[unreachable]');
});
