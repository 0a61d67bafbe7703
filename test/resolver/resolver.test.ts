import { createSocket } from 'node:dgram';

import { afterEach, describe, expect, test } from '@jest/globals';

import type { Answer, RecordType } from '../../src/dns/index.js';
import { zoneLookup } from '../../src/resolver/index.js';
import { systemClock } from '../../src/util/index.js';
import { latin1, QR, RD, type Query } from '../support/dns-message.js';
import { readSuite } from '../support/suite.js';
import { ask, Closing, forged, IMPATIENT, shown, ZONE, zoneOf } from './asking.js';

const closing = new Closing();
afterEach(() => closing.close());

describe('answers of a server', () => {
  test.each<[name: string, type: RecordType, answer: unknown]>([
    ['a.example', 'A', { kind: 'records', records: [{ family: 4 }], ttl: 77 }],
    ['A.Example', 'AAAA', { kind: 'records', records: [{ family: 6 }] }],
    ['a.example', 'MX', { kind: 'records', records: [{ preference: 10, exchange: 'mx.example' }] }],
    ['a.example', 'TXT', { kind: 'records', records: ['v=spf1 -all', '\x96'] }],
    ['a+b=c~%@:, .example', 'TXT', { kind: 'records', records: ['odd'] }],
    ['1.2.0.192.in-addr.arpa', 'PTR', { kind: 'records', records: ['a.example'] }],
    ['alias.example', 'A', { kind: 'records', records: [{ family: 4 }] }],
    ['alias.example', 'PTR', { kind: 'void', why: 'nodata', ttl: 77 }],
    ['loop.example', 'A', { kind: 'void', why: 'nodata' }],
    ['a.example', 'PTR', { kind: 'void', why: 'nodata', ttl: 77 }],
    ['example', 'A', { kind: 'void', why: 'nodata' }],
    ['b.example', 'A', { kind: 'void', why: 'nxdomain', ttl: 77 }],
    ['down.example', 'A', { kind: 'failed', why: 'timeout' }],
    ['broken.example', 'A', { kind: 'failed', why: 'servfail' }],
    ['odd.example', 'A', { kind: 'failed', why: 'refused' }],
    ['odd.example', 'AAAA', { kind: 'failed', why: 'notimp' }],
    ['odd.example', 'MX', { kind: 'failed', why: 'formerr' }],
    ['big.example', 'TXT', { kind: 'records', records: ['x'.repeat(3000)] }],
  ])('%s %s', async (name, type, answer) => {
    const { server } = await closing.responder(ZONE, { ttl: 77 });
    const settings = name === 'down.example' ? IMPATIENT : {};
    expect(await ask(closing.resolver([server], settings), name, type)).toMatchObject(answer as object);
  });

  test('over IPv6', async () => {
    const { server } = await closing.responder(ZONE, { address: '::1' });
    expect(await shown(closing.resolver([server]), 'a.example', 'A')).toBe('192.0.2.1');
  });

  test('500 records', async () => {
    const records = Array.from({ length: 500 }, (_, i) => `  - A: 10.0.${i >> 8}.${i & 255}\n`);
    const { server, queries } = await closing.responder(`a.example:\n${records.join('')}`);
    const answer = await ask(closing.resolver([server]), 'a.example', 'A');
    expect(answer.kind === 'records' && answer.records.length).toBe(500);
    expect(queries.map(({ transport }) => transport)).toEqual(['udp', 'tcp']);
  });

  test.each([
    ['our own', zoneOf(ZONE)] as const,
    ...(readSuite() ?? []).map(({ description, zone }) => [description, zone] as const),
  ])('are those of the zone: %s', async (_what, zone) => {
    const { server } = await closing.responder(zone);
    const fromZone = zoneLookup(zone);
    const patient = closing.resolver([server]);
    const impatient = closing.resolver([server], IMPATIENT);
    const deadline = systemClock.now() + 10_000;
    const answers: unknown[] = [];
    const expected: Answer<unknown>[] = [];
    for (const { name } of zone.values()) {
      for (const type of ['A', 'AAAA', 'MX', 'PTR', 'TXT'] as const) {
        const answer = await fromZone(name, type, deadline);
        expected.push(answer);
        const isSilent = answer.kind === 'failed' && answer.why === 'timeout';
        answers.push((isSilent ? impatient : patient).lookup(name, type, deadline));
      }
    }
    expect(await Promise.all(answers)).toEqual(expected);
  });
});

const FORGERIES: readonly (readonly [what: string, forge: (query: Query) => Buffer, why: string])[] = [
  ['another id', (query) => forged(query, { id: query.id ^ 1 }), 'timeout'],
  ['a query', (query) => forged(query, { flags: RD }), 'malformed'],
  ['another opcode', (query) => forged(query, { flags: QR | 0x2000 }), 'malformed'],
  ['another name', (query) => forged(query, { questions: [{ name: 'b.example', type: 16 }] }), 'malformed'],
  ['another type', (query) => forged(query, { questions: [{ name: 'a.example', type: 1 }] }), 'malformed'],
  ['another class', (query) => forged(query, { questions: [{ ...query, class: 3 }] }), 'malformed'],
  ['no question', (query) => forged(query, { questions: [] }), 'malformed'],
  ['two questions', (query) => forged(query, { questions: [query, query] }), 'malformed'],
  ['half a message', (query) => forged(query).subarray(0, -3), 'malformed'],
  [
    'rubbish with the right id',
    (query) => Buffer.concat([forged(query).subarray(0, 2), latin1('rubbish')]),
    'malformed',
  ],
  ['one octet', () => Buffer.from([0]), 'timeout'],
  ['nothing', () => Buffer.alloc(0), 'timeout'],
  [
    'more than UDP is allowed to have',
    (query) => Buffer.concat([forged(query), Buffer.alloc(4096)]),
    'malformed',
  ],
];

describe('what is not the answer', () => {
  test.each(FORGERIES)('does not end the wait: %s', async (_what, forge) => {
    const server = await closing.sending((query, usual) => [...Array<Buffer>(20).fill(forge(query)), usual]);
    expect(await shown(closing.resolver([server]), 'a.example', 'TXT')).toBe('v=spf1 -all, \x96');
  });

  test.each(FORGERIES)('is a failure when nothing better comes: %s', async (_what, forge, why) => {
    const server = await closing.sending((query) => [forge(query)]);
    expect(await shown(closing.resolver([server], IMPATIENT), 'a.example', 'TXT')).toBe(`[${why}]`);
  });

  test('comes from another port', async () => {
    const other = await closing.responder(ZONE);
    const forger = createSocket('udp4');
    const { server } = await closing.responder(ZONE, {
      react: (query) => {
        forger.send(forged(query), query.port, '127.0.0.1');
        return 'drop';
      },
    });
    expect(
      await shown(closing.resolver([server, other.server], { timeoutMs: 300 }), 'a.example', 'TXT'),
    ).toBe('v=spf1 -all, \x96');
    forger.close();
  });

  test('is an answer to an earlier question', async () => {
    let late: Buffer | null = null;
    const server = await closing.sending((_query, usual) => {
      const messages = late === null ? [] : [late];
      late = usual;
      return messages;
    });
    const resolver = closing.resolver([server], IMPATIENT);
    expect(await shown(resolver, 'a.example', 'A')).toBe('[timeout]');
    expect(await shown(resolver, 'b.example', 'A')).toBe('[timeout]');
  });
});

describe('an alias whose target is not in the answer', () => {
  /** Only the first alias, without negative answer. */
  const open = (target: string) => (query: Query, usual: Buffer) =>
    query.name === 'a.example'
      ? [forged(query, { answers: [{ name: query.name, type: 5, ttl: 7, rdata: [{ name: target }] }] })]
      : [usual];

  test('is asked for', async () => {
    const server = await closing.sending(open('alias.example'));
    expect(await ask(closing.resolver([server]), 'a.example', 'PTR')).toMatchObject({
      kind: 'void',
      why: 'nodata',
      ttl: 0,
    });
    expect(await shown(closing.resolver([server]), 'a.example', 'TXT')).toBe('v=spf1 -all, \x96');
  });

  test('may have no data', async () => {
    const server = await closing.sending(open('1.2.0.192.in-addr.arpa'));
    expect(await shown(closing.resolver([server]), 'a.example', 'TXT')).toBe('nodata');
    expect(await shown(closing.resolver([server]), 'a.example', 'PTR')).toBe('a.example');
  });

  test('keeps the lower TTL', async () => {
    const { server } = await closing.responder(ZONE, {
      ttl: 50,
      react: (query, usual) => ({
        messages: usual === null ? [] : open('1.2.0.192.in-addr.arpa')(query, usual),
      }),
    });
    expect(await ask(closing.resolver([server]), 'a.example', 'PTR')).toMatchObject({
      records: ['a.example'],
      ttl: 7,
    });
  });

  test('is asked for once', async () => {
    const { server, queries } = await closing.responder(ZONE, {
      react: (query) => ({
        messages: [
          forged(query, { answers: [{ name: query.name, type: 5, rdata: [{ name: `x.${query.name}` }] }] }),
        ],
      }),
    });
    expect(await shown(closing.resolver([server]), 'a.example', 'A')).toBe('[malformed]');
    expect(queries.map(({ name }) => name)).toEqual(['a.example', 'x.a.example']);
  });

  test('may be the root', async () => {
    const server = await closing.sending(open(''));
    expect(await shown(closing.resolver([server]), 'a.example', 'A')).toBe('nodata');
  });
});
