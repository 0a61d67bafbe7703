import { describe, expect, test } from '@jest/globals';

import { LABEL_DOT, queryName, type RecordType } from '../../src/dns/index.js';
import { decodeMessage } from '../../src/resolver/wire-decode.js';
import { encodeQuery, encodeStreamQuery } from '../../src/resolver/wire-encode.js';
import {
  encodeMessage,
  latin1,
  optRecord,
  QR,
  TC,
  textRdata,
  TYPES,
  words,
  type MessageParts,
  type RdataPart,
} from '../support/dns-message.js';

const NAME = 'a.example';
/** 253 characters: 255 octets on the wire. */
const LONGEST = `${'a'.repeat(63)}.`.repeat(3) + 'a'.repeat(61);

function longName(length: number): string {
  return LONGEST.slice(0, 64) + 'b'.repeat(length - 64);
}

describe('a query', () => {
  test.each<[name: string, type: RecordType, edns: number, hex: string]>([
    ['a.example', 'TXT', 0, 'abcd 0100 0001 0000 0000 0000 0161 076578616d706c65 00 0010 0001'],
    ['b', 'A', 1232, 'abcd 0100 0001 0000 0000 0001 0162 00 0001 0001 00 0029 04d0 00000000 0000'],
    ['b', 'AAAA', 512, 'abcd 0100 0001 0000 0000 0001 0162 00 001c 0001 00 0029 0200 00000000 0000'],
    ['A+b=c~%@:,', 'MX', 0, 'abcd 0100 0001 0000 0000 0000 0a 412b623d637e25403a2c 00 000f 0001'],
    ['\0\xff', 'PTR', 0, 'abcd 0100 0001 0000 0000 0000 02 00ff 00 000c 0001'],
    [`x${LABEL_DOT}y.z`, 'A', 0, 'abcd 0100 0001 0000 0000 0000 03782e79 017a 00 0001 0001'],
  ])('for %j %s, EDNS %i', (name, type, edns, hex) => {
    expect(encodeQuery(0xabcd, queryName(name), type, edns).toString('hex')).toBe(hex.replaceAll(' ', ''));
  });

  test.each([
    ['without EDNS is not padded', 'b', 0, 128, 19],
    ['is padded with an option', 'b', 1232, 128, 128],
    ['that just leaves room for the option has an empty one', longName(95), 1232, 128, 128],
    ['may need the next block for it', longName(96), 1232, 128, 256],
    ['is not padded over plain TCP', 'b', 1232, 0, 30],
    ['may have the longest name', LONGEST, 1232, 128, 384],
  ])('for a stream %s', (_what, name, edns, block, length) => {
    const query = encodeStreamQuery(1, queryName(name), 'TXT', edns, block);
    expect([query.readUInt16BE(0), query.length]).toEqual([length, length + 2]);
    const plain = encodeQuery(1, queryName(name), 'TXT', edns);
    const padding = length - plain.length;
    if (padding === 0) {
      expect(query.subarray(2)).toEqual(plain);
      return;
    }
    // RFC 7830 §3: option 12, and nothing but zeros.
    const option = Buffer.concat([words(12, padding - 4), Buffer.alloc(padding - 4)]);
    const padded = Buffer.concat([plain.subarray(0, -2), words(padding), option]);
    expect(query.subarray(2)).toEqual(padded);
    expect(decodeMessage(padded)).toMatchObject({ ok: true, value: { id: 1 } });
  });

  test.each([
    ['an empty label', 'a..b'],
    ['a label of 64 octets', `${'a'.repeat(64)}.b`],
    ['254 octets', `${LONGEST}a`],
  ])('for %s is a bug', (_what, name) => {
    expect(() => encodeQuery(1, queryName(name), 'A', 0)).toThrow(/octets/);
  });
});

/** A response to `a.example` with one record. */
function response(type: string, rdata: readonly RdataPart[], more: Partial<MessageParts> = {}): Buffer {
  return encodeMessage({
    id: 1,
    flags: QR,
    questions: [{ name: NAME, type: 16 }],
    answers: [{ name: NAME, type: TYPES[type] ?? 0, ttl: 60, rdata }],
    ...more,
  });
}

const SOA_NUMBERS = words(0, 1, 0, 2, 0, 3, 0, 4, 0, 90);

describe('reads', () => {
  test.each<[what: string, message: Buffer, answers: unknown]>([
    [
      'A',
      response('A', [Buffer.from([192, 0, 2, 1])]),
      [{ type: 'A', data: { family: 4, head: 0xc0000201 } }],
    ],
    ['AAAA', response('AAAA', [Buffer.alloc(16, 0x20)]), [{ type: 'AAAA', data: { family: 6 } }]],
    [
      'MX',
      response('MX', [words(10), { name: 'mx.example' }]),
      [{ data: { preference: 10, exchange: 'mx.example' } }],
    ],
    ['a null MX', response('MX', [words(0), { name: '' }]), [{ data: { preference: 0, exchange: '' } }]],
    ['PTR', response('PTR', [{ name: 'b.a.example' }]), [{ type: 'PTR', data: 'b.a.example' }]],
    ['CNAME', response('CNAME', [{ name: 'b.a.example' }]), [{ type: 'CNAME', data: 'b.a.example' }]],
    [
      'TXT',
      response('TXT', [textRdata(['v=spf1', '', ' -all'])]),
      [{ type: 'TXT', data: 'v=spf1 -all', ttl: 60 }],
    ],
    ['TXT of no strings', response('TXT', []), [{ type: 'TXT', data: '' }]],
    ['TXT of any octets', response('TXT', [textRdata(['\0\x96\xff'])]), [{ data: '\0\x96\xff' }]],
    ['unknown types, without them', response('TYPE99', []), []],
    [
      'other classes, without them',
      response('', [], { answers: [{ name: NAME, type: 16, class: 3, rdata: [textRdata(['x'])] }] }),
      [],
    ],
    [
      'a TTL with the top bit set, as 0 (RFC 2181 §8)',
      response('', [], { answers: [{ name: NAME, type: 16, ttl: 0x80000000, rdata: [textRdata(['x'])] }] }),
      [{ ttl: 0 }],
    ],
    [
      'octets after the message',
      Buffer.concat([response('TXT', [textRdata(['x'])]), latin1('rest')]),
      [{ data: 'x' }],
    ],
    [
      'a name in full',
      response('PTR', [{ name: 'B.A.example' }], { compress: false }),
      [{ name: NAME, data: 'B.A.example' }],
    ],
    [
      'a dot inside of a label',
      response('PTR', [{ name: `x${LABEL_DOT}y.example` }]),
      [{ data: `x${LABEL_DOT}y.example` }],
    ],
    ['a name of 255 octets', response('PTR', [{ name: LONGEST }]), [{ data: LONGEST }]],
    ['no more of a truncated message', response('A', [latin1('not an address')], { flags: QR | TC }), []],
  ])('%s', (_what, bytes, answers) => {
    const message = decodeMessage(bytes);
    expect(message).toMatchObject({
      ok: true,
      value: { id: 1, questions: 1, question: { name: NAME, type: 16, class: 1 } },
    });
    expect(message.ok && message.value.answers).toMatchObject(answers as object);
  });

  test('SOA and NS of the authority section', () => {
    const bytes = response('', [], {
      answers: [],
      authority: [
        { name: 'example', type: 2, rdata: [{ name: 'ns.example' }] },
        {
          name: 'example',
          type: 6,
          ttl: 300,
          rdata: [{ name: 'ns.example' }, { name: 'x.example' }, SOA_NUMBERS],
        },
      ],
    });
    expect(decodeMessage(bytes)).toMatchObject({
      ok: true,
      value: { soa: { name: 'example', ttl: 300, data: { minimum: 90 } }, hasNs: true },
    });
  });

  test('the upper bits of the response code from OPT', () => {
    const bytes = response('', [], { answers: [], additional: [optRecord(1232, 1)] });
    expect(decodeMessage(bytes)).toMatchObject({ ok: true, value: { rcode: 16 } });
  });

  test('500 records', () => {
    const answers = Array.from({ length: 500 }, (_, i) => ({
      name: NAME,
      type: 16,
      rdata: [textRdata([`text ${i}`])],
    }));
    const message = decodeMessage(response('', [], { answers }));
    expect(message.ok && message.value.answers.map(({ data }) => data)).toEqual(
      answers.map((_, i) => `text ${i}`),
    );
  });
});

/** The response to `a.example TXT` up to where its only record begins. */
const HEAD = encodeMessage({ id: 1, flags: QR, questions: [{ name: NAME, type: 16 }] });
const RECORD_AT = HEAD.length;

/** A message of one record given as hex: owner, type, class, TTL, length, data. */
function withRecord(hex: string, section: 'answers' | 'authority' | 'additional' = 'answers'): Buffer {
  const bytes = Buffer.concat([HEAD, Buffer.from(hex.replaceAll(' ', ''), 'hex')]);
  bytes.writeUInt16BE(1, { answers: 6, authority: 8, additional: 10 }[section]);
  return bytes;
}

describe('refuses', () => {
  test.each<[what: string, message: Buffer, code: string]>([
    ['nothing', Buffer.alloc(0), 'short'],
    ['half a header', HEAD.subarray(0, 11), 'short'],
    ['half a question', HEAD.subarray(0, HEAD.length - 1), 'short'],
    ['a record that is not there', withRecord(''), 'short'],
    [
      '65,535 records that are not there',
      Buffer.concat([HEAD.subarray(0, 6), words(0xffff), HEAD.subarray(8)]),
      'short',
    ],
    ['half a record', withRecord('c00c 0010 0001 0000'), 'short'],
    ['data beyond the end', withRecord('c00c 0010 0001 00000000 0003 0141'), 'short'],
    ['half a pointer', withRecord('c0'), 'short'],
    ['a label beyond the end', withRecord('0a 6161'), 'short'],
    ['a label without an end', withRecord('0161'), 'short'],
    ['a label type of 01', withRecord('41 00 0010 0001 00000000 0000'), 'label'],
    ['a label type of 10', withRecord('80 00 0010 0001 00000000 0000'), 'label'],
    ['a pointer to itself', withRecord(`c0${RECORD_AT.toString(16)} 0010 0001 00000000 0000`), 'pointer'],
    [
      'a pointer into its own labels',
      withRecord(`0161 c0${RECORD_AT.toString(16)} 0010 0001 00000000 0000`),
      'pointer',
    ],
    ['a pointer ahead', withRecord('c0ff 0010 0001 00000000 0000'), 'pointer'],
    ['a pointer into the header', withRecord('c000 0010 0001 00000000 0000'), 'pointer'],
    ['A of 3 octets', withRecord('c00c 0001 0001 00000000 0003 c00002'), 'rdata'],
    ['A of 5 octets', withRecord('c00c 0001 0001 00000000 0005 c000020101'), 'rdata'],
    ['AAAA of 4 octets', withRecord('c00c 001c 0001 00000000 0004 c0000201'), 'rdata'],
    ['MX of 2 octets', withRecord('c00c 000f 0001 00000000 0002 000a'), 'rdata'],
    ['MX with more behind', withRecord('c00c 000f 0001 00000000 0005 000a c00c 00'), 'rdata'],
    ['MX whose name ends behind it', withRecord('c00c 000f 0001 00000000 0003 000a 01 61 00'), 'rdata'],
    ['PTR with more behind', withRecord('c00c 000c 0001 00000000 0003 c00c 00'), 'rdata'],
    ['CNAME of nothing', withRecord('c00c 0005 0001 00000000 0000 00'), 'rdata'],
    ['TXT whose string ends behind it', withRecord('c00c 0010 0001 00000000 0002 02 61 61'), 'rdata'],
    ['TXT with half a string behind', withRecord('c00c 0010 0001 00000000 0003 01 61 01 61'), 'rdata'],
    [
      'SOA without all its numbers',
      withRecord('c00c 0006 0001 00000000 0015 00 00' + '00'.repeat(19), 'authority'),
      'rdata',
    ],
    ['a bad name in the authority section', withRecord('ff', 'authority'), 'short'],
    [
      'a bad name in the additional section',
      withRecord('40 00 0001 0001 00000000 0000', 'additional'),
      'label',
    ],
    ['OPT with an owner', withRecord('c00c 0029 04d0 00000000 0000', 'additional'), 'opt'],
    ['OPT with half an option', withRecord('00 0029 04d0 00000000 0005 0003 0002 61', 'additional'), 'rdata'],
    ['two OPT', response('TXT', [], { additional: [optRecord(512), optRecord(512)] }), 'opt'],
    ['a name of 256 octets', response('PTR', [{ name: `${LONGEST}a` }]), 'name'],
    [
      'a name that becomes too long by its pointer',
      response('', [], {
        questions: [{ name: LONGEST, type: 16 }],
        answers: [{ name: `b.${LONGEST}`, type: 16, rdata: [textRdata(['x'])] }],
      }),
      'name',
    ],
  ])('%s', (_what, bytes, code) => {
    expect(decodeMessage(bytes)).toMatchObject({ ok: false, error: { code } });
  });

  test.each([
    { jumps: 16, ok: true },
    { jumps: 17, ok: false },
  ])('a name of $jumps pointers: $ok', ({ jumps, ok }) => {
    // The data of a first record is a name and pointers, each to the one before; the owner of a second
    // record points to the last of them.
    const chainAt = RECORD_AT + 11;
    const pointers = Array.from(
      { length: jumps - 1 },
      (_, i) => 0xc000 + chainAt + (i === 0 ? 0 : 1 + 2 * i),
    );
    const chain = Buffer.concat([Buffer.from([1, 0x61, 0]), words(...pointers)]);
    const bytes = Buffer.concat([
      HEAD,
      Buffer.from('0000630001000000000000', 'hex'), // root, type 99, class IN
      chain,
      words(0xc000 + chainAt + chain.length - 2, 99, 1, 0, 0, 0),
    ]);
    bytes.writeUInt16BE(chain.length, chainAt - 2);
    bytes.writeUInt16BE(2, 6);
    expect(decodeMessage(bytes).ok).toBe(ok);
  });
});
