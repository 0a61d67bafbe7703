import { describe, expect, test } from '@jest/globals';

import { bytesOf, requestText } from '../support/policy-request.js';
import {
  accept,
  DUNNO,
  judgeOf,
  PREPEND,
  REJECT,
  reject,
  Scene,
  smtp,
  verdict,
  Waiting,
  type JudgeOne,
} from './scene.js';

describe('while a verdict is being waited for', () => {
  test('requests of the same message wait for the same, wherever they come from', async () => {
    const waiting = new Waiting();
    const scene = new Scene(waiting.judge);
    const peers = [scene.connect(), scene.connect(), scene.connect()] as const;
    const [first, second, third] = peers;
    const pending = [
      first.conversation.receive(bytesOf(requestText())),
      second.conversation.receive(bytesOf(requestText({ recipient: 'two' }))),
      third.conversation.receive(bytesOf(requestText({ recipient: 'three' }))),
    ];
    expect(scene.asked).toHaveLength(1);
    waiting.answer(accept);
    for (const one of pending) await one;
    expect(peers.map((peer) => peer.got)).toEqual([PREPEND, DUNNO, DUNNO]);
    expect(second.ask({ recipient: 'four' })).toBe(DUNNO);
    expect(scene.judged).toEqual(['accept']);
  });

  test('requests of one connection are answered in order, and what is ready is sent', async () => {
    const waiting = new Waiting();
    const scene = new Scene(waiting.judge);
    const peer = scene.connect();
    const requests = [
      requestText({ protocol_state: 'VRFY' }),
      requestText({ instance: 'a' }),
      requestText({ protocol_state: 'VRFY' }),
      requestText({ instance: 'b' }),
      'request=smtpd_',
    ];
    const pending = peer.conversation.receive(bytesOf(requests.join('')));
    expect(peer.writes).toEqual([DUNNO]);
    expect(scene.asked).toHaveLength(1);
    waiting.answer(reject);
    await new Promise(setImmediate);
    expect(peer.got).toBe(DUNNO + REJECT + DUNNO);
    expect(scene.asked).toHaveLength(2);
    waiting.answer(accept);
    await pending;
    expect(peer.got).toBe(DUNNO + REJECT + DUNNO + PREPEND);
    expect(peer.conversation.isMidRequest).toBe(true);
  });

  test('a connection that broke is told nothing more', async () => {
    const waiting = new Waiting();
    const scene = new Scene(waiting.judge);
    const peer = scene.connect();
    const pending = peer.conversation.receive(bytesOf(requestText() + requestText({ instance: 'b' })));
    peer.conversation.end(false);
    waiting.answer(accept);
    await pending;
    expect(peer.got).toBe('');
    expect(scene.asked).toHaveLength(1);
  });

  test('how long it took is reported', async () => {
    const waiting = new Waiting();
    const scene = new Scene(waiting.judge);
    const pending = scene.connect().conversation.receive(bytesOf(requestText()));
    await scene.clock.advance(1500);
    waiting.answer(accept);
    await pending;
    expect(scene.events).toMatchObject([{ kind: 'message-judged', durationMs: 1500 }]);
  });
});

describe('a bug in the judge lets mail through', () => {
  const bug = new Error('bug');

  test.each<{ name: string; judge: JudgeOne }>([
    {
      name: 'thrown',
      judge: () => {
        throw bug;
      },
    },
    { name: 'rejected', judge: () => Promise.reject(bug) },
    {
      name: 'a reply that is none',
      judge: () => verdict({ do: 'reject', of: 'helo', reply: smtp(250, '5.7.23', 'ok') }),
    },
  ])('$name', async ({ judge }) => {
    let isBroken = true;
    const scene = new Scene((transaction) => (isBroken ? judge(transaction) : verdict(accept)));
    const peer = scene.connect();
    await peer.conversation.receive(bytesOf(requestText()));
    expect(peer.got).toBe(DUNNO);
    expect(scene.events).toMatchObject([{ kind: 'internal-error', where: 'policy conversation' }]);
    expect(peer.isClosed).toBe(false);
    isBroken = false;
    expect(peer.ask({ recipient: 'two' })).toBe(PREPEND);
  });

  test('and what is thrown need not be an error', async () => {
    const waiting = new Waiting();
    const scene = new Scene(waiting.judge);
    const peer = scene.connect();
    const pending = peer.conversation.receive(bytesOf(requestText()));
    waiting.fail('a text');
    await pending;
    expect(scene.events).toMatchObject([{ kind: 'internal-error', error: { message: 'a text' } }]);
  });

  test('or defers it, where the administrator wants that', async () => {
    const waiting = new Waiting();
    const scene = new Scene(judgeOf(waiting.judge, { onInternalError: 'defer' }));
    const peer = scene.connect();
    const pending = peer.conversation.receive(bytesOf(requestText()));
    waiting.fail(bug);
    await pending;
    expect(peer.got).toBe('action=DEFER_IF_PERMIT 4.3.0 SPF could not be checked. Please try again\n\n');
  });
});
