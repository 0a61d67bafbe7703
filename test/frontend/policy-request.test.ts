import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';

import type { ReceivedSpfField } from '../../src/header/index.js';
import type { ReplyText } from '../../src/smtp/index.js';
import {
  accept,
  byDomain,
  DEFER,
  defer,
  DUNNO,
  PREPEND,
  REJECT,
  reject,
  Scene,
  smtp,
  verdict,
  type Attributes,
} from './scene.js';

describe('one request', () => {
  test.each<{ name: string; attributes: Attributes; reply: string; asks: number }>([
    { name: 'accepted', attributes: {}, reply: PREPEND, asks: 1 },
    { name: 'refused', attributes: { sender: 'a@fail.example' }, reply: REJECT, asks: 1 },
    { name: 'deferred', attributes: { sender: 'a@temp.example' }, reply: DEFER, asks: 1 },
    { name: 'at DATA', attributes: { protocol_state: 'DATA', recipient: '' }, reply: PREPEND, asks: 1 },
    { name: 'at MAIL', attributes: { protocol_state: 'MAIL', instance: '' }, reply: PREPEND, asks: 1 },
    ...['CONNECT', 'EHLO', 'HELO', 'VRFY', 'ETRN', 'END-OF-MESSAGE', 'XYZ', ''].map((protocol_state) => ({
      name: `nothing to judge at "${protocol_state}"`,
      attributes: { protocol_state, sender: 'a@fail.example' },
      reply: DUNNO,
      asks: 0,
    })),
    { name: 'no state', attributes: { protocol_state: null }, reply: DUNNO, asks: 0 },
    { name: 'a field at RCPT needs an instance', attributes: { instance: '' }, reply: DUNNO, asks: 1 },
    { name: 'as it does when absent', attributes: { instance: null }, reply: DUNNO, asks: 1 },
    {
      name: 'at DATA it does not',
      attributes: { instance: '', protocol_state: 'DATA' },
      reply: PREPEND,
      asks: 1,
    },
    {
      name: 'nor does a refusal',
      attributes: { instance: '', sender: 'a@fail.example' },
      reply: REJECT,
      asks: 1,
    },
  ])('$name', ({ attributes, reply, asks }) => {
    const scene = new Scene();
    expect(scene.connect().ask(attributes)).toBe(reply);
    expect(scene.asked).toHaveLength(asks);
    expect(scene.events).toHaveLength(asks);
  });

  test.each<{ name: string; attributes: Attributes; transaction: object }>([
    {
      name: 'all of it',
      attributes: {},
      transaction: {
        client: { family: 4 },
        helo: 'mail.example.org',
        sender: { kind: 'mailbox', localPart: 'user', domain: 'example.org' },
        authenticated: false,
        recipient: { kind: 'mailbox', localPart: 'one', domain: 'receiver.example' },
        protocol: 'policy',
        listener: 'inbound',
        policyContext: '',
      },
    },
    { name: 'no recipient', attributes: { recipient: '' }, transaction: { recipient: null } },
    {
      name: 'the context',
      attributes: { policy_context: 'submission' },
      transaction: { policyContext: 'submission' },
    },
    { name: 'the null sender', attributes: { sender: '' }, transaction: { sender: { kind: 'null' } } },
    { name: 'no sender', attributes: { sender: null }, transaction: { sender: { kind: 'null' } } },
    {
      name: 'the last "@"',
      attributes: { sender: 'a@b@c.example' },
      transaction: { sender: { localPart: 'a@b', domain: 'c.example' } },
    },
    { name: 'no HELO', attributes: { helo_name: null }, transaction: { helo: '' } },
    { name: 'IPv6', attributes: { client_address: '2001:db8::1' }, transaction: { client: { family: 6 } } },
    {
      name: 'mapped',
      attributes: { client_address: '::ffff:192.0.2.1' },
      transaction: { client: { family: 4 } },
    },
    { name: 'client unknown', attributes: { client_address: 'unknown' }, transaction: { client: null } },
    { name: 'client nonsense', attributes: { client_address: '1.2.3' }, transaction: { client: null } },
    { name: 'client absent', attributes: { client_address: null }, transaction: { client: null } },
    { name: 'authenticated', attributes: { sasl_username: 'x' }, transaction: { authenticated: true } },
    {
      name: 'octets',
      attributes: { sender: '\xff\0@\xe4.example', helo_name: 'a\rb' },
      transaction: { helo: 'a\rb', sender: { localPart: '\xff\0', domain: '\xe4.example' } },
    },
  ])('as a transaction: $name', ({ attributes, transaction }) => {
    const scene = new Scene(byDomain, 'inbound');
    scene.connect().ask(attributes);
    expect(scene.asked).toHaveLength(1);
    expect(scene.asked[0]).toMatchObject(transaction);
  });

  test('is reported', () => {
    const scene = new Scene();
    scene.connect().ask({ queue_id: '4ZxYz', sender: 'a@fail.example' });
    expect(scene.events).toEqual([
      {
        kind: 'message-judged',
        frontend: 'policy',
        queueId: '4ZxYz',
        instance: '1a.2b.3c.0',
        client: '192.0.2.1',
        helo: 'mail.example.org',
        sender: 'a@fail.example',
        recipient: 'one@receiver.example',
        heloResult: 'none',
        mailFromResult: 'none',
        iprevResult: null,
        action: 'reject',
        why: 'because reject',
        rule: null,
        level: null,
        dryRun: false,
        durationMs: 0,
      },
    ]);
  });

  test.each([accept, reject, defer])('a verdict that is only noted lets through: $do', (decision) => {
    const scene = new Scene(() => verdict(decision, { dryRun: true }));
    expect(scene.connect().ask()).toBe(DUNNO);
    expect(scene.events).toMatchObject([{ action: decision.do, dryRun: true }]);
  });

  test('is reported with the level that the verdict has for it', () => {
    const scene = new Scene(() => verdict(accept, { logLevel: 'debug' }));
    scene.connect().ask();
    expect(scene.events).toMatchObject([{ kind: 'message-judged', level: 'debug' }]);
  });

  test('a skipped one has no results', () => {
    const scene = new Scene(() => verdict({ do: 'skip', why: 'network' }, { helo: null, mailFrom: null }));
    expect(scene.connect().ask()).toBe(DUNNO);
    expect(scene.events).toMatchObject([{ action: 'skip', heloResult: null, mailFromResult: null }]);
  });
});

test('whatever a verdict says, one line of printable ASCII and an empty one', () => {
  const text = fc.string({ unit: 'binary' });
  const decision = fc.oneof(
    text.map((field) => verdict(accept, { fields: [field as ReceivedSpfField] })),
    text.map((words) => verdict({ do: 'restrict', postfix: words }, { fields: [] })),
    text.map((words) => verdict({ do: 'hold', text: words as ReplyText })),
    text.map((words) => verdict({ ...reject, reply: smtp(550, '5.7.23', words) })),
    text.map((words) => verdict({ ...defer, reply: smtp(451, '4.7.24', words) })),
  );
  fc.assert(
    fc.property(decision, (any) => {
      expect(new Scene(() => any).connect().ask()).toMatch(/^action=[\x20-\x7e]+\n\n$/);
    }),
    { numRuns: 200 },
  );
});
