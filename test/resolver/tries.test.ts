/** When which server is asked, what is made of what comes late, and what is told of it. */
import { setTimeout } from 'node:timers/promises';

import { afterEach, describe, expect, test } from '@jest/globals';

import { queryName, type Answer } from '../../src/dns/index.js';
import type { Event } from '../../src/events/index.js';
import { createResolver, RESOLVER_DEFAULTS, type Resolver } from '../../src/resolver/index.js';
import { systemClock, type Clock } from '../../src/util/index.js';
import { QR, TC, type Query } from '../support/dns-message.js';
import type { DnsResponder, Reaction } from '../support/dns-responder.js';
import { ManualClock } from '../support/manual-clock.js';
import { ask, Closing, forged, nobody, shown, ZONE } from './asking.js';

const closing = new Closing();
afterEach(() => closing.close());

const ADDRESS = '192.0.2.1';

async function reacting(react: (query: Query, usual: Buffer) => Reaction): Promise<DnsResponder> {
  return closing.responder(ZONE, {
    react: (query, usual) => (usual === null ? 'usual' : react(query, usual)),
  });
}

async function after(afterMs: number): Promise<DnsResponder> {
  return reacting((_query, usual) => ({ messages: [usual], afterMs }));
}

const refusing = (code: number) => async (): Promise<DnsResponder> =>
  reacting((query) => ({ messages: [forged(query, { flags: QR | code, answers: [] })] }));
const failing = refusing(2);

async function silent(): Promise<DnsResponder> {
  return reacting(() => 'drop');
}

async function good(): Promise<DnsResponder> {
  return closing.responder(ZONE);
}

function resolverOf(responders: readonly DnsResponder[], timeoutMs: number, tries = 1): Resolver {
  return closing.resolver(
    responders.map(({ server }) => server),
    { timeoutMs, tries },
  );
}

describe('time', () => {
  test.each([
    ['one server', 1, 2, [0, 500, 1500]],
    ['one server, once', 1, 1, [0, 1000]],
    ['two servers', 2, 2, [0, 500, 1000, 2000, 3000]],
    ['two servers, once', 2, 1, [0, 500, 1500]],
  ])(
    'of %s: half in the first round, then whole; give or take a tenth',
    async (_what, count, tries, times) => {
      const clock = new ManualClock();
      const asked: number[] = [];
      const servers = [];
      for (let i = 0; i < count; i++) {
        const { server } = await closing.responder('', {
          react: () => {
            asked.push(clock.now());
            return 'drop';
          },
        });
        servers.push(server);
      }
      const resolver = closing.resolver(servers, { timeoutMs: 1000, tries }, clock);
      const ends: number[] = [];
      const answer = Promise.resolve(resolver.lookup(queryName('a.example'), 'A', 60_000)).then(() => {
        ends.push(clock.now());
      });
      while (ends.length === 0) {
        await clock.advance(10);
        await setTimeout(0);
      }
      await answer;
      const found = [...asked, ...ends];
      expect(found).toHaveLength(times.length);
      for (const [i, time] of times.entries()) {
        expect(Math.abs((found[i] ?? 0) - time)).toBeLessThanOrEqual(time * 0.1 + 60);
      }
      expect(clock.pending).toBe(0);
    },
  );
});

describe('a late answer', () => {
  test('of the first server counts while the second is asked', async () => {
    const [slow, dead] = [await after(150), await silent()];
    expect(await shown(resolverOf([slow, dead], 200), 'a.example', 'A')).toBe(ADDRESS);
    expect(dead.queries).toHaveLength(1);
  });

  test('counts when all others have refused', async () => {
    const servers = [await after(250), await failing(), await refusing(5)()];
    expect(await shown(resolverOf(servers, 400), 'a.example', 'A')).toBe(ADDRESS);
  });

  test('that is no answer does not end the wait for the others', async () => {
    const late = await reacting((query) => ({
      messages: [forged(query, { flags: QR | 2, answers: [] })],
      afterMs: 150,
    }));
    expect(await shown(resolverOf([late, await after(150)], 200), 'a.example', 'A')).toBe(ADDRESS);
  });

  test('may be a truncated one, and is asked for over TCP', async () => {
    const late = await reacting((query, usual) =>
      query.transport === 'udp'
        ? { messages: [forged(query, { flags: QR | TC })], afterMs: 150 }
        : { messages: [usual] },
    );
    expect(await shown(resolverOf([late, await silent()], 200), 'a.example', 'A')).toBe(ADDRESS);
  });

  test('to a question that was asked again is not waited for', async () => {
    const early: Buffer[] = [];
    const server = await reacting((_query, usual) => {
      early.push(usual);
      const [first] = early;
      return early.length === 2 && first !== undefined ? { messages: [first] } : 'drop';
    });
    expect(await shown(resolverOf([server], 200, 2), 'a.example', 'A')).toBe('[timeout]');
    expect(new Set(server.queries.map(({ id }) => id)).size).toBe(2);
  });
});

describe('a server', () => {
  test.each([
    ['SERVFAIL', failing],
    ['REFUSED', refusing(5)],
  ])('that has no answer (%s) where the next has one is asked later', async (_what, bad) => {
    const [first, second] = [await bad(), await good()];
    const resolver = resolverOf([first, second], 2000);
    for (let i = 0; i < 4; i++) expect(await shown(resolver, 'a.example', 'A')).toBe(ADDRESS);
    expect([first.queries.length, second.queries.length]).toEqual([1, 4]);
  });

  test('keeps its place when it has no answer where no other has one', async () => {
    const [first, second] = [await good(), await good()];
    const resolver = resolverOf([first, second], 2000);
    for (let i = 0; i < 4; i++) expect(await shown(resolver, 'broken.example', 'A')).toBe('[servfail]');
    expect(await shown(resolver, 'a.example', 'A')).toBe(ADDRESS);
    expect([first.queries.length, second.queries.length]).toEqual([5, 4]);
  });
});

/** A clock that can be set ahead. */
class Ahead implements Clock {
  ms = 0;

  now(): number {
    return systemClock.now() + this.ms;
  }

  wall(): number {
    return systemClock.wall();
  }

  after(delayMs: number, callback: () => void): () => void {
    return systemClock.after(delayMs, callback);
  }
}

describe('a copy of a question', () => {
  function setUp(responders: readonly DnsResponder[], timeoutMs = 2000) {
    const clock = new Ahead();
    const events: Event[] = [];
    const settings = { ...RESOLVER_DEFAULTS, servers: responders.map(({ server }) => server), timeoutMs };
    const resolver = createResolver(settings, clock, { report: (event) => events.push(event) });
    closing.add(resolver);
    const next = async (): Promise<Answer<unknown>> =>
      resolver.lookup(queryName('a.example'), 'A', clock.now() + 5000);
    const counts = (): number[] => responders.map(({ queries }) => queries.length);
    return { clock, events, next, counts, resolver };
  }

  test('finds a faster server, which then comes first', async () => {
    const scene = setUp([await after(30), await good()]);
    await scene.next();
    expect(scene.counts()).toEqual([1, 0]);
    scene.clock.ms += 15_000;
    await scene.next();
    expect(scene.counts()).toEqual([2, 1]);
    scene.clock.ms += 1000;
    await scene.next();
    expect(scene.counts()).toEqual([2, 2]);
  });

  test('is not waited for', async () => {
    const scene = setUp([await good(), await silent()]);
    scene.clock.ms += 15_000;
    expect(await scene.next()).toMatchObject({ kind: 'records' });
    scene.resolver.close(); // with the copy still under way
    expect(scene.events).toEqual([]);
  });

  test('finds out that a server is back', async () => {
    let isDead = true;
    const lame = await reacting((_query, usual) => (isDead ? 'drop' : { messages: [usual] }));
    const scene = setUp([lame, await good()], 60);
    await Promise.all([scene.next(), scene.next(), scene.next()]);
    await scene.next();
    expect(scene.counts()[0]).toBe(3);
    isDead = false;
    scene.clock.ms += 15_000;
    await scene.next();
    while (scene.events.length < 2) await setTimeout(1);
    await scene.next();
    expect(scene.counts()[0]).toBe(5);
    const { address } = lame;
    expect(scene.events).toMatchObject([
      { kind: 'dns-server-down', server: address, why: 'no answer' },
      { kind: 'dns-server-up', server: address },
    ]);
  });

  test('may find that it is not', async () => {
    const scene = setUp([await silent(), await good()], 40);
    await scene.next();
    for (let i = 0; i < 2; i++) {
      scene.clock.ms += 15_000;
      await scene.next();
      await setTimeout(60);
    }
    expect(scene.counts()).toEqual([3, 3]);
    expect(scene.events).toMatchObject([{ kind: 'dns-server-down', why: 'no answer' }]);
  });
});

describe('what is told', () => {
  test('of every question, to whoever wants to know', async () => {
    const { server, address } = await reacting((query, usual) => {
      if (query.name !== 'a.example' || query.transport === 'tcp') return { messages: [usual] };
      return { messages: [forged(query, { flags: QR | TC })] };
    });
    const dead = await nobody();
    const told: Event[] = [];
    const settings = { ...RESOLVER_DEFAULTS, servers: [dead, server] };
    const resolver = createResolver(settings, systemClock, { onQuestion: (event) => told.push(event) });
    closing.add(resolver);
    await ask(resolver, 'a.example', 'TXT');
    await ask(resolver, 'b.example', 'A');
    await ask(resolver, 'a.example', 'PTR');
    await ask(resolver, 'a+b=c~%@:, .example', 'TXT');
    expect(told.map((event) => (event.kind === 'dns-question' ? event : null))).toMatchObject([
      { name: 'a.example', type: 'TXT', transport: 'udp', outcome: 'unreachable' },
      { name: 'a.example', type: 'TXT', server: address, transport: 'tcp', outcome: 'records' },
      { name: 'b.example', type: 'A', server: address, transport: 'udp', outcome: 'nxdomain' },
      { name: 'a.example', type: 'PTR', transport: 'tcp', outcome: 'nodata' },
      { name: 'a+b=c~%@:,\\032.example', transport: 'udp', outcome: 'records' },
    ]);
  });

  test('when questions find no place: how many, once a minute', async () => {
    const { server } = await silent();
    const clock = new ManualClock();
    const told: Event[] = [];
    const settings = { ...RESOLVER_DEFAULTS, servers: [server], maxInFlight: 2, maxQueued: 2 };
    const resolver = createResolver(settings, clock, { report: (event) => told.push(event) });
    closing.add(resolver);
    const flood = (): void => {
      for (let i = 0; i < 10; i++) void resolver.lookup(queryName(`d${i}.example${i}`), 'A', 1e9);
    };
    flood();
    await clock.advance(0);
    expect([told, resolver.refused]).toEqual([[{ kind: 'dns-queue-full', refused: 1, waiting: 2 }], 6]);
    await clock.advance(59_000);
    flood();
    expect(told).toHaveLength(2); // the server is down by now
    await clock.advance(1000);
    flood();
    expect(told.at(-1)).toMatchObject({ kind: 'dns-queue-full' });
    const [first, last] = [told[0], told.at(-1)];
    const counts = [first, last].map((event) => (event?.kind === 'dns-queue-full' ? event.refused : NaN));
    expect(counts[0]).toBe(1);
    expect(counts[1]).toBeGreaterThan(10);
  });
});
