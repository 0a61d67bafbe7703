import { setTimeout } from 'node:timers/promises';

import { afterEach, describe, expect, test } from '@jest/globals';

import { queryName } from '../../src/dns/index.js';
import type { StreamQuestion, Way } from '../../src/resolver/connection.js';
import { Streams, tcpWay } from '../../src/resolver/streams.js';
import { systemClock } from '../../src/util/index.js';
import { words, type Query } from '../support/dns-message.js';
import { framed, type DnsResponder, type Reaction } from '../support/dns-responder.js';
import { Closing, nobody, ZONE } from './asking.js';

const closing = new Closing();
afterEach(() => closing.close());

interface Asked {
  readonly question: StreamQuestion;
  /** The id of what came, or why nothing did. */
  readonly outcome: Promise<number | string>;
}

class Scene {
  readonly streams: Streams;
  readonly responder: DnsResponder;
  readonly #way: Way;

  constructor(responder: DnsResponder, way: Partial<Way> = {}) {
    this.responder = responder;
    this.#way = { ...tcpWay(responder.server, 1000), ...way };
    this.streams = new Streams(this.#way, systemClock);
    closing.add(this.streams);
  }

  ask(name = 'a.example'): Asked {
    let known: (outcome: number | string) => void = () => undefined;
    const outcome = new Promise<number | string>((settle) => (known = settle));
    const waiter = {
      came: (message: Buffer) => {
        known(message.readUInt16BE(0));
      },
      broke: (why: string, detail: string) => {
        known(`${why}: ${detail}`);
      },
    };
    return { question: this.streams.ask(waiter, queryName(name), 'A', 1232), outcome };
  }

  /** How many connections the server has had. */
  get connections(): number {
    return new Set(this.responder.queries.map(({ port }) => port)).size;
  }

  async received(count: number): Promise<void> {
    while (this.responder.queries.length < count) await setTimeout(1);
  }
}

async function setUp(react?: (query: Query, usual: Buffer | null) => Reaction, way?: Partial<Way>) {
  return new Scene(await closing.responder(ZONE, react === undefined ? {} : { react }), way);
}

describe('one connection', () => {
  test('is for questions at once and later', async () => {
    const scene = await setUp();
    const asked = Array.from({ length: 50 }, () => scene.ask());
    const ids = await Promise.all(asked.map(({ outcome }) => outcome));
    await scene.ask().outcome;
    expect(ids).toEqual(scene.responder.queries.slice(0, 50).map(({ id }) => id));
    expect(new Set(ids).size).toBe(50);
    expect(scene.connections).toBe(1);
  });

  test('gives answers in any order', async () => {
    const held: Buffer[] = [];
    const scene = await setUp((_query, usual) => {
      if (usual !== null) held.unshift(usual);
      return held.length < 3 ? 'drop' : { messages: held };
    });
    const asked = [scene.ask(), scene.ask(), scene.ask()];
    const ids = await Promise.all(asked.map(({ outcome }) => outcome));
    expect(ids).toEqual(scene.responder.queries.map(({ id }) => id));
    expect(ids.map(String)).toEqual(held.reverse().map((message) => String(message.readUInt16BE(0))));
  });

  test('is closed when idle, and the next is opened', async () => {
    const scene = await setUp(undefined, { idleMs: 20 });
    await scene.ask().outcome;
    while (scene.responder.connections() > 0) await setTimeout(5);
    await scene.ask().outcome;
    expect(scene.connections).toBe(2);
  });

  test('is closed when idle after a question that nobody waited for', async () => {
    const scene = await setUp(() => 'drop', { idleMs: 20 });
    const { question } = scene.ask();
    await scene.received(1);
    await setTimeout(40); // once it was silent for so long with a question on it
    scene.streams.release(question);
    while (scene.responder.connections() > 0) await setTimeout(5);
    expect(scene.connections).toBe(1);
  });

  test('is not closed while somebody waits', async () => {
    const scene = await setUp((_query, usual) => ({ messages: usual === null ? [] : [usual], afterMs: 60 }), {
      idleMs: 20,
    });
    expect(await scene.ask().outcome).toBe(scene.responder.queries[0]?.id);
  });

  test('takes so many questions, then the next does', async () => {
    const scene = await setUp();
    for (let i = 0; i < 101; i++) {
      await Promise.all(Array.from({ length: 100 }, () => scene.ask().outcome));
    }
    expect(scene.connections).toBe(2);
  });

  test('is for no more questions when it owes too many answers', async () => {
    const scene = await setUp((query, usual) =>
      query.name === 'late.example' || usual === null ? 'drop' : { messages: [usual] },
    );
    const late = Array.from({ length: 257 }, () => scene.ask('late.example'));
    await scene.received(257);
    for (const { question } of late.slice(1)) scene.streams.release(question);
    await scene.ask().outcome;
    expect(scene.connections).toBe(1);
    for (const { question } of late.slice(0, 1)) scene.streams.release(question);
    await scene.ask().outcome;
    expect(scene.connections).toBe(2);
  });

  test('drops an answer that nobody waits for any more', async () => {
    const scene = await setUp((query, usual) => ({
      messages: usual === null ? [] : [usual],
      ...(query.name === 'late.example' ? { afterMs: 30 } : {}),
    }));
    const late = scene.ask('late.example');
    await scene.received(1);
    scene.streams.release(late.question);
    await setTimeout(60);
    expect(await scene.ask().outcome).toBe(scene.responder.queries[1]?.id);
    expect(scene.connections).toBe(1);
  });

  test('with nothing from the other end takes no further questions, but late answers', async () => {
    const scene = await setUp((query, usual) => ({
      messages: usual === null ? [] : [usual],
      ...(query.name === 'late.example' ? { afterMs: 100 } : {}),
    }));
    const late = scene.ask('late.example');
    await scene.received(1);
    scene.streams.overdue(late.question);
    await scene.ask().outcome;
    expect(await late.outcome).toBe(scene.responder.queries[0]?.id);
    expect(scene.connections).toBe(2);
  });

  test('with some life in it goes on when one question is late', async () => {
    const scene = await setUp((query, usual) =>
      query.name === 'late.example' || usual === null ? 'drop' : { messages: [usual] },
    );
    const late = scene.ask('late.example');
    await scene.received(1);
    await scene.ask().outcome;
    scene.streams.overdue(late.question);
    await scene.ask().outcome;
    expect(scene.connections).toBe(1);
  });
});

/** One reaction after the other; then as the zone says. */
function inTurn(...reactions: readonly ((query: Query, usual: Buffer) => Reaction)[]) {
  const left = [...reactions];
  return (query: Query, usual: Buffer | null): Reaction =>
    usual === null ? 'usual' : (left.shift()?.(query, usual) ?? 'usual');
}

const BREAKS: readonly (readonly [
  what: string,
  react: (query: Query, usual: Buffer) => Reaction,
  why: string,
])[] = [
  ['reset', () => 'reset', 'unreachable: connection reset'],
  ['ended', () => 'end', 'unreachable: connection closed'],
  ['cut in a length', () => ({ octets: Buffer.from([0]) }), 'malformed: message cut short'],
  [
    'cut in a message',
    (_query, usual) => ({ octets: framed(usual).subarray(0, 20) }),
    'malformed: message cut short',
  ],
  ['broken by a length of 0', () => ({ octets: words(0) }), 'malformed: it sent an empty message'],
  [
    'broken by a length of 1',
    () => ({ octets: Buffer.from([0, 1, 7]) }),
    'malformed: it sent an empty message',
  ],
  [
    'broken by an id that nobody uses',
    (query) => ({ messages: [Buffer.concat([words(query.id ^ 1), Buffer.alloc(10)])] }),
    'malformed: it sent what nobody had asked for',
  ],
];

describe('a connection that is', () => {
  test.each(BREAKS)('%s is followed by another, once', async (_what, react, why) => {
    const once = await setUp(inTurn(react));
    expect(await once.ask().outcome).toBe(once.responder.queries[1]?.id);
    const twice = await setUp(inTurn(react, react));
    expect(await twice.ask().outcome).toBe(why);
    expect(twice.connections).toBe(2);
    expect(await twice.ask().outcome).toBe(twice.responder.queries[2]?.id);
  });

  test('closed after each answer is followed by another as often as need be', async () => {
    const scene = await setUp((_query, usual) => ({ octets: framed(usual ?? Buffer.alloc(0)) }));
    const asked = Array.from({ length: 8 }, () => scene.ask());
    const outcomes = await Promise.all(asked.map(({ outcome }) => outcome));
    expect(outcomes.map((outcome) => typeof outcome)).toEqual(Array(8).fill('number'));
    expect(scene.connections).toBe(8);
  });

  test('answered twice is broken', async () => {
    const scene = await setUp(inTurn((_query, usual) => ({ messages: [usual, usual] })));
    await scene.ask().outcome;
    await scene.ask().outcome;
    expect(scene.connections).toBe(2);
  });

  test('refused is no connection, and not tried again', async () => {
    const way = tcpWay(await nobody(), 1000);
    const scene = new Scene(await closing.responder(ZONE), way);
    expect(await scene.ask().outcome).toBe('unreachable: connection refused');
  });

  test('opened too soon after the last one waits', async () => {
    const scene = await setUp(
      inTurn(() => 'end'),
      { leastIntervalMs: 50 },
    );
    const started = systemClock.now();
    const [first, second] = [scene.ask(), scene.ask()];
    await Promise.all([first.outcome, second.outcome]);
    expect(scene.connections).toBe(2);
    expect(systemClock.now() - started).toBeGreaterThanOrEqual(49);
  });

  test('waited for is forgotten with the last who waits', async () => {
    const scene = await setUp(() => 'drop', { leastIntervalMs: 10_000 });
    const first = scene.ask();
    await scene.received(1);
    scene.streams.overdue(first.question);
    const delayed = scene.ask();
    const timers = (): number => process.getActiveResourcesInfo().filter((kind) => kind === 'Timeout').length;
    const before = timers();
    scene.streams.release(delayed.question);
    expect(timers()).toBe(before - 1);
  });
});
