import { afterEach, describe, expect, test } from '@jest/globals';

import { queryName, type Answer } from '../../src/dns/index.js';
import { RESOLVER_DEFAULTS, createResolver, type Resolver } from '../../src/resolver/index.js';
import { systemClock } from '../../src/util/index.js';
import type { Reaction } from '../support/dns-responder.js';
import { ManualClock } from '../support/manual-clock.js';
import { ask, Closing, IMPATIENT, nobody, shown, ZONE } from './asking.js';

const closing = new Closing();
afterEach(() => closing.close());

/** How many sockets of each kind this process has open. */
function sockets(): Record<string, number> {
  const open = process.getActiveResourcesInfo();
  return Object.fromEntries(
    ['UDPWrap', 'TCPSocketWrap'].map((kind) => [kind, open.filter((one) => one === kind).length]),
  );
}

/** Waits for what closes in later turns of the event loop. */
async function settled(): Promise<void> {
  for (let i = 0; i < 20; i++) await new Promise((turn) => setImmediate(turn));
}

describe('time', () => {
  test('has an end when nobody answers, by the clock that was given', async () => {
    const clock = new ManualClock();
    const { server, queries } = await closing.responder('', { react: () => 'drop' });
    const resolver = closing.resolver([server], { tries: 100, timeoutMs: 300 }, clock);
    let answer: Answer<unknown> | null = null;
    // Tries begin at 0 and 150 ms and every 300 ms from then on, all within a tenth: the fourth at 825 ms at
    // the latest, a fifth at 945 ms at the earliest.
    const asked = Promise.resolve(resolver.lookup(queryName('a.example'), 'A', 900)).then(
      (got) => (answer = got),
    );
    for (const ms of [300, 300, 299]) {
      await clock.advance(ms);
      await settled();
    }
    expect(answer).toBeNull(); // at 899
    await clock.advance(1);
    await asked;
    expect(answer).toEqual({ kind: 'failed', why: 'timeout' });
    await settled();
    expect(queries).toHaveLength(4);
    expect(clock.pending).toBe(0);
  });

  test('that is over before it begins gives a failure at once', async () => {
    const { server, queries } = await closing.responder(ZONE);
    const resolver = closing.resolver([server]);
    expect(resolver.lookup(queryName('a.example'), 'A', systemClock.now())).toEqual({
      kind: 'failed',
      why: 'timeout',
    });
    expect(queries).toHaveLength(0);
  });

  test('has an end over TCP, too', async () => {
    const { server } = await closing.responder(ZONE, {
      react: ({ transport }): Reaction => (transport === 'tcp' ? 'drop' : 'usual'),
    });
    const before = sockets();
    expect(await shown(closing.resolver([server], { timeoutMs: 10_000 }), 'big.example', 'TXT', 80)).toBe(
      '[timeout]',
    );
    await settled();
    expect(sockets()['TCPSocketWrap']).toBe(before['TCPSocketWrap']);
  });

  test('does not end while a server refuses all the time', async () => {
    const resolver = closing.resolver([await nobody(), await nobody()], { tries: 3 });
    expect(await shown(resolver, 'a.example', 'A')).toBe('[unreachable]');
  });
});

describe('questions under way', () => {
  test('are bounded, and so are those who wait', async () => {
    const { server, queries } = await closing.responder('', { react: () => 'drop' });
    const resolver = closing.resolver([server], { maxInFlight: 3, maxQueued: 2, timeoutMs: 500 });
    const answers = await Promise.all(
      Array.from({ length: 7 }, (_, i) => ask(resolver, `a${i}.example`, 'A', i === 4 ? 30 : 3000)),
    );
    const reasons = answers.map((answer) => (answer.kind === 'failed' ? answer.why : answer.kind));
    expect(reasons).toEqual(['timeout', 'timeout', 'timeout', 'timeout', 'busy', 'busy', 'busy']);
    expect(queries).toHaveLength(4); // the fourth when there was a place, the fifth never
  });

  test('of one domain that does not answer leave room for the others', async () => {
    const { server } = await closing.responder(ZONE, {
      react: ({ name }): Reaction => (name.endsWith('.flood.test') ? 'drop' : 'usual'),
    });
    const resolver = closing.resolver([server], { maxInFlight: 10, maxQueued: 100, timeoutMs: 10_000 });
    const flood = Array.from({ length: 300 }, (_, i) => ask(resolver, `u${i}.flood.test`, 'A', 2000));
    for (let i = 0; i < 20; i++) expect(await shown(resolver, 'a.example', 'A', 1000)).toBe('192.0.2.1');
    expect(resolver.refused).toBe(300 - 5 - 50); // half of the places, half of the queue
    resolver.close();
    await Promise.all(flood);
  });

  test('a thousand at once, from many ports and with many ids', async () => {
    const { server, queries } = await closing.responder(ZONE);
    const resolver = closing.resolver([server], { timeoutMs: 10_000, maxInFlight: 200 });
    const answers = await Promise.all(
      Array.from({ length: 1000 }, () => ask(resolver, 'a.example', 'A', 20_000)),
    );
    expect(answers.filter(({ kind }) => kind === 'records')).toHaveLength(1000);
    expect(new Set(queries.map(({ id }) => id)).size).toBeGreaterThan(900);
    expect(new Set(queries.map(({ port }) => port)).size).toBeGreaterThan(20);
  });

  test('one after the other come from several ports, too, and none is used for long', async () => {
    const { server, queries } = await closing.responder(ZONE);
    const resolver = closing.resolver([server]);
    for (let i = 0; i < 300; i++) await ask(resolver, 'a.example', 'A');
    const uses = new Map<number, number>();
    for (const { port } of queries) uses.set(port, (uses.get(port) ?? 0) + 1);
    expect(uses.size).toBeGreaterThanOrEqual(8);
    expect(Math.max(...uses.values())).toBeLessThanOrEqual(100);
  });
});

describe('closing', () => {
  const closed = async (ask: (resolver: Resolver) => Promise<unknown>): Promise<void> => {
    await settled();
    const before = sockets();
    const { server } = await closing.responder(ZONE);
    const resolver = createResolver({ ...RESOLVER_DEFAULTS, servers: [server] }, systemClock);
    await ask(resolver);
    resolver.close();
    resolver.close();
    await closing.close();
    await settled();
    expect(sockets()).toEqual(before);
  };

  test('releases all sockets', async () => {
    await closed(async (resolver) => {
      expect(await shown(resolver, 'a.example', 'A')).toBe('192.0.2.1');
      expect(await shown(resolver, 'big.example', 'TXT')).toBe('x'.repeat(3000));
    });
  });

  test('ends questions under way, and later ones', async () => {
    await closed(async (resolver) => {
      const asked = ask(resolver, 'down.example', 'A');
      await settled();
      resolver.close();
      expect(await asked).toEqual({ kind: 'failed', why: 'unreachable' });
      expect(await shown(resolver, 'a.example', 'A')).toBe('[unreachable]');
    });
  });

  test('before a socket is connected', async () => {
    await closed(async (resolver) => {
      const asked = ask(resolver, 'a.example', 'A');
      resolver.close();
      expect(await asked).toEqual({ kind: 'failed', why: 'unreachable' });
    });
  });
});

describe('what cannot be asked is a bug', () => {
  test.each(['', 'a..b', `${'a'.repeat(64)}.example`, `${'a.'.repeat(127)}a`])(
    'the name %j',
    async (name) => {
      const resolver = closing.resolver([await nobody()], IMPATIENT);
      expect(() => resolver.lookup(queryName(name), 'A', systemClock.now() + 100)).toThrow(/not a name/);
    },
  );

  test.each([
    { servers: [] },
    { timeoutMs: 0 },
    { tries: 0 },
    { edns: 100 },
    { edns: 5000 },
    { maxInFlight: 0 },
  ])('the settings %j', async (settings) => {
    const servers = [await nobody()];
    expect(() => createResolver({ ...RESOLVER_DEFAULTS, servers, ...settings }, systemClock)).toThrow();
  });
});
