/** Commands and their octets. */
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';

import { decodeCommand, encodeCommand, PacketReader, type Command } from '../../src/milter/index.js';
import type { Octets } from '../../src/util/index.js';
import { SEED } from '../support/seed.js';

const bytesOf = (octets: string): Buffer => Buffer.from(octets, 'latin1');

const rows: readonly (readonly [string, Record<string, unknown>])[] = [
  [
    '\0\0\0\x0dO\0\0\0\x06\0\0\x01\xff\0\x1f\xff\xff',
    { kind: 'optneg', version: 6, actions: 0x1ff, steps: 0x1fffff },
  ],
  [
    '\0\0\0\x0dO\0\0\0\x06\x80\0\0\0\xf0\0\0\0', // numbers without a sign
    { kind: 'optneg', version: 6, actions: 0x80000000, steps: 0xf0000000 },
  ],
  [
    '\0\0\0\x21DCj\0mx.example.net\0{if_addr}\0::1\0',
    {
      kind: 'macro',
      command: 'C',
      macros: [
        { name: 'j', value: 'mx.example.net' },
        { name: '{if_addr}', value: '::1' },
      ],
    },
  ],
  ['\0\0\0\x02DH', { kind: 'macro', command: 'H', macros: [] }],
  ['\0\0\0\x05DMi\0\0', { kind: 'macro', command: 'M', macros: [{ name: 'i', value: '' }] }],
  [
    '\0\0\0\x1cC[192.0.2.10]\x004\x8a\xb5192.0.2.10\0',
    { kind: 'connect', hostName: '[192.0.2.10]', family: '4', port: 0x8ab5, address: '192.0.2.10' },
  ],
  [
    '\0\0\0\x1fCmx.example.org\x006\0\x192001:db8::1\0',
    { kind: 'connect', hostName: 'mx.example.org', family: '6', port: 25, address: '2001:db8::1' },
  ],
  [
    '\0\0\0\x18Clocalhost\0L\0\0/run/smtp\0',
    { kind: 'connect', hostName: 'localhost', family: 'L', port: 0, address: '/run/smtp' },
  ],
  ['\0\0\0\x0cClocalhost\0U', { kind: 'connect', hostName: 'localhost', family: 'U', port: 0, address: '' }],
  ['\0\0\0\x10Hclient.example\0', { kind: 'helo', name: 'client.example' }],
  ['\0\0\0\x0bHh\xe4l@lo<x>\0', { kind: 'helo', name: 'h\xe4l@lo<x>' }],
  ['\0\0\0\x02H\0', { kind: 'helo', name: '' }],
  [
    '\0\0\0\x24M<user@example.com>\0SIZE=1\0SMTPUTF8\0',
    { kind: 'mail', path: '<user@example.com>', parameters: ['SIZE=1', 'SMTPUTF8'] },
  ],
  ['\0\0\0\x04M<>\0', { kind: 'mail', path: '<>', parameters: [] }],
  ['\0\0\0\x02M\0', { kind: 'mail', path: '', parameters: [] }], // Postfix: a null sender, but not over SMTP
  [
    '\0\0\0\x1eR<a@example.net>\0NOTIFY=NEVER\0',
    { kind: 'rcpt', path: '<a@example.net>', parameters: ['NOTIFY=NEVER'] },
  ],
  ['\0\0\0\x01T', { kind: 'data' }],
  ['\0\0\0\x0eLSubject\0test\0', { kind: 'header', name: 'Subject', value: 'test' }],
  ['\0\0\0\x0dLX-Fold\0a\n\tb\0', { kind: 'header', name: 'X-Fold', value: 'a\n\tb' }],
  ['\0\0\0\x0aLX-Empty\0\0', { kind: 'header', name: 'X-Empty', value: '' }],
  ['\0\0\0\x01N', { kind: 'eoh' }],
  ['\0\0\0\x06Ba\0b\r\n', { kind: 'body', octets: 'a\0b\r\n' }],
  ['\0\0\0\x01B', { kind: 'body', octets: '' }],
  ['\0\0\0\x01E', { kind: 'bodyeob', octets: '' }],
  ['\0\0\0\x06Elast\n', { kind: 'bodyeob', octets: 'last\n' }],
  ['\0\0\0\x0aUSTARTTLS\0', { kind: 'unknown', line: 'STARTTLS' }],
  ['\0\0\0\x01A', { kind: 'abort' }],
  ['\0\0\0\x01Q', { kind: 'quit' }],
  ['\0\0\0\x01K', { kind: 'quit-nc' }],
];

test.each(rows)('%j is read and written', (octets, command) => {
  const reader = new PacketReader(decodeCommand);
  reader.feed(bytesOf(octets));
  expect(reader.next()).toEqual({ ok: true, value: command });
  expect(reader.next()).toBeNull();
  expect(Buffer.from(encodeCommand(command as Command)).toString('latin1')).toBe(octets);
});

describe('what is not as it should be is read all the same', () => {
  const connect = { kind: 'connect', hostName: 'x', family: '4', port: 0, address: '' };
  const pair = (name: string, value: string): unknown => ({ name, value });
  test.each<[string, unknown]>([
    ['Cx', { ...connect, family: 'U' }], // no NUL
    ['Cx\0', { ...connect, family: 'U' }], // no family
    ['C\0', { ...connect, hostName: '', family: 'U' }],
    ['Cx\x004', connect], // no port
    ['Cx\x004\0', connect], // half a port
    ['Cx\x004\0\x19', { ...connect, port: 25 }], // no address
    ['Cx\x004\0\x19192.0.2.1', { ...connect, port: 25, address: '192.0.2.1' }], // no NUL
    ['Cx\x004\0\x19192.0.2.1\0more\0', { ...connect, port: 25, address: '192.0.2.1' }],
    ['Cx\x004\0\x00unknown\0', { ...connect, address: 'unknown' }], // Postfix
    ['Cx\0Z\0\x19y\0', { ...connect, family: 'Z', port: 25, address: 'y' }],
    ['Cx\0Umore', { ...connect, family: 'U' }],
    ['Hx', { kind: 'helo', name: 'x' }],
    ['Hx\0y\0', { kind: 'helo', name: 'x' }],
    ['H\0\0\0', { kind: 'helo', name: '' }],
    ['M<a@b>', { kind: 'mail', path: '<a@b>', parameters: [] }],
    ['M<a@b>\0X', { kind: 'mail', path: '<a@b>', parameters: ['X'] }],
    ['M\0\0\0', { kind: 'mail', path: '', parameters: ['', ''] }],
    ['Lx', { kind: 'header', name: 'x', value: '' }],
    ['Lx\0', { kind: 'header', name: 'x', value: '' }],
    ['Lx\0y', { kind: 'header', name: 'x', value: 'y' }],
    ['Lx\0y\0z\0', { kind: 'header', name: 'x', value: 'y' }],
    ['L\0\0', { kind: 'header', name: '', value: '' }],
    ['Tmore', { kind: 'data' }],
    ['D', { kind: 'macro', command: '', macros: [] }],
    ['DMi', { kind: 'macro', command: 'M', macros: [] }],
    ['DMi\0', { kind: 'macro', command: 'M', macros: [] }],
    ['DMi\x001', { kind: 'macro', command: 'M', macros: [pair('i', '1')] }],
    ['DMi\x001\0{a}\0', { kind: 'macro', command: 'M', macros: [pair('i', '1')] }], // a name without a value
    ['DX\0\0', { kind: 'macro', command: 'X', macros: [pair('', '')] }],
    [`O${'\0\0\0\x06'.repeat(3)}more`, { kind: 'optneg', version: 6, actions: 6, steps: 6 }],
  ])('%j', (packet, command) => {
    expect(decodeCommand(bytesOf(packet))).toEqual({ ok: true, value: command });
  });

  test('256 macros and 256 parameters, and no more', () => {
    const macros = decodeCommand(bytesOf(`DM${'i\x001\0'.repeat(10_000)}`));
    expect(macros).toMatchObject({ ok: true, value: { kind: 'macro' } });
    expect(macros.ok && macros.value.kind === 'macro' ? macros.value.macros.length : 0).toBe(256);
    const mail = decodeCommand(bytesOf(`M<>\0${'\0'.repeat(60_000)}`));
    expect(mail.ok && mail.value.kind === 'mail' ? mail.value.parameters.length : 0).toBe(256);
  });
});

test.each([
  ['X', 'unknown-command', '0x58'],
  ['G', 'unknown-command', '0x47'],
  ['\0', 'unknown-command', '0x0'],
  ['S', 'unknown-command', '0x53'],
  ['c', 'unknown-command', '0x63'], // a response
  ['C', 'malformed-payload', 'SMFIC_CONNECT with 0 octets of data'],
  ['H', 'malformed-payload', 'SMFIC_HELO with 0 octets of data'],
  ['M', 'malformed-payload', 'SMFIC_MAIL with 0 octets of data'],
  ['R', 'malformed-payload', 'SMFIC_RCPT with 0 octets of data'],
  ['L', 'malformed-payload', 'SMFIC_HEADER with 0 octets of data'],
  ['U', 'malformed-payload', 'SMFIC_UNKNOWN with 0 octets of data'],
  ['O\0\0\0\x06\0\0\x01\xff\0\x1f\xff', 'malformed-payload', 'SMFIC_OPTNEG with 11 octets of data'],
])('%j is refused: %s', (packet, code, detail) => {
  expect(decodeCommand(bytesOf(packet))).toEqual({ ok: false, error: { code, detail } });
});

test('a NUL inside a text cannot make another one of it', () => {
  const command: Command = { kind: 'header', name: 'a\0b' as Octets, value: 'c\0d' as Octets };
  expect(Buffer.from(encodeCommand(command)).toString('latin1')).toBe('\0\0\0\x05La\0c\0');
});

test('what is written is read as the same', () => {
  const text = fc
    .array(fc.integer({ min: 1, max: 255 }), { maxLength: 12 })
    .map((codes) => String.fromCharCode(...codes) as Octets);
  const chunk = fc
    .uint8Array({ maxLength: 20 })
    .map((bytes) => Buffer.from(bytes).toString('latin1') as Octets);
  const word = fc.nat(0xffffffff);
  const family = fc.constantFrom('4', '6', 'L').map((letter) => letter as Octets);
  const path = { path: text, parameters: fc.array(text, { maxLength: 3 }) };
  const command: fc.Arbitrary<Command> = fc.oneof(
    fc.record({ kind: fc.constant('optneg' as const), version: word, actions: word, steps: word }),
    fc.record({
      kind: fc.constant('macro' as const),
      command: fc.constantFrom(...'CHMRTLNBEU'.split('')).map((letter) => letter as Octets),
      macros: fc.array(fc.record({ name: text, value: text }), { maxLength: 4 }),
    }),
    fc.record({
      kind: fc.constant('connect' as const),
      hostName: text,
      family,
      port: fc.nat(0xffff),
      address: text,
    }),
    fc.record({ kind: fc.constant('helo' as const), name: text }),
    fc.record({ kind: fc.constantFrom('mail' as const, 'rcpt' as const), ...path }),
    fc.record({ kind: fc.constant('header' as const), name: text, value: text }),
    fc.record({ kind: fc.constantFrom('body' as const, 'bodyeob' as const), octets: chunk }),
    fc.record({ kind: fc.constant('unknown' as const), line: text }),
    fc.record({ kind: fc.constantFrom('data' as const, 'eoh' as const) }),
    fc.record({ kind: fc.constantFrom('abort' as const, 'quit' as const, 'quit-nc' as const) }),
  );
  fc.assert(
    fc.property(command, (one) => {
      expect(decodeCommand(encodeCommand(one).subarray(4))).toEqual({ ok: true, value: one });
    }),
    { seed: SEED, numRuns: 500 },
  );
});
