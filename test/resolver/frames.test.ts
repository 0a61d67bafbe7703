import { expect, test } from '@jest/globals';
import fc from 'fast-check';

import { Frames } from '../../src/resolver/frames.js';
import { framed } from '../support/dns-responder.js';
import { SEED } from '../support/seed.js';

/** The messages of a stream that comes in these chunks, and whether it may end there. */
function read(chunks: readonly Uint8Array[], goOn: () => boolean = () => true) {
  const frames = new Frames();
  const messages: string[] = [];
  for (const chunk of chunks) {
    frames.add(Buffer.from(chunk), (message) => {
      messages.push(message.toString('hex'));
      return goOn();
    });
  }
  return { messages, isBetween: frames.isBetween };
}

test('messages are the same in any chunking', () => {
  const message = fc.uint8Array({ maxLength: 600 });
  fc.assert(
    fc.property(fc.array(message, { maxLength: 8 }), fc.array(fc.nat(700)), (messages, lengths) => {
      const stream = Buffer.concat(messages.map((one) => framed(Buffer.from(one))));
      const chunks: Uint8Array[] = [];
      let at = 0;
      for (const length of lengths) {
        chunks.push(stream.subarray(at, at + length));
        at += length;
      }
      chunks.push(stream.subarray(at));
      const expected = messages.map((one) => Buffer.from(one).toString('hex'));
      expect(read(chunks)).toEqual({ messages: expected, isBetween: true });
    }),
    { seed: SEED },
  );
});

test.each([
  ['nothing', '', true],
  ['half a length', '00', false],
  ['a length', '0005', false],
  ['a part of a message', '0005aabb', false],
  ['a whole message', '0001aa', true],
  ['a length of nothing', '0000', true],
  ['the beginning of the next message', '0001aa00', false],
])('after %s the stream may or may not end', (_what, hex, isBetween) => {
  expect(read([Buffer.from(hex, 'hex')]).isBetween).toBe(isBetween);
});

test('the longest message may come octet by octet', () => {
  const stream = framed(Buffer.alloc(65_535, 7));
  const chunks = Array.from(stream, (octet) => Buffer.from([octet]));
  expect(read(chunks)).toEqual({ messages: ['07'.repeat(65_535)], isBetween: true });
});

test('nothing more is read when the reader has had enough', () => {
  const stream = Buffer.concat([framed(Buffer.from([1])), framed(Buffer.from([2]))]);
  expect(read([stream], () => false).messages).toEqual(['01']);
});
