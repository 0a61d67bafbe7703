import { describe, expect, test } from '@jest/globals';

import type { ReceivedSpfField } from '../../src/header/index.js';
import { replyText } from '../../src/smtp/index.js';
import type { Transaction, Verdict } from '../../src/verdict/index.js';
import { bytesOf, requestText } from '../support/policy-request.js';
import {
  accept,
  DEFER,
  DUNNO,
  FIELD,
  judgeOf,
  PREPEND,
  REJECT,
  reject,
  Scene,
  verdict,
  Waiting,
  type Attributes,
  type Peer,
} from './scene.js';

describe('requests of one message', () => {
  type Step = [connection: number, attributes: Attributes, reply: string];
  test.each<{ name: string; steps: Step[]; judged: string[] }>([
    {
      name: 'one field for two recipients',
      steps: [
        [1, {}, PREPEND],
        [1, { recipient: 'two', queue_id: '4ZxYz' }, DUNNO],
        [1, { protocol_state: 'DATA', recipient: '' }, DUNNO],
      ],
      judged: ['accept'],
    },
    {
      name: 'a refusal for each recipient',
      steps: [
        [1, { sender: 'a@fail.example' }, REJECT],
        [1, { sender: 'a@fail.example', recipient: 'two' }, REJECT],
        [1, { sender: 'a@fail.example', recipient: 'two' }, REJECT],
      ],
      judged: ['reject'],
    },
    {
      name: 'a deferral for each recipient',
      steps: [
        [1, { sender: 'a@temp.example' }, DEFER],
        [1, { sender: 'a@temp.example', recipient: 'two' }, DEFER],
      ],
      judged: ['defer'],
    },
    {
      name: 'the next message of the connection',
      steps: [
        [1, {}, PREPEND],
        [1, { instance: 'i2' }, PREPEND],
        [1, { instance: 'i2', recipient: 'two' }, DUNNO],
      ],
      judged: ['accept', 'accept'],
    },
    {
      name: 'each over a connection of its own',
      steps: [
        [1, {}, PREPEND],
        [2, { recipient: 'two' }, DUNNO],
        [3, { recipient: 'three' }, DUNNO],
      ],
      judged: ['accept'],
    },
    {
      name: 'one recipient, two restriction lists, two connections',
      steps: [
        [1, {}, PREPEND],
        [2, {}, DUNNO],
        [1, {}, DUNNO],
      ],
      judged: ['accept'],
    },
    {
      name: 'an instance that comes again with another sender',
      steps: [
        [1, {}, PREPEND],
        [2, { sender: 'a@fail.example' }, REJECT],
        [2, { sender: 'b@example.org' }, PREPEND],
        [1, {}, PREPEND],
      ],
      judged: ['accept', 'reject', 'accept', 'accept'],
    },
    {
      name: 'no instance: every request stands alone',
      steps: [
        [1, { instance: '', protocol_state: 'DATA' }, PREPEND],
        [1, { instance: '', protocol_state: 'DATA' }, PREPEND],
        [1, { instance: '', protocol_state: 'MAIL' }, PREPEND],
        [1, { instance: '', protocol_state: 'MAIL' }, PREPEND],
        [1, { instance: '' }, DUNNO],
      ],
      judged: ['accept', 'accept', 'accept', 'accept', 'accept'],
    },
    {
      name: 'asked at MAIL, where the instance is not made yet, and at RCPT',
      steps: [
        [1, { instance: '', protocol_state: 'MAIL', recipient: '' }, PREPEND],
        [1, {}, DUNNO],
        [1, { recipient: 'two' }, DUNNO],
        [1, { instance: '', protocol_state: 'MAIL', recipient: '' }, PREPEND],
        [1, { instance: 'i2' }, DUNNO],
      ],
      judged: ['accept', 'accept'],
    },
    {
      name: 'what was begun at MAIL serves one instance, with the same facts, on the same connection',
      steps: [
        [1, { instance: '', protocol_state: 'MAIL', recipient: '' }, PREPEND],
        [2, {}, PREPEND],
        [1, { instance: 'i2', sender: 'b@example.org' }, PREPEND],
        [1, { instance: 'i3' }, PREPEND],
      ],
      judged: ['accept', 'accept', 'accept', 'accept'],
    },
    {
      name: 'VRFY in between',
      steps: [
        [1, { instance: '', protocol_state: 'MAIL', recipient: '' }, PREPEND],
        [1, { instance: '', protocol_state: 'VRFY', sender: '' }, DUNNO],
        [1, {}, DUNNO],
      ],
      judged: ['accept'],
    },
  ])('$name', ({ steps, judged }) => {
    const scene = new Scene();
    const peers = new Map<number, Peer>();
    for (const [connection, attributes, reply] of steps) {
      const peer = peers.get(connection) ?? scene.connect();
      peers.set(connection, peer);
      expect(peer.ask(attributes)).toBe(reply);
    }
    expect(scene.judged).toEqual(judged);
  });

  test('are forgotten 30 minutes after the last', async () => {
    const scene = new Scene();
    const peer = scene.connect();
    expect(peer.ask()).toBe(PREPEND);
    await scene.clock.advance(29 * 60_000);
    expect(peer.ask({ recipient: 'two' })).toBe(DUNNO);
    await scene.clock.advance(31 * 60_000);
    expect(peer.ask({ recipient: 'three' })).toBe(PREPEND);
    expect(scene.judged).toHaveLength(2);
  });
});

describe('a reply that may be lost', () => {
  test('the connection broke after the field was sent: the same recipient gets it again', () => {
    const scene = new Scene();
    const first = scene.connect();
    expect(first.ask()).toBe(PREPEND);
    first.conversation.end(false);
    const second = scene.connect();
    expect(second.ask()).toBe(PREPEND);
    expect(second.ask({ recipient: 'two' })).toBe(DUNNO);
    expect(scene.judged).toEqual(['accept']);
  });

  test('it ended properly: read', () => {
    const scene = new Scene();
    const first = scene.connect();
    expect(first.ask()).toBe(PREPEND);
    first.conversation.end(true);
    expect(scene.connect().ask()).toBe(DUNNO);
  });

  test('it broke after the next request: read', () => {
    const scene = new Scene();
    const first = scene.connect();
    expect(first.ask()).toBe(PREPEND);
    expect(first.ask({ recipient: 'two' })).toBe(DUNNO);
    first.conversation.end(false);
    expect(scene.connect().ask()).toBe(DUNNO);
  });

  test('it broke before there was a reply: the field is still due, to anybody', async () => {
    const waiting = new Waiting();
    const scene = new Scene(waiting.judge);
    const [first, second] = [scene.connect(), scene.connect()];
    const one = first.conversation.receive(bytesOf(requestText()));
    first.conversation.end(false);
    const two = second.conversation.receive(bytesOf(requestText({ recipient: 'two' })));
    waiting.answer(accept);
    await Promise.all([one, two]);
    expect([first.got, second.got]).toEqual(['', PREPEND]);
    expect(scene.judged).toEqual(['accept']);
  });

  test('the peer had ended before there was a reply: sent, but perhaps to nobody', async () => {
    const waiting = new Waiting();
    const scene = new Scene(waiting.judge);
    const [first, second] = [scene.connect(), scene.connect()];
    const one = first.conversation.receive(bytesOf(requestText()));
    first.conversation.end(true);
    const two = second.conversation.receive(bytesOf(requestText()));
    waiting.answer(accept);
    await Promise.all([one, two]);
    expect([first.got, second.got]).toEqual([PREPEND, PREPEND]);
  });
});

describe('recipients that are judged apart', () => {
  const second = FIELD.replace('mailfrom', 'helo') as ReceivedSpfField;
  const HELD = 'action=HOLD SPF softfail\n\n';
  const NOTE = 'Received-SPF: none (not checked)' as ReceivedSpfField;
  const SECOND = `action=PREPEND ${second}\n\n`;
  const hold = { do: 'hold', text: replyText('SPF softfail') } as const;
  const byRecipient: Readonly<Record<string, Verdict>> = {
    all: verdict(accept, { fields: [FIELD, second] }),
    boss: verdict(reject),
    held: verdict(hold, { fields: [FIELD, second] }),
    own: verdict({ do: 'restrict', postfix: 'own_class' }, { fields: [FIELD] }),
    spared: verdict({ do: 'skip', why: 'recipient' }, { fields: [NOTE] }),
  };
  const kind = ({ recipient }: Transaction): string => {
    const name = recipient?.kind === 'mailbox' ? recipient.domain : 'all';
    return name in byRecipient ? name : 'all';
  };
  const judge = judgeOf((transaction) => byRecipient[kind(transaction)] ?? verdict(reject), {
    variantOf: kind,
    tellsRecipientsApart: true,
  });

  type Step = [recipient: string, reply: string];
  test.each<{ name: string; steps: Step[]; judged: string[] }>([
    {
      name: 'each has its own answer, and the message one field',
      steps: [
        ['boss', REJECT],
        ['a', PREPEND],
        ['boss', REJECT],
        ['spared', DUNNO],
        ['b', DUNNO],
      ],
      judged: ['reject', 'accept', 'skip'],
    },
    {
      name: 'a DATA request has the next field',
      steps: [
        ['a', PREPEND],
        ['b', DUNNO],
        ['DATA', SECOND],
        ['DATA', DUNNO],
      ],
      judged: ['accept'],
    },
    {
      name: 'and refuses nobody who was accepted before, but says then why they were not checked',
      steps: [
        ['spared', DUNNO],
        ['DATA', `action=PREPEND ${NOTE}\n\n`],
      ],
      judged: ['skip'],
    },
    {
      name: 'where one was checked, that is told, whoever came first',
      steps: [
        ['spared', DUNNO],
        ['a', PREPEND],
        ['spared', DUNNO],
        ['DATA', SECOND],
      ],
      judged: ['skip', 'accept'],
    },
    { name: 'nothing is said before a recipient is known', steps: [['MAIL', DUNNO]], judged: [] },
    {
      name: 'nor has it a field where all were refused',
      steps: [
        ['boss', REJECT],
        ['DATA', DUNNO],
      ],
      judged: ['reject'],
    },
    {
      name: 'what is held gets its field at DATA, an action being in the way before',
      steps: [
        ['held', HELD],
        ['held', HELD],
        ['DATA', PREPEND],
      ],
      judged: ['hold'],
    },
    {
      name: 'and so does what has an action of Postfix',
      steps: [
        ['own', 'action=own_class\n\n'],
        ['DATA', PREPEND],
      ],
      judged: ['restrict'],
    },
    {
      name: 'who asks at DATA alone has all of it there',
      steps: [
        ['DATA', PREPEND],
        ['DATA', SECOND],
        ['DATA', DUNNO],
      ],
      judged: ['accept'],
    },
  ])('$name', ({ steps, judged }) => {
    const scene = new Scene(judge);
    const peer = scene.connect();
    for (const [recipient, reply] of steps) {
      const isStage = recipient === 'DATA' || recipient === 'MAIL';
      const attributes = isStage ? { protocol_state: recipient, recipient: '' } : { recipient };
      expect(peer.ask(attributes)).toBe(reply);
    }
    expect(scene.judged).toEqual(judged);
  });

  test('answers are bounded, and the rest made anew', () => {
    const scene = new Scene(
      judgeOf(() => verdict(reject), { variantOf: (t) => JSON.stringify(t.recipient) }),
    );
    const peer = scene.connect();
    for (let i = 0; i < 30; i++) expect(peer.ask({ recipient: `r${i}` })).toBe(REJECT);
    expect(scene.asked).toHaveLength(30);
    for (let i = 0; i < 30; i++) expect(peer.ask({ recipient: `r${i}` })).toBe(REJECT);
    expect(scene.asked).toHaveLength(40);
  });
});

test('a message is judged to its end by the judge that it began with', () => {
  const scene = new Scene(judgeOf(() => verdict(reject), { variantOf: (t) => JSON.stringify(t.recipient) }));
  const peer = scene.connect();
  expect(peer.ask()).toBe(REJECT);
  scene.judge = judgeOf(() => verdict(accept));
  expect(peer.ask({ recipient: 'two' })).toBe(REJECT);
  expect(peer.ask({ recipient: 'two', instance: 'i2' })).toBe(PREPEND);
});
