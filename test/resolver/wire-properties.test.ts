import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';

import {
  LABEL_DOT,
  isQueryable,
  nameKey,
  queryName,
  type QueryName,
  type RecordType,
} from '../../src/dns/index.js';
import { readResponse } from '../../src/resolver/response.js';
import { decodeMessage } from '../../src/resolver/wire-decode.js';
import { encodeQuery } from '../../src/resolver/wire-encode.js';
import {
  encodeMessage,
  optRecord,
  QR,
  textRdata,
  words,
  type ResourceRecord,
} from '../support/dns-message.js';
import { SEED } from '../support/seed.js';

const octet = fc.integer({ min: 0, max: 255 }).map((c) => (c === 0x2e ? LABEL_DOT : String.fromCharCode(c)));
const label = fc.string({ unit: octet, minLength: 1, maxLength: 12 });
const name: fc.Arbitrary<QueryName> = fc
  .array(label, { minLength: 1, maxLength: 6 })
  .map((labels) => queryName(labels.join('.')))
  .filter(isQueryable);
const text = fc.string({
  unit: fc.integer({ min: 0, max: 255 }).map((c) => String.fromCharCode(c)),
  maxLength: 300,
});
const ttl = fc.integer({ min: 0, max: 0x7fffffff });
const type = fc.constantFrom<RecordType>('A', 'AAAA', 'MX', 'PTR', 'TXT');

const record: fc.Arbitrary<ResourceRecord> = fc.oneof(
  fc.record({
    name,
    type: fc.constant(16),
    ttl,
    rdata: fc.array(text, { minLength: 1, maxLength: 3 }).map((texts) => [textRdata(texts)]),
  }),
  fc.record({ name, type: fc.constantFrom(5, 12), ttl, rdata: name.map((target) => [{ name: target }]) }),
  fc.record({ name, type: fc.constant(15), ttl, rdata: name.map((target) => [words(10), { name: target }]) }),
  fc.record({
    name,
    type: fc.constant(1),
    ttl,
    rdata: fc.uint8Array({ minLength: 4, maxLength: 4 }).map((a) => [Buffer.from(a)]),
  }),
  fc.record({
    name,
    type: fc.constant(28),
    ttl,
    rdata: fc.uint8Array({ minLength: 16, maxLength: 16 }).map((a) => [Buffer.from(a)]),
  }),
);

const message = fc
  .record({
    name,
    type: fc.constantFrom(1, 12, 15, 16, 28),
    answers: fc.array(record, { maxLength: 8 }),
    compress: fc.boolean(),
  })
  .map(({ name: asked, type: askedType, answers, compress }) => ({
    answers,
    bytes: encodeMessage({
      id: 1,
      flags: QR,
      questions: [{ name: asked, type: askedType }],
      answers,
      additional: [optRecord(1232)],
      compress,
    }),
  }));

/** Reads a message as far as it can be read. */
function read(bytes: Buffer): boolean {
  const decoded = decodeMessage(bytes);
  if (decoded.ok) {
    readResponse(decoded.value, decoded.value.question?.name ?? queryName('a.example'), 'TXT');
  } else {
    expect(decoded.error.offset).toBeLessThanOrEqual(bytes.length);
  }
  return decoded.ok;
}

const RUNS = { numRuns: 2000, seed: SEED };

describe('any octets', () => {
  test('are a message or a problem', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        read(Buffer.from(bytes));
      }),
      RUNS,
    );
  });

  test('so are those behind a header with small counts', () => {
    const counts = fc.array(fc.integer({ min: 0, max: 3 }), { minLength: 4, maxLength: 4 });
    fc.assert(
      fc.property(counts, fc.uint8Array({ maxLength: 200 }), (words4, bytes) => {
        read(Buffer.concat([words(1, QR, ...words4), Buffer.from(bytes)]));
      }),
      RUNS,
    );
  });
});

describe('a message', () => {
  test('is read as it was written', () => {
    fc.assert(
      fc.property(message, ({ bytes, answers }) => {
        const decoded = decodeMessage(bytes);
        if (!decoded.ok) throw new Error(decoded.error.code);
        const keys = answers.map((answer) => [nameKey(queryName(answer.name)), answer.ttl]);
        expect(decoded.value.answers.map((answer) => [nameKey(answer.name), answer.ttl])).toEqual(keys);
      }),
      { numRuns: 500, seed: SEED },
    );
  });

  test('with one octet changed is a message or a problem', () => {
    fc.assert(
      fc.property(message, fc.nat(), fc.integer({ min: 0, max: 255 }), ({ bytes }, at, value) => {
        const changed = Buffer.from(bytes);
        changed[at % changed.length] = value;
        read(changed);
      }),
      RUNS,
    );
  });

  test('that is cut is a problem', () => {
    fc.assert(
      fc.property(message, fc.nat(), ({ bytes }, at) => {
        expect(read(bytes.subarray(0, at % bytes.length))).toBe(false);
      }),
      RUNS,
    );
  });
});

test('a query is read as it was written', () => {
  fc.assert(
    fc.property(name, type, fc.constantFrom(0, 1232), (asked, askedType, edns) => {
      const decoded = decodeMessage(encodeQuery(7, asked, askedType, edns));
      expect(decoded).toMatchObject({
        ok: true,
        value: { id: 7, questions: 1, question: { name: asked, class: 1 } },
      });
    }),
    { numRuns: 500, seed: SEED },
  );
});

describe('hostile messages are read in time proportional to their length', () => {
  const LENGTH = 65_535;
  const fill = (unit: Buffer): Buffer => Buffer.alloc(LENGTH - 12, unit);
  const headed = (answers: number, rest: Buffer): Buffer =>
    Buffer.concat([words(1, QR, 0, answers, 0, 0), rest]);
  const record11 = Buffer.from('0000630001000000000000', 'hex');
  const longName = Buffer.concat([
    Buffer.from([63, ...Array<number>(63).fill(97)]),
    Buffer.from([63, ...Array<number>(63).fill(97)]),
    Buffer.from([63, ...Array<number>(63).fill(97)]),
    Buffer.from([61, ...Array<number>(61).fill(97), 0]),
  ]);

  test.each([
    ['nothing but pointers', headed(65_535, fill(words(0xc00c)))],
    [
      'a chain of pointers',
      headed(
        65_535,
        Buffer.concat(Array.from({ length: 32_000 }, (_, i) => words(0xc00c + ((2 * i) % 0x3ff0)))),
      ),
    ],
    ['empty records', headed(65_535, fill(record11))],
    [
      'records whose owner is one long name',
      headed(
        65_535,
        Buffer.concat([
          longName,
          record11.subarray(1),
          fill(Buffer.from('c00c00630001000000000000', 'hex')),
        ]).subarray(0, LENGTH - 12),
      ),
    ],
    ['labels without an end', headed(1, fill(Buffer.from([1, 97])))],
    [
      'empty strings',
      headed(
        1,
        Buffer.concat([Buffer.from('00001000010000000000', 'hex'), words(65_000), Buffer.alloc(65_000)]),
      ),
    ],
  ])('%s', (_what, bytes) => {
    read(bytes); // the reader takes at most some hundred steps a record: a test for its ending, not for its time
  });
});
