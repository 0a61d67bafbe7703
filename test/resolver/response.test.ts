import { describe, expect, test } from '@jest/globals';

import { queryName } from '../../src/dns/index.js';
import { readResponse } from '../../src/resolver/response.js';
import { decodeMessage } from '../../src/resolver/wire-decode.js';
import {
  AA,
  encodeMessage,
  optRecord,
  QR,
  RA,
  TC,
  textRdata,
  TYPES,
  words,
  type MessageParts,
  type ResourceRecord,
} from '../support/dns-message.js';

const QUESTION = { name: 'a.example', type: 16 };

function txt(name: string, text: string, ttl = 60): ResourceRecord {
  return { name, type: 16, ttl, rdata: [textRdata([text])] };
}

function cname(name: string, target: string, ttl = 60): ResourceRecord {
  return { name, type: 5, ttl, rdata: [{ name: target }] };
}

function soa(name: string, ttl: number, minimum: number): ResourceRecord {
  return {
    name,
    type: 6,
    ttl,
    rdata: [{ name: '' }, { name: '' }, words(0, 1, 0, 2, 0, 3, 0, 4, minimum >>> 16, minimum & 0xffff)],
  };
}

function ns(name: string): ResourceRecord {
  return { name, type: TYPES['NS'] ?? 0, rdata: [{ name: 'ns.example' }] };
}

/** What the message says about `a.example TXT`. */
function reading(parts: Partial<MessageParts>): unknown {
  const message = decodeMessage(encodeMessage({ id: 1, flags: QR, questions: [QUESTION], ...parts }));
  if (!message.ok) throw new Error(message.error.code);
  return readResponse(message.value, queryName('a.example'), 'TXT');
}

function records(texts: readonly string[], ttl = 60): unknown {
  return { kind: 'answered', answer: { kind: 'records', records: texts, ttl } };
}

function nothing(why: string, ttl: number): unknown {
  return { kind: 'answered', answer: { kind: 'void', why, ttl } };
}

describe('a stray message', () => {
  test.each<[what: string, parts: Partial<MessageParts>]>([
    ['a query', { flags: 0 }],
    ['another opcode', { flags: QR | 0x2000 }],
    ['no question', { questions: [] }],
    ['two questions', { questions: [QUESTION, QUESTION] }],
    ['another name', { questions: [{ name: 'b.example', type: 16 }] }],
    ['a name of the same letters', { questions: [{ name: 'aexample', type: 16 }] }],
    ['a name with the question at its end', { questions: [{ name: 'x.a.example', type: 16 }] }],
    ['another type', { questions: [{ name: 'a.example', type: 99 }] }],
    ['another class', { questions: [{ name: 'a.example', type: 16, class: 3 }] }],
    ['a failure that repeats no question', { flags: QR | 2, questions: [] }],
  ])('%s', (_what, parts) => {
    expect(reading({ answers: [txt('a.example', 'v=spf1 +all')], ...parts })).toEqual({ kind: 'stray' });
  });
});

describe('records', () => {
  test.each<[what: string, parts: Partial<MessageParts>, expected: unknown]>([
    ['one', { answers: [txt('a.example', 'x')] }, records(['x'])],
    [
      'two, in order, with the lower TTL',
      { answers: [txt('a.example', 'x', 9), txt('a.example', 'y', 5)] },
      records(['x', 'y'], 5),
    ],
    [
      'the name in another case',
      { questions: [{ name: 'A.eXample', type: 16 }], answers: [txt('A.EXAMPLE', 'x')] },
      records(['x']),
    ],
    [
      'beside another type',
      { answers: [cname('b.example', 'c.example'), txt('a.example', 'x')] },
      records(['x']),
    ],
    ['of another owner, not', { answers: [txt('b.example', 'x')] }, nothing('nodata', 5)],
    ['of another owner, beside', { answers: [txt('b.example', 'x'), txt('a.example', 'y')] }, records(['y'])],
    [
      'in other sections, not',
      { authority: [txt('a.example', 'x')], additional: [txt('a.example', 'x')] },
      nothing('nodata', 5),
    ],
  ])('%s', (_what, parts, expected) => {
    expect(reading(parts)).toEqual(expected);
  });
});

describe('aliases', () => {
  const chain = (links: number): ResourceRecord[] =>
    Array.from({ length: links }, (_, i) =>
      cname(i === 0 ? 'a.example' : `c${i}.example`, `c${i + 1}.example`),
    );

  test.each<[what: string, parts: Partial<MessageParts>, expected: unknown]>([
    ['one', { answers: [cname('a.example', 'b.example'), txt('b.example', 'x')] }, records(['x'])],
    ['in any order', { answers: [txt('b.example', 'x'), cname('a.example', 'b.example')] }, records(['x'])],
    ['in any case', { answers: [cname('a.example', 'B.example'), txt('b.Example', 'x')] }, records(['x'])],
    [
      'the lowest TTL of all',
      { answers: [cname('a.example', 'b.example', 7), txt('b.example', 'x', 9)] },
      records(['x'], 7),
    ],
    [
      'the lowest TTL of all, at the end of the chain',
      { answers: [cname('a.example', 'b.example', 9), txt('b.example', 'x', 7)] },
      records(['x'], 7),
    ],
    [
      'the lowest TTL of all, in the middle',
      {
        answers: [
          cname('a.example', 'b.example', 9),
          cname('b.example', 'c.example', 0),
          txt('c.example', 'x', 9),
        ],
      },
      records(['x'], 0),
    ],
    ['ten', { answers: [...chain(10), txt('c10.example', 'x')] }, records(['x'])],
    [
      'eleven',
      { answers: [...chain(11), txt('c11.example', 'x')] },
      { kind: 'refused', why: 'malformed', rcode: 0 },
    ],
    [
      'an owner beside the chain',
      { answers: [cname('a.example', 'b.example'), txt('c.example', 'x'), txt('b.example', 'y')] },
      records(['y']),
    ],
    [
      'a loop',
      { answers: [cname('a.example', 'b.example'), cname('b.example', 'A.example')] },
      nothing('nodata', 60),
    ],
    ['a loop of one', { answers: [cname('a.example', 'a.example')] }, nothing('nodata', 60)],
    [
      'an open end',
      { answers: [cname('a.example', 'b.example', 7)] },
      { kind: 'open', target: 'b.example', ttl: 7 },
    ],
    [
      'an end without the type',
      { answers: [cname('a.example', 'b.test', 50)], authority: [soa('test', 100, 40)] },
      nothing('nodata', 40),
    ],
    [
      'an open end with a negative answer for another zone',
      { answers: [cname('a.example', 'b.test')], authority: [soa('example', 100, 40)] },
      { kind: 'open', target: 'b.test', ttl: 60 },
    ],
    [
      'an end that does not exist (RFC 6604 §3)',
      { flags: QR | 3, answers: [cname('a.example', 'b.test', 3)], authority: [soa('test', 100, 40)] },
      nothing('nxdomain', 3),
    ],
  ])('%s', (_what, parts, expected) => {
    expect(reading(parts)).toEqual(expected);
  });
});

describe('no records', () => {
  test.each<[what: string, parts: Partial<MessageParts>, expected: unknown]>([
    ['no data, without SOA', {}, nothing('nodata', 5)],
    ['no data', { authority: [soa('example', 300, 90)] }, nothing('nodata', 90)],
    ['the TTL of the SOA if it is lower', { authority: [soa('example', 30, 90)] }, nothing('nodata', 30)],
    ['at most 15 minutes', { authority: [soa('example', 86_400, 86_400)] }, nothing('nodata', 900)],
    ['a SOA of the root', { authority: [soa('', 300, 90)] }, nothing('nodata', 90)],
    ['a SOA of another zone does not count', { authority: [soa('ample', 300, 90)] }, nothing('nodata', 5)],
    ['no such name', { flags: QR | 3, authority: [soa('example', 300, 90)] }, nothing('nxdomain', 90)],
    ['no such name, without SOA', { flags: QR | 3 }, nothing('nxdomain', 5)],
    [
      'no such name, and records',
      { flags: QR | 3, answers: [txt('a.example', 'x')] },
      nothing('nxdomain', 5),
    ],
    ['a referral', { authority: [ns('example')] }, { kind: 'refused', why: 'refused', rcode: 0 }],
    [
      'no referral: the server is responsible',
      { flags: QR | AA, authority: [ns('example')] },
      nothing('nodata', 5),
    ],
    [
      'no referral: the server has asked others',
      { flags: QR | RA, authority: [ns('example')] },
      nothing('nodata', 5),
    ],
    [
      'a truncated message, whatever is in it',
      { flags: QR | TC, answers: [txt('a.example', 'x')] },
      { kind: 'truncated' },
    ],
  ])('%s', (_what, parts, expected) => {
    expect(reading(parts)).toEqual(expected);
  });
});

describe('response codes', () => {
  test.each([
    [1, 'formerr'],
    [2, 'servfail'],
    [4, 'notimp'],
    [5, 'refused'],
    [6, 'other-rcode'],
    [9, 'other-rcode'],
    [15, 'other-rcode'],
  ])('%i is %s, even with records', (rcode, why) => {
    expect(reading({ flags: QR | rcode, answers: [txt('a.example', 'x')] })).toEqual({
      kind: 'refused',
      why,
      rcode,
    });
  });

  test('16, BADVERS, whose upper bits are in OPT', () => {
    expect(reading({ additional: [optRecord(512, 1)] })).toEqual({
      kind: 'refused',
      why: 'other-rcode',
      rcode: 16,
    });
  });

  test.each([
    [1, 'formerr'],
    [4, 'notimp'],
  ])('%i needs no question: a server may not have understood it', (rcode, why) => {
    expect(reading({ flags: QR | rcode, questions: [] })).toEqual({ kind: 'refused', why, rcode });
  });
});
