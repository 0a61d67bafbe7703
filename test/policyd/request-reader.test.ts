import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';

import { RequestReader, type PolicyRequest, type RequestProblem } from '../../src/policyd/index.js';
import { bytesOf, requestText } from '../support/policy-request.js';

type Read = PolicyRequest | RequestProblem['code'];

/** All that comes of a stream, in chunks that end at `cuts`. */
function read(bytes: Uint8Array, cuts: readonly number[] = []): Read[] {
  const reader = new RequestReader();
  const found: Read[] = [];
  const ends = [...cuts.filter((cut) => cut < bytes.length), bytes.length].sort((a, b) => a - b);
  let start = 0;
  for (const end of ends) {
    reader.feed(bytes.subarray(start, end));
    start = end;
    for (let one = reader.next(); one !== null; one = reader.next()) {
      found.push(one.ok ? one.value : one.error.code);
      if (!one.ok) return found;
    }
  }
  return found;
}

function everywhere(bytes: Uint8Array): number[] {
  return Array.from(bytes, (_, at) => at + 1);
}

const REQUEST = 'request=smtpd_access_policy\n';
const NOTHING = {
  stage: null,
  clientAddress: '',
  heloName: '',
  sender: '',
  recipient: '',
  queueId: '',
  instance: '',
  isAuthenticated: false,
  policyContext: '',
};

const whole = requestText({ queue_id: '4ZxYz', sasl_username: 'user', policy_context: 'submission' });
const wholeRead = {
  stage: 'RCPT',
  clientAddress: '192.0.2.1',
  heloName: 'mail.example.org',
  sender: 'user@example.org',
  recipient: 'one@receiver.example',
  queueId: '4ZxYz',
  instance: '1a.2b.3c.0',
  isAuthenticated: true,
  policyContext: 'submission',
};

const streams: { name: string; text: string; found: unknown[] }[] = [
  { name: 'nothing', text: '', found: [] },
  { name: 'one request', text: whole, found: [wholeRead] },
  { name: 'three requests in one read', text: whole.repeat(3), found: [wholeRead, wholeRead, wholeRead] },
  { name: 'empty lines in front and between', text: `\n\n${whole}\n${whole}`, found: [wholeRead, wholeRead] },
  { name: 'half a request', text: `${whole}${REQUEST}sender=a`, found: [wholeRead] },
  { name: 'a request without its empty line', text: `${REQUEST}sender=a\n`, found: [] },
  {
    name: 'attributes in another order',
    text: `sender=a\n${REQUEST}\n`,
    found: [{ ...NOTHING, sender: 'a' }],
  },
  { name: 'unknown attributes', text: `${REQUEST}senders=x\nsende=x\nSENDER=x\n\n`, found: [NOTHING] },
  { name: 'a blank in a name', text: `${REQUEST}sender =x\n sender=x\n\n`, found: [NOTHING] },
  { name: 'a repeated name: the first', text: `${REQUEST}sender=\nsender=b\n\n`, found: [NOTHING] },
  { name: 'no "="', text: `${REQUEST}sender\nfoo\n\n`, found: [NOTHING] },
  { name: 'an empty name', text: `${REQUEST}=x\n\n`, found: [NOTHING] },
  { name: 'a "=" in a value', text: `${REQUEST}sender=a=b=\n\n`, found: [{ ...NOTHING, sender: 'a=b=' }] },
  { name: 'a NUL', text: `${REQUEST}sender=a\0b\nse\0nder=x\n\n`, found: [{ ...NOTHING, sender: 'a\0b' }] },
  { name: 'a CR in a value', text: `${REQUEST}sender=a\rb\r\n\n`, found: [{ ...NOTHING, sender: 'a\rb\r' }] },
  { name: 'bad UTF-8', text: `${REQUEST}sender=\xff\xc3\n\n`, found: [{ ...NOTHING, sender: '\xff\xc3' }] },
  { name: 'prototype names', text: `${REQUEST}__proto__=x\nconstructor=y\n\n`, found: [NOTHING] },
  { name: 'no `request`', text: 'sender=a\n\n', found: ['not-a-policy-request'] },
  { name: 'another `request`', text: `${whole}request=other\n`, found: [wholeRead, 'not-a-policy-request'] },
  { name: 'an empty `request`', text: 'request=\n', found: ['not-a-policy-request'] },
  { name: 'HTTP', text: 'GET / HTTP/1.1\r\nHost: a=b\r\n\n', found: ['not-a-policy-request'] },
  // Answering it would mean to take a CR out of every value; found at once, instead of a peer that waits.
  { name: 'CRLF', text: whole.replaceAll('\n', '\r\n'), found: ['crlf-line-ends'] },
  { name: 'an empty line of CRLF', text: `${REQUEST}\r\n`, found: [] },
];

const state = (name: string, stage: unknown): unknown[] => [name, stage];

describe('a stream of requests', () => {
  test.each(streams)('$name', ({ text, found }) => {
    const bytes = bytesOf(text);
    expect(read(bytes)).toEqual(found);
    expect(read(bytes, everywhere(bytes))).toEqual(found);
  });

  test.each([
    state('MAIL', 'MAIL'),
    state('RCPT', 'RCPT'),
    state('DATA', 'DATA'),
    ...['CONNECT', 'EHLO', 'HELO', 'VRFY', 'ETRN', 'END-OF-MESSAGE', 'rcpt', 'BURL', ''].map((name) =>
      state(name, null),
    ),
  ])('the stage of protocol_state=%s', (name, stage) => {
    expect(read(bytesOf(`${REQUEST}protocol_state=${String(name)}\n\n`))).toMatchObject([{ stage }]);
  });

  test('the same requests and problems wherever it is cut', () => {
    const odd = fc.constantFrom('\n', '\0', '=', '\r\n', 'sender', 'request=x\n', '\xff', 'a'.repeat(8100));
    const piece = fc.oneof(
      { weight: 3, arbitrary: fc.constantFrom(...streams.map((stream) => stream.text)) },
      odd,
    );
    fc.assert(
      fc.property(
        fc.array(piece, { maxLength: 8 }),
        fc.array(fc.nat(20_000), { maxLength: 12 }),
        (pieces, cuts) => {
          const bytes = bytesOf(pieces.join(''));
          expect(read(bytes, cuts)).toEqual(read(bytes));
        },
      ),
      { numRuns: 300 },
    );
  });

  test('no exception and at most one problem, whatever comes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 400 }), fc.array(fc.nat(400)), (noise, cuts) => {
        const bytes = Buffer.concat([bytesOf(REQUEST), noise]);
        const found = read(bytes, cuts);
        expect(found.filter((one) => typeof one === 'string').length).toBeLessThanOrEqual(1);
      }),
      { numRuns: 500 },
    );
  });
});

const filler = (octets: number): string => `x=${'y'.repeat(octets - 3)}\n`;
/** A request of so many octets, its last empty line not counted. */
const requestOf = (octets: number): string => {
  let rest = octets - REQUEST.length;
  let lines = '';
  for (; rest > 9000; rest -= 4000) lines += filler(4000);
  return `${REQUEST}${lines}${filler(rest / 2)}${filler(rest / 2)}`;
};

describe('limits', () => {
  test.each([
    { name: '8 KiB a line', text: `${REQUEST}${filler(8193)}\n`, found: [NOTHING] },
    { name: 'a longer line', text: `${REQUEST}${filler(8194)}\n`, found: ['line-too-long'] },
    { name: 'a line that does not end', text: 'x'.repeat(8193), found: ['line-too-long'] },
    { name: '64 KiB a request', text: `${requestOf(65_535 - 1)}\n`, found: [NOTHING] },
    { name: 'one octet more', text: `${requestOf(65_536)}\n`, found: ['request-too-large'] },
    { name: 'a request that does not end', text: requestOf(80_000), found: ['request-too-large'] },
    { name: 'two of 64 KiB', text: `${requestOf(65_534)}\n`.repeat(2), found: [NOTHING, NOTHING] },
    { name: '1000 attributes', text: `${REQUEST}${'a=\n'.repeat(999)}\n`, found: [NOTHING] },
    { name: '1001 attributes', text: `${REQUEST}${'a=\n'.repeat(1000)}\n`, found: ['too-many-attributes'] },
    {
      name: '1001 lines without "="',
      text: `${REQUEST}${'a\n'.repeat(1000)}`,
      found: ['too-many-attributes'],
    },
    { name: 'any number of empty lines', text: '\n'.repeat(100_000), found: [] },
  ])('$name', ({ text, found }) => {
    const bytes = bytesOf(text);
    expect(read(bytes)).toEqual(found);
    expect(read(bytes, [1, 100, 8191, 8192, 8193, 40_000, 65_535, 65_536, 65_537])).toEqual(found);
  });

  test('a problem tells the line and stays', () => {
    const reader = new RequestReader();
    reader.feed(bytesOf(`${REQUEST}sender=a\n${'x'.repeat(9000)}`));
    const problem = { ok: false, error: { code: 'line-too-long', line: 3 } };
    expect(reader.next()).toEqual(problem);
    reader.feed(bytesOf(whole));
    expect(reader.next()).toEqual(problem);
    expect(reader.isMidRequest).toBe(false);
  });
});

test.each([
  { after: '', isMidRequest: false },
  { after: '\n\n', isMidRequest: false },
  { after: 'r', isMidRequest: true },
  { after: REQUEST, isMidRequest: true },
  { after: whole, isMidRequest: false },
  { after: `${whole}\n`, isMidRequest: false },
  { after: `${whole}request=`, isMidRequest: true },
])('in the middle of a request after $after: $isMidRequest', ({ after, isMidRequest }) => {
  const reader = new RequestReader();
  reader.feed(bytesOf(after));
  while (reader.next() !== null);
  expect(reader.isMidRequest).toBe(isMidRequest);
});
