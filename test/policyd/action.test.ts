import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';

import { policyReply, prependField, type Action } from '../../src/policyd/index.js';
import { replyText, type EnhancedStatus, type ReplyText, type SmtpReply } from '../../src/smtp/index.js';

function wire(action: Action): string {
  return Buffer.from(policyReply(action)).toString('latin1');
}

function reply(code: number, status: EnhancedStatus, text: string): SmtpReply {
  return { code, status, text: replyText(text) };
}

const spf = prependField('Received-SPF: pass (a) client-ip=192.0.2.1;');

describe('the octets of an action', () => {
  test.each<{ name: string; action: Action; octets: string }>([
    { name: 'no opinion', action: { do: 'dunno' }, octets: 'action=DUNNO\n\n' },
    {
      name: 'a field',
      action: { do: 'prepend', field: spf },
      octets: 'action=PREPEND Received-SPF: pass (a) client-ip=192.0.2.1;\n\n',
    },
    {
      name: 'a refusal',
      action: { do: 'reject', reply: reply(550, '5.7.23', 'not permitted') },
      octets: 'action=550 5.7.23 not permitted\n\n',
    },
    {
      name: 'a refusal for now, with a code of its own',
      action: { do: 'reject', reply: reply(451, '4.7.24', 'later') },
      octets: 'action=451 4.7.24 later\n\n',
    },
    {
      name: 'a refusal for now, as far as Postfix may decide',
      action: { do: 'defer', reply: reply(451, '4.7.24', 'later') },
      octets: 'action=DEFER_IF_PERMIT 4.7.24 later\n\n',
    },
    {
      name: 'a refusal whose status is left to Postfix',
      action: { do: 'reject', reply: { ...reply(550, '5.7.23', 'not permitted'), status: null } },
      octets: 'action=550 not permitted\n\n',
    },
    {
      name: 'the same for now',
      action: { do: 'defer', reply: { ...reply(451, '4.7.24', 'later'), status: null } },
      octets: 'action=DEFER_IF_PERMIT later\n\n',
    },
    {
      name: 'held',
      action: { do: 'hold', text: replyText('SPF softfail') },
      octets: 'action=HOLD SPF softfail\n\n',
    },
    {
      name: 'held, without a word',
      action: { do: 'hold', text: replyText('') },
      octets: 'action=HOLD\n\n',
    },
    {
      name: 'what the administrator wants',
      action: { do: 'restrict', postfix: 'permit_auth_destination' },
      octets: 'action=permit_auth_destination\n\n',
    },
    { name: 'nothing', action: { do: 'restrict', postfix: ' ' }, octets: 'action=DUNNO\n\n' },
    // Without a text Postfix 3.7 sends what is left of another reply.
    {
      name: 'a refusal without a text',
      action: { do: 'reject', reply: reply(550, '5.7.23', '  ') },
      octets: 'action=550 5.7.23 Refused by SPF\n\n',
    },
    // `%` and `$` mean nothing to Postfix.
    {
      name: 'signs that mean something elsewhere',
      action: { do: 'reject', reply: reply(550, '5.7.23', '100% $x %s') },
      octets: 'action=550 5.7.23 100% $x %s\n\n',
    },
    {
      name: 'a field that would be two lines',
      action: { do: 'prepend', field: prependField('X: a\n\naction=OK\r\n\0\xe4\u2028') },
      octets: 'action=PREPEND X: a??action=OK?????\n\n',
    },
  ])('$name', ({ action, octets }) => {
    expect(wire(action)).toBe(octets);
  });
});

describe('lengths', () => {
  test.each([997, 998, 999, 100_000])('a field of %d octets ends at 998', (octets) => {
    const field = prependField(`X: ${'y'.repeat(octets - 3)}`);
    expect(wire({ do: 'prepend', field })).toHaveLength('action=PREPEND \n\n'.length + Math.min(octets, 998));
  });

  // The type says that the text is bounded already; what goes out does not depend on it.
  test.each(['reject', 'defer'] as const)('a reply of 450 octets (%s)', (verb) => {
    const text = 'y'.repeat(2000) as ReplyText;
    const octets = wire({ do: verb, reply: { code: 450, status: '4.7.24', text } });
    expect(octets).toMatch(/^action=\S+ 4\.7\.24 y+\n\n$/);
    expect(octets.replace(/^action=\S+/, '450').trim()).toHaveLength(450);
  });
});

test.each([
  { code: 250, status: '5.7.23' },
  { code: 600, status: '5.7.23' },
  { code: 550.5, status: '5.7.23' },
  { code: NaN, status: '5.7.23' },
  { code: 550, status: '4.7.23' },
  { code: 450, status: '5.7.23' },
  { code: 550, status: '5.7.-1' },
  { code: 550, status: '5.7.1e21' },
] as { code: number; status: EnhancedStatus }[])(
  '$code $status is a bug and no reply',
  ({ code, status }) => {
    expect(() => policyReply({ do: 'reject', reply: reply(code, status, 'x') })).toThrow();
  },
);

test('whatever the texts, one line of printable ASCII and an empty one', () => {
  const text = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.string({ unit: fc.constantFrom('\n', '\r', '\0', 'a') }),
  );
  const action = fc.oneof(
    text.map((field): Action => ({ do: 'prepend', field: prependField(field) })),
    text.map((words): Action => ({ do: 'restrict', postfix: words })),
    text.map((words): Action => ({ do: 'hold', text: words as ReplyText })),
    fc.tuple(fc.constantFrom('reject' as const, 'defer' as const), text).map(([verb, words]): Action => ({
      do: verb,
      reply: { ...reply(550, '5.7.1', ''), text: words as ReplyText },
    })),
  );
  fc.assert(
    fc.property(action, (any) => {
      expect(wire(any)).toMatch(/^action=[\x20-\x7e]+\n\n$/);
    }),
    { numRuns: 500 },
  );
});
