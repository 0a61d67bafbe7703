/** What people type, and what YAML makes of it. */
import { expect, test } from '@jest/globals';

import { loadConfig, printProblems, type Config } from '../../src/config/index.js';
import { filesOf } from './files.js';

interface Trap {
  readonly text: string;
  /** All that is told; nothing where it is understood. */
  readonly told?: string;
  readonly value?: Partial<Record<keyof Config, unknown>>;
}

const STAR = 'begins with a star, which YAML takes for an alias';

test.each<Trap>([
  {
    text: 'skip:\n  senders:\n    - @example.com',
    told: '3:7  plain value cannot start with reserved character @; write example.com, without the @, or put the value in quotes',
  },
  {
    text: 'skip:\n  senders:\n    - *.example.com',
    told: `3:7  skip.senders[0]: "*.example.com" ${STAR}; write it without the star, as ".example.com", or in quotes`,
  },
  {
    text: 'skip:\n  networks:\n    - 2001:db8::',
    told: '3:7  skip.networks[0]: expected a network, found a key; put an address that ends in a colon in quotes: "2001:db8::"',
  },
  { text: 'skip:\n  networks: [::1, 127.0.0.0/8, 2001:db8::/32]' },
  { text: 'skip:\n  networks:\n    - ::1' },
  {
    text: 'replies:\n  fail:\n    text: %{o} says',
    told: '3:11  plain value cannot start with directive indicator character %; put the value in quotes',
  },
  {
    text: 'replies:\n  fail:\n    text: reject: now',
    told: '3:11  a second key on one line; a value with ": " in it, or a colon at its end, needs quotes',
  },
  {
    text: 'headers:\n  subject_tag: [SPF]',
    told: '2:16  headers.subject_tag: expected a text, found a list; put a text that begins with a bracket in quotes: "[SPF]"',
  },
  {
    text: 'headers:\n  subject_tag: [SPF:%{result}]',
    told: '2:22  missing , or : between flow sequence items; put a text that begins with a bracket in quotes: "[SPF:%{result}]"',
  },
  { text: 'headers:\n  subject_tag: "[SPF]"', value: { 'headers.subject_tag': '[SPF]' } },
  { text: 'replies:\n  fail:\n    text: a #b' }, // what is behind the hash cannot be seen
  {
    text: 'checks: {helo: yes}',
    told: '1:16  note: checks.helo: "yes" is taken as true',
    value: { 'checks.helo': true },
  },
  {
    text: 'checks: {helo: no}',
    told: '1:16  note: checks.helo: "no" is taken as false',
    value: { 'checks.helo': false },
  },
  {
    text: 'checks: {helo: NO}',
    told: '1:16  note: checks.helo: "NO" is taken as false',
    value: { 'checks.helo': false },
  },
  {
    text: 'checks: {helo: on}',
    told: '1:16  note: checks.helo: "on" is taken as true',
    value: { 'checks.helo': true },
  },
  { text: 'listen: {policy: off}', value: { 'listen.policy': [] } },
  {
    text: 'listen: {policy: {socket: /run/a, mode: 0660}}',
    value: { 'listen.policy': [expect.objectContaining({ mode: 0o660 })] },
  },
  { text: 'replies: {fail: {status: 5.7.23}}', value: { 'replies.fail.status': '5.7.23' } },
  { text: 'replies: {fail: {status: 5.7.10}}', value: { 'replies.fail.status': '5.7.10' } },
  {
    text: 'replies: {fail: {status: 4.7}}',
    told: '1:26  replies.fail.status: "4.7" is not an enhanced status code; example: 5.7.23',
  },
  {
    text: 'limits: {time: 20}',
    told: '1:16  note: limits.time: 20 is taken as seconds; better written 20s',
    value: { 'limits.time': 20_000 },
  },
  { text: 'profile: ~', told: '1:10  note: profile: no value is given: standard is used' },
  { text: 'profile: null', told: '1:10  note: profile: no value is given: standard is used' },
  { text: 'profile:', told: '1:9  note: profile: no value is given: standard is used' },
  { text: 'log: {results: [none]}', value: { 'log.results': new Set(['none']) } },
  { text: 'dns:\n\ttcp: true', told: '2:1  tabs are not allowed as indentation; indent with blanks' },
  {
    text: 'profile: strict\nprofile: monitor',
    told: '2:1  profile: written twice, in line 1 and here; remove one of them',
  },
  { text: '', value: { profile: 'standard' } },
  {
    text: [
      'a: &a [x, x, x, x, x, x, x, x, x, x]',
      ...'bcdefg'.split('').map((key, i) => `${key}: &${key} [${`*${'abcdefg'.charAt(i)}, `.repeat(10)}]`),
    ].join('\n'),
    told: '1:14  e[0][5][2][5][2]: the file holds too many values',
  },
  {
    text: 'hostname: !tag mx.example.net',
    told: '1:16  hostname: tags such as "!tag" are not used; leave it out, or put the value in quotes',
  },
])('$text', async ({ text, told, value = {} }) => {
  const loaded = await loadConfig({ path: 'f', files: filesOf({ f: text }) });
  const lines = printProblems(loaded.ok ? loaded.value.remarks : loaded.error)
    .split('\n')
    .slice(0, -1)
    .map((line) => line.replace(/^f:/, '').replace(/ {2,}/, '  '));
  expect(lines).toStrictEqual(told === undefined ? [] : [told]);
  if (loaded.ok) expect(loaded.value.config).toMatchObject(value);
  else expect(value).toStrictEqual({});
});
