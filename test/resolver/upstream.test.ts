import { describe, expect, test } from '@jest/globals';

import { parseServer, type ServerAddress } from '../../src/dns/index.js';
import type { Event } from '../../src/events/index.js';
import { RESOLVER_DEFAULTS } from '../../src/resolver/index.js';
import { Upstreams } from '../../src/resolver/upstreams.js';
import { ManualClock } from '../support/manual-clock.js';

const SERVERS = ['192.0.2.1', '192.0.2.2', '192.0.2.3'].map((text): ServerAddress => {
  const server = parseServer(text);
  if (!server.ok) throw new Error(server.error);
  return server.value;
});

/** Servers by the last digit of their address, and a clock that only `pass` moves. */
class Scene {
  readonly events: Event[] = [];
  readonly #clock = new ManualClock(1000);
  readonly #upstreams: Upstreams;

  constructor({ rotate = false, servers = SERVERS }: { rotate?: boolean; servers?: ServerAddress[] } = {}) {
    const settings = { ...RESOLVER_DEFAULTS, servers, rotate };
    this.#upstreams = new Upstreams(settings, this.#clock, (event) => this.events.push(event));
  }

  get order(): string {
    return this.#upstreams
      .inOrder()
      .map(({ name }) => name.slice(-1))
      .join('');
  }

  /** Which server is to be probed with a question that goes to the first in order. */
  get probed(): string | null {
    const [first] = this.#upstreams.inOrder();
    if (first === undefined) return null;
    return this.#upstreams.toProbe(first)?.name.slice(-1) ?? null;
  }

  async pass(ms: number): Promise<void> {
    await this.#clock.advance(ms);
  }

  fail(digit: number, times = 1): void {
    for (let i = 0; i < times; i++) this.#of(digit).failed('no answer');
  }

  probe(digit: number): void {
    this.#of(digit).probed(this.#clock.now(), { close: () => undefined });
  }

  /** It answers some questions, each in so many milliseconds. */
  answer(digit: number, ms = 10, times = 1): void {
    for (let i = 0; i < times; i++) this.#of(digit).answered(this.#clock.now() - ms);
  }

  #of(digit: number) {
    const upstream = this.#upstreams.all[digit - 1];
    if (upstream === undefined) throw new Error(`no server ${digit}`);
    return upstream;
  }
}

describe('the order of servers', () => {
  test('is the one configured', () => {
    const scene = new Scene();
    expect([scene.order, scene.order]).toEqual(['123', '123']);
  });

  test('begins with another one each time if that is wanted', () => {
    const scene = new Scene({ rotate: true });
    expect([1, 2, 3, 4].map(() => scene.order)).toEqual(['123', '231', '312', '123']);
  });

  test.each([
    ['slower by more than a quarter', [40, 10, 20], '231'],
    ['about as fast as the fastest', [12, 10, 14], '123'],
    ['fast enough, on this machine', [2, 0.1, 0.2], '123'],
    ['never measured', [40, null, 10], '231'],
    ['as fast as another that is slow', [10, 40, 40], '123'],
  ])('has one that is %s in its place', async (_what, times, expected) => {
    const scene = new Scene();
    for (const [i, ms] of times.entries()) if (ms !== null) scene.answer(i + 1, ms);
    await scene.pass(1000);
    expect(scene.order).toBe(expected);
  });

  test('is not changed by some slow domains', async () => {
    const scene = new Scene();
    scene.answer(2, 12);
    for (let i = 0; i < 20; i++) {
      scene.answer(1, 10, 9);
      scene.answer(1, 2500);
      await scene.pass(1000);
      expect(scene.order).toBe('123');
    }
  });

  test('is changed by a server that has become slow', async () => {
    const scene = new Scene();
    scene.answer(2, 12);
    scene.answer(1, 10, 50);
    scene.answer(1, 200, 20);
    await scene.pass(1000);
    expect(scene.order).toBe('231');
    scene.answer(1, 10, 10);
    await scene.pass(1000);
    expect(scene.order).toBe('123');
  });

  test.each([
    ['in the order configured', false, ['231', '231', '123']],
    ['when they take turns', true, ['231', '231', '312']],
  ])('has one that failed behind the others until it answers, %s', (_what, rotate, expected) => {
    const scene = new Scene({ rotate });
    scene.fail(1);
    const before = [scene.order, scene.order];
    scene.answer(1);
    expect([...before, scene.order]).toEqual(expected);
  });

  test('has one that is down last', () => {
    const scene = new Scene();
    scene.fail(1, 3);
    scene.fail(2);
    expect(scene.order).toBe('321');
    scene.fail(3);
    expect(scene.order).toBe('231'); // as configured, when all have failed
  });

  test('of one server is that server', () => {
    const scene = new Scene({ servers: SERVERS.slice(0, 1) });
    scene.fail(1, 5);
    expect([scene.order, scene.probed]).toEqual(['1', null]);
  });
});

describe('a probe', () => {
  test('is for one that was never asked, after a while', async () => {
    const scene = new Scene();
    await scene.pass(14_999);
    expect(scene.probed).toBeNull();
    await scene.pass(1);
    expect(scene.probed).toBe('2');
    scene.probe(2);
    expect(scene.probed).toBe('3');
    scene.probe(3);
    expect(scene.probed).toBeNull();
  });

  test('finds one that is faster', async () => {
    const scene = new Scene();
    scene.answer(1, 50);
    await scene.pass(15_000);
    scene.probe(2);
    scene.answer(2, 10);
    await scene.pass(1000);
    expect(scene.order).toBe('231');
  });

  test('is for one that failed every 15 seconds, for one that is slower every minute', async () => {
    const scene = new Scene();
    const seen: string[] = [];
    scene.fail(1);
    for (const digit of [2, 3]) scene.answer(digit, digit);
    for (let second = 1; second <= 61; second++) {
      await scene.pass(1000);
      scene.answer(2, 2);
      const { probed } = scene;
      if (probed === null) continue;
      seen.push(`${second}:${probed}`);
      if (probed === '1') scene.probe(1);
      else scene.answer(3, 3);
    }
    expect(seen).toEqual(['15:1', '30:1', '45:1', '60:1', '61:3']);
  });
});

describe('what is told', () => {
  test('is that a server is down, with the last reason, and how long it was', async () => {
    const scene = new Scene();
    scene.fail(1, 2);
    expect(scene.events).toEqual([]);
    scene.fail(1, 4);
    await scene.pass(5000);
    scene.answer(1);
    scene.answer(1);
    expect(scene.events).toEqual([
      { kind: 'dns-server-down', server: '192.0.2.1', why: 'no answer' },
      { kind: 'dns-server-up', server: '192.0.2.1', downMs: 5000 },
    ]);
  });

  test.each([
    ['failures with answers between them', 2, 20_000],
    ['many failures of one that answers every few seconds', 50, 4000],
  ])('is nothing of %s', async (_what, failures, everyMs) => {
    const scene = new Scene();
    for (let i = 0; i < 20; i++) {
      scene.answer(1);
      await scene.pass(everyMs);
      scene.fail(1, failures);
    }
    expect(scene.events).toEqual([]);
  });
});
