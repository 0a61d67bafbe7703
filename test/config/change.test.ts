import { expect, test } from '@jest/globals';

import {
  changedOptions,
  keepRestart,
  loadConfig,
  printProblems,
  type Config,
} from '../../src/config/index.js';
import { filesOf } from './files.js';

async function load(text: string): Promise<Config> {
  const loaded = await loadConfig({ path: 'f', files: filesOf({ f: text }) });
  if (!loaded.ok) throw new Error(printProblems(loaded.error));
  return loaded.value.config;
}

const RULE = 'rules: [{name: a, when: {client: 192.0.2.0/24, sender: /a/}, then: {skip: true}}]';

test.each([
  ['', '', [], []],
  ['', '# other words\nlog: {level: info}', [], []],
  ['skip: {networks: [192.0.2.1]}', 'skip:\n  networks: [192.0.2.1/32]', [], []],
  [RULE, RULE, [], []],
  ['', 'log: {level: debug}\nhostname: mx.example.net', ['hostname', 'log.level'], []],
  ['', 'skip: {senders: [a.example]}', ['skip.senders'], []],
  ['', RULE, ['rules'], []],
  [RULE, RULE.replace('/a/', '/b/'), ['rules'], []],
  [RULE, `limits: {terms: 9}\n${RULE}`, ['limits.terms'], []],
  [RULE, `listen: {policy: off}\n${RULE}`, [], ['listen.policy']],
  [
    '',
    'listen: {policy: 127.0.0.1:1}\ndry_run: true\nlog: {to: syslog}',
    ['dry_run'],
    ['listen.policy', 'log.to'],
  ],
])('from %j to %j', async (before, after, live, restart) => {
  const [first, second] = [await load(before), await load(after)];
  expect(changedOptions(first, second)).toStrictEqual({ live, restart });
  const kept = keepRestart(first, second);
  expect(changedOptions(first, kept)).toStrictEqual({ live, restart: [] });
  expect(changedOptions(kept, second)).toStrictEqual({ live: [], restart });
  expect(Object.isFrozen(kept)).toBe(true);
});
