import { expect, test } from '@jest/globals';

import { covers } from '../../src/config/covering-rule.js';
import { loadConfig, printProblems, type ConditionOption } from '../../src/config/index.js';
import { filesOf } from './files.js';

async function condition(when: string): Promise<ConditionOption> {
  const loaded = await loadConfig({ path: 'f', files: filesOf({ f: `rules: [{when: ${when}, then: {}}]` }) });
  if (!loaded.ok) throw new Error(printProblems(loaded.error));
  const [rule] = loaded.value.config.rules;
  if (rule === undefined) throw new Error('no rule');
  return rule.when;
}

test.each([
  ['{}', '{client: 192.0.2.1}', true],
  ['{client: 192.0.2.1}', '{}', false],
  ['{client: "2001:db8::/32"}', '{client: "2001:db8:1::/48"}', true],
  ['{client: 192.0.2.0/24}', '{client: [192.0.2.0/25, 192.0.3.1]}', false],
  ['{client: "!192.0.2.0/24"}', '{client: "!192.0.2.0/24"}', true],
  ['{client: "!192.0.2.0/25"}', '{client: "!192.0.2.0/24"}', true],
  ['{client: "!192.0.2.0/24"}', '{client: "!192.0.2.0/25"}', false],
  ['{sender: /a/}', '{sender: /a/}', true],
  ['{sender: /a/}', '{sender: a@b.example}', false],
  ['{sender: a@b.example}', '{sender: /a/}', false],
  ['{sender: A@B.example}', '{sender: a@b.example}', true],
  ['{sender: b.example}', '{sender: .b.example}', false],
  ['{sender: .example}', '{sender: [.b.example, b.example, a@c.example]}', true],
  ['{sender: .b.example}', '{sender: .b.example}', true],
  ['{sender: .b.example}', '{sender: b.example}', false],
  ['{sender: .b.example}', '{sender: ab.example}', false],
  ['{sender: a}', '{sender: a}', true],
  ['{sender: a}', '{sender: a.example}', false],
  ['{helo: [a.example, b.example]}', '{helo: b.example}', true],
  ['{listener: [x, y]}', '{listener: y}', true],
  ['{policy_context: x}', '{policy_context: y}', false],
  ['{authenticated: true}', '{authenticated: true, null_sender: false}', true],
  ['{authenticated: true}', '{authenticated: false}', false],
  ['{authenticated: true}', '{authenticated: true, macros: {j: any}}', true],
  ['{macros: {}}', '{macros: {j: any}}', true],
  ['{macros: {j: any}}', '{}', false],
  ['{macros: {j: any}}', '{macros: {j: any}}', false], // it is not looked into
])('whether %s covers %s: %s', async (wide, narrow, expected) => {
  expect(covers(await condition(wide), await condition(narrow), { left: 100 })).toBe(expected);
});

test('nothing is said when the comparing takes too long', async () => {
  const when = await condition('{sender: [a.example, b.example, c.example]}');
  expect(covers(when, when, { left: 6 })).toBe(true);
  expect(covers(when, when, { left: 5 })).toBe(false);
});
