import { afterEach, describe, expect, test } from '@jest/globals';

import { encodeMessage, latin1, QR, TC, words, type Query } from '../support/dns-message.js';
import { framed, type DnsResponder, type Reaction } from '../support/dns-responder.js';
import { Closing, forged, IMPATIENT, shown, ZONE } from './asking.js';

const closing = new Closing();
afterEach(() => closing.close());

const TEXT = 'v=spf1 -all, \x96';

/** A server that truncates everything over UDP and does this over TCP. */
async function truncating(overTcp: (query: Query, usual: Buffer) => Reaction): Promise<DnsResponder> {
  return closing.responder(ZONE, {
    react: (query, usual): Reaction => {
      if (usual === null) return 'usual';
      if (query.transport === 'tcp') return overTcp(query, usual);
      return { messages: [forged(query, { flags: QR | TC })] };
    },
  });
}

describe('a truncated answer', () => {
  test('is asked for again over TCP, and what was in it is not used', async () => {
    const { server, queries } = await truncating(() => 'usual');
    expect(await shown(closing.resolver([server]), 'a.example', 'TXT')).toBe(TEXT);
    expect(queries.map(({ transport, edns }) => [transport, edns])).toEqual([
      ['udp', 1232],
      ['tcp', 1232],
    ]);
  });

  test('is malformed where TCP is off', async () => {
    const { server } = await truncating(() => 'usual');
    expect(await shown(closing.resolver([server], { tcp: false }), 'a.example', 'TXT')).toBe('[malformed]');
  });

  test('may be cut anywhere behind the question', async () => {
    const { server } = await closing.responder(ZONE, {
      react: (query, usual): Reaction => {
        if (query.transport === 'tcp' || usual === null) return 'usual';
        const cut = Buffer.from(usual.subarray(0, usual.length - 20));
        cut.writeUInt16BE(cut.readUInt16BE(2) | TC, 2);
        return { messages: [cut] };
      },
    });
    expect(await shown(closing.resolver([server]), 'a.example', 'TXT')).toBe(TEXT);
  });
});

describe('an answer over TCP', () => {
  test('may come octet by octet', async () => {
    const { server } = await truncating((_query, usual) => ({
      pieces: [...framed(usual)].map((octet) => Buffer.from([octet])),
    }));
    expect(await shown(closing.resolver([server]), 'a.example', 'TXT')).toBe(TEXT);
  });

  test('may have more behind it', async () => {
    const { server } = await truncating((_query, usual) => ({
      octets: Buffer.concat([framed(usual), latin1('rest')]),
    }));
    expect(await shown(closing.resolver([server]), 'a.example', 'TXT')).toBe(TEXT);
  });

  test('may be 65,535 octets long', async () => {
    const { server } = await truncating((_query, usual) => ({
      messages: [Buffer.concat([usual, Buffer.alloc(65_535 - usual.length)])],
    }));
    expect(await shown(closing.resolver([server]), 'a.example', 'TXT')).toBe(TEXT);
  });

  test.each<[what: string, reaction: (query: Query, usual: Buffer) => Reaction, why: string]>([
    ['nothing', () => 'drop', 'timeout'],
    ['a reset', () => 'reset', 'unreachable'],
    ['an end', () => 'end', 'unreachable'],
    ['half a length', () => ({ octets: Buffer.from([0]) }), 'malformed'],
    ['a length alone', (_query, usual) => ({ octets: words(usual.length) }), 'malformed'],
    ['half an answer', (_query, usual) => ({ octets: framed(usual).subarray(0, 20) }), 'malformed'],
    ['a length of 0', () => ({ octets: words(0) }), 'malformed'],
    ['a length of 1', () => ({ octets: Buffer.from([0, 1, 7]) }), 'malformed'],
    [
      'a message that cannot be read',
      (_query, usual) => ({ messages: [usual.subarray(0, -1)] }),
      'malformed',
    ],
    ['another id', (query) => ({ messages: [forged(query, { id: query.id ^ 1 })] }), 'malformed'],
    ['another question', (query) => ({ messages: [forged(query, { questions: [] })] }), 'malformed'],
    ['a truncated answer', (query) => ({ messages: [forged(query, { flags: QR | TC })] }), 'malformed'],
    ['SERVFAIL', (query) => ({ messages: [forged(query, { flags: QR | 2 })] }), 'servfail'],
  ])('is a failure, and the next server is asked: %s', async (_what, reaction, why) => {
    const settings = why === 'timeout' ? IMPATIENT : {};
    const first = await truncating(reaction);
    expect(await shown(closing.resolver([first.server], settings), 'a.example', 'TXT')).toBe(`[${why}]`);
    const second = await closing.responder(ZONE);
    expect(await shown(closing.resolver([first.server, second.server], settings), 'a.example', 'TXT')).toBe(
      TEXT,
    );
  });

  test('is FORMERR for EDNS, then right without', async () => {
    const { server, queries } = await truncating((query) =>
      query.edns === null ? 'usual' : { messages: [encodeMessage({ id: query.id, flags: QR | 1 })] },
    );
    expect(await shown(closing.resolver([server]), 'a.example', 'TXT')).toBe(TEXT);
    expect(queries.map(({ transport, edns }) => [transport, edns])).toEqual([
      ['udp', 1232],
      ['tcp', 1232],
      ['udp', null],
      ['tcp', null],
    ]);
  });

  test('is a failure when TCP is refused', async () => {
    const { server } = await closing.responder(ZONE, { tcp: false });
    expect(await shown(closing.resolver([server]), 'big.example', 'TXT')).toBe('[unreachable]');
  });
});
