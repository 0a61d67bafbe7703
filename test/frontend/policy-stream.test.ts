import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';

import { bytesOf, requestText } from '../support/policy-request.js';
import { byDomain, DUNNO, PREPEND, REJECT, Scene, type JudgeOne } from './scene.js';

describe('what a stream must survive (protocols §4.5)', () => {
  const good = requestText();
  test.each<{ name: string; stream: string; got: string; error?: string }>([
    { name: 'no `request`', stream: requestText({ request: null }), got: '', error: 'not-a-policy-request' },
    {
      name: 'another `request`',
      stream: requestText({ request: 'x' }),
      got: '',
      error: 'not-a-policy-request',
    },
    { name: 'nothing but `request`', stream: 'request=smtpd_access_policy\n\n', got: DUNNO },
    { name: 'no "="', stream: good.replace('\n', '\nfoo\n'), got: PREPEND },
    { name: 'a duplicate', stream: good.replace('\n\n', '\nsender=a@fail.example\n\n'), got: PREPEND },
    { name: 'NUL', stream: good.replace('\n\n', '\n\0=\0\nsender\0=x\n\n'), got: PREPEND },
    { name: 'CR', stream: requestText({ sender: 'a@fail.example\r' }), got: PREPEND },
    { name: 'CRLF', stream: good.replaceAll('\n', '\r\n'), got: '', error: 'crlf-line-ends' },
    {
      name: 'bad UTF-8',
      stream: requestText({ sender: '\xff\xfe@fail.example', helo_name: '\xc3' }),
      got: REJECT,
    },
    { name: 'LF LF at the start', stream: `\n\n${good}`, got: PREPEND },
    { name: 'half a request', stream: good.slice(0, -1), got: '' },
    { name: 'a request and half', stream: good + good.slice(0, -1), got: PREPEND },
    { name: 'an endless line', stream: `sender=${'x'.repeat(10_000)}`, got: '', error: 'line-too-long' },
    {
      name: 'more than 64 KiB',
      stream: good.replace('\n\n', `\n${`x=${'y'.repeat(8000)}\n`.repeat(9)}\n`),
      got: '',
      error: 'request-too-large',
    },
    {
      name: 'more than 1000 attributes',
      stream: good.replace('\n\n', `\n${'x=y\n'.repeat(1000)}\n`),
      got: '',
      error: 'too-many-attributes',
    },
    {
      name: 'a good request, then nonsense',
      stream: `${good}request=\n${good}`,
      got: PREPEND,
      error: 'not-a',
    },
  ])('$name', ({ stream, got, error }) => {
    // An octet at a time, where that does not take for ever.
    for (const size of stream.length > 5000 ? [Infinity, 1000, 37] : [Infinity, 1, 7]) {
      const scene = new Scene();
      const peer = scene.connect();
      for (let at = 0; at < stream.length && !peer.isClosed; at += size) {
        void peer.conversation.receive(bytesOf(stream.slice(at, at + size)));
      }
      expect(peer.got).toBe(got);
      expect(peer.isClosed).toBe(error !== undefined);
      const errors = scene.events.filter((event) => event.kind === 'protocol-error');
      expect(errors).toHaveLength(error === undefined ? 0 : 1);
      if (error !== undefined) expect(errors[0]?.why).toContain(error);
      peer.conversation.end(true);
    }
  });

  test('nothing is answered after a protocol error', () => {
    const scene = new Scene();
    const peer = scene.connect();
    void peer.conversation.receive(bytesOf('request=x\n'));
    void peer.conversation.receive(bytesOf(good));
    expect(peer.got).toBe('');
    expect(scene.asked).toHaveLength(0);
  });

  test('several requests in one read have their replies in one write', () => {
    const peer = new Scene().connect();
    const requests = [
      requestText({ instance: 'a' }),
      requestText({ instance: 'b', sender: 'a@fail.example' }),
      requestText({ protocol_state: 'VRFY' }),
      requestText({ instance: 'a', recipient: 'two' }),
    ];
    void peer.conversation.receive(bytesOf(requests.join('')));
    expect(peer.writes).toEqual([PREPEND + REJECT + DUNNO + DUNNO]);
  });

  test('any chunking gives the same replies', async () => {
    const piece = fc.oneof(
      { weight: 5, arbitrary: fc.constantFrom('i1', 'i2', '').map((instance) => requestText({ instance })) },
      fc.constantFrom('DATA', 'MAIL', 'VRFY').map((protocol_state) => requestText({ protocol_state })),
      fc.constantFrom('a@fail.example', 'a@temp.example', '').map((sender) => requestText({ sender })),
      fc.constantFrom('\n', 'x\n', 'sender=\0\n', '=\n', '\r\n', 'request=y\n', `${'z'.repeat(9000)}\n`),
    );
    const judges: JudgeOne[] = [byDomain, (transaction) => Promise.resolve(byDomain(transaction))];
    const replies = async (judge: JudgeOne, bytes: Uint8Array, cuts: readonly number[]): Promise<string> => {
      const peer = new Scene(judge).connect();
      const ends = [...cuts.filter((cut) => cut < bytes.length), bytes.length].sort((a, b) => a - b);
      let start = 0;
      for (const end of ends) {
        await peer.conversation.receive(bytes.subarray(start, end));
        start = end;
      }
      return `${peer.got}${peer.isClosed ? 'closed' : ''}`;
    };
    await fc.assert(
      fc.asyncProperty(
        fc.array(piece, { maxLength: 8 }),
        fc.array(fc.nat(2500), { maxLength: 10 }),
        fc.constantFrom(...judges),
        async (pieces, cuts, judge) => {
          const bytes = bytesOf(pieces.join(''));
          const whole = await replies(byDomain, bytes, []);
          expect(await replies(judge, bytes, cuts)).toBe(whole);
          expect(whole).toMatch(/^(?:action=[\x20-\x7e]+\n\n)*(?:closed)?$/);
        },
      ),
      { numRuns: 150 },
    );
    const stream = bytesOf(requestText() + requestText({ sender: 'a@fail.example', instance: 'x' }));
    const octets = Array.from(stream, (_, at) => at + 1);
    expect(await replies(byDomain, stream, octets)).toBe(PREPEND + REJECT);
  });
});
