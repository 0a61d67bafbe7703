/** Responses and their octets. */
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';

import {
  decodeResponse,
  encodeResponse,
  encodeResponses,
  isModification,
  PacketReader,
  type ReplyCode,
  type Response,
} from '../../src/milter/index.js';
import { replyText } from '../../src/smtp/index.js';
import { octetsOfText, type Octets } from '../../src/util/index.js';
import { SEED } from '../support/seed.js';

const bytesOf = (octets: string): Buffer => Buffer.from(octets, 'latin1');
const written = (response: unknown): string =>
  Buffer.from(encodeResponse(response as Response)).toString('latin1');

const rows: readonly (readonly [string, Record<string, unknown>])[] = [
  ['\0\0\0\x01c', { kind: 'continue' }],
  ['\0\0\0\x01a', { kind: 'accept' }],
  ['\0\0\0\x01r', { kind: 'reject' }],
  ['\0\0\0\x01t', { kind: 'tempfail' }],
  ['\0\0\0\x01d', { kind: 'discard' }],
  ['\0\0\0\x01s', { kind: 'skip' }],
  ['\0\0\0\x01p', { kind: 'progress' }],
  ['\0\0\0\x014', { kind: 'shutdown' }],
  ['\0\0\0\x01f', { kind: 'conn-fail' }],
  [
    '\0\0\0\x28y550 5.7.23 SPF validation failed 100%%\0',
    { kind: 'replycode', code: 550, status: '5.7.23', lines: ['SPF validation failed 100%'] },
  ],
  [
    '\0\0\0\x22y451-4.7.24 one\r\n451 4.7.24 two%%\0',
    { kind: 'replycode', code: 451, status: '4.7.24', lines: ['one', 'two%'] },
  ],
  [
    '\0\0\0\x2dy550-5.7.1 one\r\n550-5.7.1 two\r\n550 5.7.1 end\0',
    { kind: 'replycode', code: 550, status: '5.7.1', lines: ['one', 'two', 'end'] },
  ],
  ['\0\0\0\x0ay550 no%%\0', { kind: 'replycode', code: 550, status: null, lines: ['no%'] }],
  ['\0\0\0\x0cqSPF failed\0', { kind: 'quarantine', reason: 'SPF failed' }],
  ['\0\0\0\x0fhX-Milter\0seen\0', { kind: 'addheader', name: 'X-Milter', value: 'seen' }],
  ['\0\0\0\x13i\0\0\0\0X-Milter\0seen\0', { kind: 'insheader', index: 0, name: 'X-Milter', value: 'seen' }],
  [
    '\0\0\0\x13i\0\0\x01\x02X-Milter\0a\n b\0',
    { kind: 'insheader', index: 258, name: 'X-Milter', value: 'a\n b' },
  ],
  ['\0\0\0\x0fm\0\0\0\x02X-Milter\0\0', { kind: 'chgheader', index: 2, name: 'X-Milter', value: '' }],
  ['\0\0\0\x05ba\0b\n', { kind: 'replbody', octets: 'a\0b\n' }],
  ['\0\0\0\x07+<a@b>\0', { kind: 'addrcpt', address: '<a@b>' }],
  ['\0\0\0\x07-<a@b>\0', { kind: 'delrcpt', address: '<a@b>' }],
  ['\0\0\0\x072<a@b>\0', { kind: 'addrcpt-par', address: '<a@b>', parameters: '' }],
  ['\0\0\0\x142<a@b>\0NOTIFY=NEVER\0', { kind: 'addrcpt-par', address: '<a@b>', parameters: 'NOTIFY=NEVER' }],
  ['\0\0\0\x04e<>\0', { kind: 'chgfrom', address: '<>', parameters: '' }],
  ['\0\0\0\x0be<>\0SIZE=1\0', { kind: 'chgfrom', address: '<>', parameters: 'SIZE=1' }],
  [
    '\0\0\0\x0dO\0\0\0\x06\0\0\0\x01\0\0\x01\x70',
    { kind: 'optneg', version: 6, actions: 1, steps: 0x170, macros: {} },
  ],
  [
    // In the order of their numbers: that of the end of the headers is the last.
    '\0\0\0\x31O\0\0\0\x06\0\0\x01\x01\0\0\x01\x70' +
      '\0\0\0\0j {daemon_name}\0\0\0\0\x02\0\0\0\0\x05i\0\0\0\0\x06\0',
    {
      kind: 'optneg',
      version: 6,
      actions: 0x101,
      steps: 0x170,
      macros: { eoh: [], connect: ['j', '{daemon_name}'], eom: ['i'], mail: [] },
    },
  ],
];

test.each(rows)('%j is written and read', (octets, response) => {
  expect(written(response)).toBe(octets);
  const reader = new PacketReader(decodeResponse);
  reader.feed(bytesOf(octets));
  expect(reader.next()).toEqual({ ok: true, value: response });
  expect(reader.next()).toBeNull();
});

test('several are one write', () => {
  const bytes = encodeResponses([
    { kind: 'progress' },
    { kind: 'chgheader', index: 1, name: 'A' as Octets, value: '' as Octets },
    { kind: 'insheader', index: 0, name: 'A' as Octets, value: 'b' as Octets },
    { kind: 'continue' },
  ]);
  expect(Buffer.from(bytes).toString('latin1')).toBe(
    '\0\0\0\x01p\0\0\0\x08m\0\0\0\x01A\0\0\0\0\0\x09i\0\0\0\0A\0b\0\0\0\0\x01c',
  );
  expect(encodeResponses([]).length).toBe(0);
});

test.each(rows)('whether another response follows %j', (_octets, response) => {
  const ends = [
    'continue',
    'accept',
    'reject',
    'tempfail',
    'discard',
    'skip',
    'shutdown',
    'conn-fail',
    'replycode',
    'optneg',
  ];
  expect(isModification(response as unknown as Response)).toBe(!ends.includes(String(response['kind'])));
});

describe('nothing from outside gets out of its place', () => {
  test.each([
    // A header field within a value, a stray CR, the end of a string: RFC 5322 §2.2.3 for what folding is.
    ['a\nX-Evil: b', 'a?X-Evil: b'],
    ['a\r\n b', 'a?\n b'],
    ['a\n\tb\n c', 'a\n\tb\n c'],
    ['a\n', 'a?'],
    ['a\n\n b', 'a?\n b'],
    ['a\0b', 'a?b'],
    ['a\rb', 'a?b'],
  ])('the value %j is written as %j', (value, clean) => {
    const response = { kind: 'insheader', index: 0, name: 'N', value };
    expect(written(response).slice(9)).toBe(`N\0${clean}\0`);
    expect(written({ kind: 'addheader', name: 'N', value }).slice(5)).toBe(`N\0${clean}\0`);
  });

  test.each([
    [{ kind: 'addheader', name: 'N\n a\0b', value: 'v' }, 'hN? a?b\0v\0'],
    [{ kind: 'quarantine', reason: 'a\r\nb\0c' }, 'qa??b?c\0'],
    [{ kind: 'addrcpt', address: 'a\nb\0' }, '+a?b?\0'],
    [{ kind: 'chgfrom', address: '<>', parameters: 'a\nb' }, 'e<>\0a?b\0'],
  ])('%j', (response, packet) => {
    expect(written(response).slice(4)).toBe(packet);
  });

  test('the text of a refusal', () => {
    const lines = [replyText(octetsOfText('ü\r\n250 OK 100% %s\0'))];
    expect(written({ kind: 'replycode', code: 550, status: '5.7.23', lines }).slice(5)).toBe(
      '550 5.7.23 ????250 OK 100%% %%s?\0',
    );
  });

  test('a line of a refusal stays below 980 octets, however many percent signs', () => {
    const lines = [replyText('%'.repeat(1000))];
    expect(written({ kind: 'replycode', code: 550, status: '5.7.23', lines }).length).toBeLessThan(980);
  });
});

test.each([
  { code: 250, status: '5.7.1', lines: ['x'] },
  { code: 550.5, status: '5.7.1', lines: ['x'] },
  { code: 600, status: '5.7.1', lines: ['x'] },
  { code: 550, status: '4.7.1', lines: ['x'] },
  { code: 550, status: '5.7', lines: ['x'] },
  { code: 550, status: '5.7.1', lines: [] },
  { code: 550, status: '5.7.1', lines: ['1', '2', '3', '4'] },
])('a refusal that is none is a bug: %j', (reply) => {
  expect(() => written({ kind: 'replycode', ...reply })).toThrow();
});

test('a text that begins with a digit is not without a status, which it would be taken for', () => {
  const lines = [replyText('5 reasons')];
  const reply = { kind: 'replycode', code: 550, status: null, lines } as const;
  expect(written(reply).slice(5)).toBe('550 5.0.0 5 reasons\0');
});

test('a body goes out in pieces that every mail server takes', () => {
  const reader = new PacketReader(decodeResponse);
  reader.feed(encodeResponse({ kind: 'replbody', octets: 'x'.repeat(140_000) as Octets }));
  const lengths: number[] = [];
  for (let read = reader.next(); read !== null; read = reader.next()) {
    if (read.ok && read.value.kind === 'replbody') lengths.push(read.value.octets.length);
  }
  expect(lengths).toEqual([65_535, 65_535, 8_930]);
  expect(written({ kind: 'replbody', octets: '' })).toBe('\0\0\0\x01b');
});

test.each([
  ['X', 'unknown-response'],
  ['l', 'unknown-response'], // SMFIR_SETSYMLIST is no packet of its own
  ['O\0\0\0\x06', 'malformed-payload'],
  ['h', 'malformed-payload'],
  ['hname\0', 'malformed-payload'],
  ['hname\0value', 'malformed-payload'],
  ['i\0\0\0', 'malformed-payload'],
  ['i\0\0\0\0name', 'malformed-payload'],
  ['+a@b', 'malformed-payload'],
  ['q', 'malformed-payload'],
  ['e', 'malformed-payload'],
  // Refusals that mail servers throw away, or fail the session for.
  ['y', 'malformed-payload'],
  ['y550 5.7.1 x', 'malformed-payload'],
  ['y550 5.7.1 x\0y\0', 'malformed-payload'],
  ['y550 5.7.1 100%\0', 'malformed-payload'],
  ['y550 4.7.1 x\0', 'malformed-payload'],
  ['y250 2.0.0 x\0', 'malformed-payload'],
  ['y550 5x\0', 'malformed-payload'],
  ['y550\0', 'malformed-payload'],
  ['y550-5.7.1 x\0', 'malformed-payload'],
  ['y550 5.7.1 x\r\n550 5.7.1 y\0', 'malformed-payload'],
  ['y550-5.7.1 x\r\n551 5.7.1 y\0', 'malformed-payload'],
  ['y550-5.7.1 x\n550 5.7.1 y\0', 'malformed-payload'],
])('%j is refused', (packet, code) => {
  expect(decodeResponse(bytesOf(packet))).toMatchObject({ ok: false, error: { code } });
});

test('what is written is read as the same', () => {
  const octet = fc.integer({ min: 32, max: 255 }).map((code) => String.fromCharCode(code));
  const text = fc.string({ unit: octet, maxLength: 12 }).map((value) => value as Octets);
  const index = fc.nat(0xffffffff);
  const parts = fc.tuple(fc.nat(999), fc.nat(999));
  const response: fc.Arbitrary<Response> = fc.oneof(
    fc.record({
      kind: fc.constantFrom('continue' as const, 'accept' as const, 'reject' as const, 'progress' as const),
    }),
    fc
      .tuple(fc.integer({ min: 400, max: 599 }), parts, fc.array(fc.string(), { minLength: 1, maxLength: 3 }))
      .map(([code, [subject, detail], lines]): ReplyCode => ({
        kind: 'replycode',
        code,
        status: `${code < 500 ? 4 : 5}.${subject}.${detail}`,
        lines: lines.map(replyText),
      })),
    fc.record({ kind: fc.constant('addheader' as const), name: text, value: text }),
    fc.record({
      kind: fc.constantFrom('insheader' as const, 'chgheader' as const),
      index,
      name: text,
      value: text,
    }),
    fc.record({ kind: fc.constantFrom('addrcpt' as const, 'delrcpt' as const), address: text }),
    fc.record({
      kind: fc.constantFrom('addrcpt-par' as const, 'chgfrom' as const),
      address: text,
      parameters: text,
    }),
    fc.record({ kind: fc.constant('quarantine' as const), reason: text }),
    fc.record({ kind: fc.constant('replbody' as const), octets: text }),
  );
  fc.assert(
    fc.property(response, (one) => {
      expect(decodeResponse(encodeResponse(one).subarray(4))).toEqual({ ok: true, value: one });
    }),
    { seed: SEED, numRuns: 500 },
  );
});
