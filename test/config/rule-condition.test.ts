import { expect, test } from '@jest/globals';

import { printNetwork, type Network } from '../../src/net/index.js';
import type { ConditionOption } from '../../src/config/index.js';
import type { AddressPattern } from '../../src/smtp/index.js';
import { reading, silentReading } from './reading.js';

const rule = (when: string): string => `rules: [{when: ${when}, then: {skip: true}}]`;

const LISTENER = 'listen: {policy: {tcp: 127.0.0.1:1, name: inbound}}';

/** A condition in few words, without what is null. */
function shownCondition(when: ConditionOption): Record<string, unknown> {
  const shown = Object.entries(when).flatMap(([key, part]: [string, unknown]) =>
    part === null ? [] : [[key, JSON.parse(JSON.stringify(part, replacer)) as unknown] as const],
  );
  return Object.fromEntries(shown);
}

function replacer(_: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (value instanceof Map) return Object.fromEntries(value);
  if (value instanceof Set) return [...value];
  if ('prefix' in value) return printNetwork(value as Network);
  if (!('kind' in value)) return value;
  const pattern = value as AddressPattern;
  return pattern.kind === 'expression' ? String(pattern.expression) : Object.values(pattern).join(' ');
}

test.each([
  ['{}', {}],
  ['{client: 203.0.113.0/24}', { client: { any: ['203.0.113.0/24'], none: null } }],
  [
    '{client: [203.0.113.0/24, "!203.0.113.7", "! 192.0.2.1-192.0.2.2"]}',
    { client: { any: ['203.0.113.0/24'], none: ['203.0.113.7', '192.0.2.1', '192.0.2.2'] } },
  ],
  [
    '{client: "!private"}',
    { client: { any: null, none: expect.arrayContaining(['10.0.0.0/8', 'fc00::/7']) } },
  ],
  [
    '{sender: [bank.example, .bank.example, user@a.example, "/^x/", "!/y$/"]}',
    {
      sender: {
        any: ['domain bank.example', 'below bank.example', 'address user a.example', '/^x/i'],
        none: ['/y$/i'],
      },
    },
  ],
  [
    '{helo: [mx.example.net, "!.example.org"]}',
    { helo: { any: ['domain mx.example.net'], none: ['below example.org'] } },
  ],
  [
    '{recipient: [postmaster, abuse]}',
    { recipient: { any: ['local-part postmaster', 'local-part abuse'], none: null } },
  ],
  ['{listener: inbound}', { listener: { any: ['inbound'], none: null } }],
  [
    '{policy_context: ["!submission", smtp in]}',
    { policyContext: { any: ['smtp in'], none: ['submission'] } },
  ],
  ['{authenticated: true, null_sender: false}', { authenticated: true, nullSender: false }],
  [
    '{macros: {daemon_name: [ORIGINATING, in], "{auth_type}": any}}',
    {
      macros: { daemon_name: ['ORIGINATING', 'in'], auth_type: null },
    },
  ],
  ['{macros: {}}', {}],
  ['{sender: a.example, helo:}', { sender: { any: ['domain a.example'], none: null } }],
])('%s', async (when, expected) => {
  const [read] = (await silentReading(`${LISTENER}\n${rule(when)}`)).rules;
  expect(read && shownCondition(read.when)).toStrictEqual(expected);
});

test.each([
  ['{recipent: a}', '1:17  rules[0].when.recipent: unknown key; did you mean "recipient"?'],
  [
    '{colour: a}',
    '1:17  rules[0].when.colour: unknown key; a condition has: client, sender, helo, recipient, listener, policy_context, authenticated, null_sender, macros',
  ],
  [
    '[a.example]',
    '1:16  rules[0].when: expected keys, found a list; the keys are: client, sender, helo, recipient, listener, policy_context, authenticated, null_sender, macros',
  ],
  ['{client: [192.0.2.1, "!mx"]}', /^1:37 {2}rules\[0\]\.when\.client\[1\]: "mx" is not a network; /],
  ['{helo: /a/}', /^1:23 {2}rules\[0\]\.when\.helo: "\/a\/" is not a domain; /],
  ['{helo: localhost}', /^1:23 {2}rules\[0\]\.when\.helo: "localhost" is not a domain; /],
  ['{sender: "!"}', /^1:25 {2}rules\[0\]\.when\.sender: "" is not an address or a domain; /],
  ['{sender: "/(/"}', '1:25  rules[0].when.sender: "/(/" is not a regular expression: Unterminated group'],
  ['{sender: []}', '1:25  rules[0].when.sender: a list of nothing never fits; leave it out, or name a value'],
  ['{recipient: {a: b}}', '1:28  rules[0].when.recipient: expected an address or a domain, found keys'],
  [
    '{listener: In}',
    '1:27  rules[0].when.listener: "In" is not the name of a listener; 1 to 32 of a-z, 0-9, _ and -',
  ],
  [
    '{policy_context: "a\\nb"}',
    '1:33  rules[0].when.policy_context: "a\\nb" is not a policy_context; example: submission',
  ],
  [
    '{macros: daemon_name}',
    '1:25  rules[0].when.macros: expected macros with their values, found a value; example: {daemon_name: [ORIGINATING], auth_type: any}',
  ],
  ['{macros: {j: []}}', '1:29  rules[0].when.macros.j: 0 values; 1 to 100 values, or "any"'],
  ['{authenticated: maybe}', '1:32  rules[0].when.authenticated: "maybe" is neither true nor false'],
])('not %s', async (when, expected) => {
  const { config, lines } = await reading(rule(when));
  expect(config).toBeNull();
  expect(lines).toStrictEqual([typeof expected === 'string' ? expected : expect.stringMatching(expected)]);
});

test('every problem is named', async () => {
  const { lines } = await reading(rule('{client: x, sender: "a b", helo: [y], null_sender: z, nobody: 1}'));
  expect(lines.map((line) => line.split(' ', 3).join(' '))).toStrictEqual([
    '1:25  rules[0].when.client:',
    '1:36  rules[0].when.sender:',
    '1:50  rules[0].when.helo[0]:',
    '1:67  rules[0].when.null_sender:',
    '1:70  rules[0].when.nobody:',
  ]);
});

test('a value that is put right is noted', async () => {
  const { config, lines } = await reading(rule('{client: "!192.0.2.7/24"}'));
  expect(config?.rules[0]?.when.client?.none?.map(printNetwork)).toStrictEqual(['192.0.2.0/24']);
  expect(lines).toStrictEqual([
    '1:25  warning: rules[0].when.client: "192.0.2.7/24" is taken as 192.0.2.0/24',
  ]);
});
