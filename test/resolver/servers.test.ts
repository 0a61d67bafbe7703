import { afterEach, describe, expect, test } from '@jest/globals';

import { queryName, type RecordType, type ServerAddress } from '../../src/dns/index.js';
import { systemClock } from '../../src/util/index.js';
import { optRecord, QR, type Query } from '../support/dns-message.js';
import type { Reaction } from '../support/dns-responder.js';
import { Closing, forged, IMPATIENT, nobody, shown, ZONE } from './asking.js';

const closing = new Closing();
afterEach(() => closing.close());

describe('EDNS', () => {
  test.each([
    ['offers its size', 1232, 1232],
    ['can be off', 0, null],
  ])('%s', async (_what, edns, offered) => {
    const { server, queries } = await closing.responder(ZONE);
    await shown(closing.resolver([server], { edns }), 'a.example', 'A');
    expect(queries.map((query) => query.edns)).toEqual([offered]);
  });

  const refusals: readonly (readonly [what: string, refuse: (query: Query) => Buffer])[] = [
    ['FORMERR', (query) => forged(query, { flags: QR | 1, answers: [] })],
    ['FORMERR without a question', (query) => forged(query, { flags: QR | 1, answers: [], questions: [] })],
    ['NOTIMP', (query) => forged(query, { flags: QR | 4, answers: [] })],
    ['BADVERS', (query) => forged(query, { answers: [], additional: [optRecord(512, 1)] })],
  ];

  test.each(refusals)('is left out after %s, and for the next questions, too', async (_what, refuse) => {
    const { server, queries } = await closing.responder(ZONE, {
      react: (query): Reaction => (query.edns === null ? 'usual' : { messages: [refuse(query)] }),
    });
    const resolver = closing.resolver([server]);
    expect(await shown(resolver, 'a.example', 'A')).toBe('192.0.2.1');
    expect(await shown(resolver, 'b.example', 'A')).toBe('nxdomain');
    expect(queries.map((query) => query.edns)).toEqual([1232, null, null]);
  });

  test('is tried again after a quarter of an hour', async () => {
    let ahead = 0;
    const { server, queries } = await closing.responder(ZONE, {
      react: (query): Reaction =>
        query.edns === null ? 'usual' : { messages: [forged(query, { flags: QR | 1 })] },
    });
    const resolver = closing.resolver([server], {}, { ...systemClock, now: () => systemClock.now() + ahead });
    const at = async (): Promise<unknown> =>
      resolver.lookup(queryName('a.example'), 'A', systemClock.now() + ahead + 1000);
    await at();
    ahead = 899_000;
    await at();
    ahead = 901_000;
    await at();
    expect(queries.map((query) => query.edns)).toEqual([1232, null, null, 1232, null]);
  });

  test('is not left out for a server that refuses questions without it, too', async () => {
    const { server, queries } = await closing.responder(ZONE, {
      react: (query): Reaction =>
        query.name === 'a.example' ? { messages: [forged(query, { flags: QR | 4 })] } : 'usual',
    });
    const resolver = closing.resolver([server]);
    expect(await shown(resolver, 'a.example', 'A')).toBe('[notimp]');
    expect(await shown(resolver, 'b.example', 'A')).toBe('nxdomain');
    expect(queries.map((query) => query.edns)).toEqual([1232, null, 1232]);
  });
});

describe('several servers', () => {
  test.each([
    ['SERVFAIL', 'a.example: SERVFAIL'],
    ['REFUSED', 'a.example: REFUSED'],
    ['NOTIMP', 'a.example: NOTIMP'],
    ['silence', 'a.example: TIMEOUT'],
  ])('the next one is asked after %s', async (_what, zone) => {
    const first = await closing.responder(zone);
    const second = await closing.responder(ZONE);
    const settings = zone.endsWith('TIMEOUT') ? IMPATIENT : {};
    expect(await shown(closing.resolver([first.server, second.server], settings), 'a.example', 'A')).toBe(
      '192.0.2.1',
    );
    expect(second.queries).toHaveLength(1);
  });

  test('the next one is asked when nobody listens', async () => {
    const { server } = await closing.responder(ZONE);
    const resolver = closing.resolver([await nobody(), server]);
    expect(await shown(resolver, 'a.example', 'A')).toBe('192.0.2.1');
  });

  test.each(['b.example', 'a.example PTR'])('an empty answer is an answer: %s', async (question) => {
    const first = await closing.responder('a.example: [{A: 192.0.2.1}]');
    const second = await closing.responder('b.example: [{A: 192.0.2.2}]\na.example: [{PTR: x}]');
    const [name = '', type = 'A'] = question.split(' ');
    const resolver = closing.resolver([first.server, second.server]);
    expect(await shown(resolver, name, type as RecordType)).toMatch(/nxdomain|nodata/);
    expect(second.queries).toHaveLength(0);
  });

  test.each([
    ['silence, SERVFAIL', ['TIMEOUT', 'SERVFAIL'], 'servfail'],
    ['SERVFAIL, silence', ['SERVFAIL', 'TIMEOUT'], 'servfail'],
    ['SERVFAIL, REFUSED', ['SERVFAIL', 'REFUSED'], 'refused'],
    ['nobody, silence', ['', 'TIMEOUT'], 'unreachable'],
    ['nobody, SERVFAIL', ['', 'SERVFAIL'], 'servfail'],
  ])('the reason of %s', async (_what, words, why) => {
    const servers: ServerAddress[] = [];
    for (const word of words) {
      servers.push(word === '' ? await nobody() : (await closing.responder(`a.example: ${word}`)).server);
    }
    expect(await shown(closing.resolver(servers, IMPATIENT), 'a.example', 'A')).toBe(`[${why}]`);
  });

  test('are tried in rounds', async () => {
    const order: number[] = [];
    const servers: ServerAddress[] = [];
    for (const i of [1, 2]) {
      const { server } = await closing.responder(ZONE, {
        react: () => {
          order.push(i);
          return 'drop';
        },
      });
      servers.push(server);
    }
    expect(await shown(closing.resolver(servers, { tries: 2, timeoutMs: 20 }), 'a.example', 'A')).toBe(
      '[timeout]',
    );
    expect(order).toEqual([1, 2, 1, 2]);
  });

  test('can take turns', async () => {
    const [first, second] = [await closing.responder(ZONE), await closing.responder(ZONE)];
    const resolver = closing.resolver([first.server, second.server], { rotate: true });
    for (let i = 0; i < 4; i++) await shown(resolver, 'a.example', 'A');
    expect([first.queries.length, second.queries.length]).toEqual([2, 2]);
  });

  test('a dead one costs its time once', async () => {
    const dead = await closing.responder('', { react: () => 'drop' });
    const { server } = await closing.responder(ZONE);
    const resolver = closing.resolver([dead.server, server], { timeoutMs: 150 });
    for (let i = 0; i < 6; i++) expect(await shown(resolver, 'a.example', 'A')).toBe('192.0.2.1');
    expect(dead.queries).toHaveLength(1);
  });
});
