/** Settings that mean something over the milter protocol only. */
import { describe, expect, test } from '@jest/globals';

import type { Octets } from '../../src/util/index.js';
import type { MacroValues } from '../../src/verdict/index.js';
import type { SettingsLiteral } from '../support/verdict-settings.js';
import { Desk } from './desk.js';

const FROM_PASS = { helo: 'pass.helo.example', sender: 'user@pass.from.example' };

describe('macros', () => {
  const said = (values: Readonly<Record<string, string>>) => ({
    protocol: 'milter' as const,
    macro: (name: string): Octets | null => (values[name] ?? null) as Octets | null,
  });
  const ORIGINATING: MacroValues = new Map([['daemon_name', new Set(['ORIGINATING', 'grüße'])]]);
  const LOGIN: MacroValues = new Map([['auth_type', null]]);
  const BOTH: MacroValues = new Map([...ORIGINATING, ...LOGIN]);

  test.each<{ name: string; macros: MacroValues; values: Record<string, string>; is: string }>([
    { name: 'one of its values', macros: ORIGINATING, values: { daemon_name: 'ORIGINATING' }, is: 'macro' },
    { name: 'as octets', macros: ORIGINATING, values: { daemon_name: 'gr\xc3\xbc\xc3\x9fe' }, is: 'macro' },
    { name: 'another value', macros: ORIGINATING, values: { daemon_name: 'smtpd' }, is: 'accept' },
    { name: 'none', macros: ORIGINATING, values: {}, is: 'accept' },
    { name: 'any value', macros: LOGIN, values: { auth_type: 'PLAIN' }, is: 'macro' },
    { name: 'an empty one is none', macros: LOGIN, values: { auth_type: '' }, is: 'accept' },
    { name: 'one of two', macros: BOTH, values: { auth_type: 'PLAIN' }, is: 'macro' },
  ])('exempt a connection: $name', ({ macros, values, is }) => {
    const { decision } = new Desk({ skip: { macros } }).verdict(FROM_PASS, said(values));
    expect(decision.do === 'skip' ? decision.why : decision.do).toBe(is);
  });

  test.each<{ name: string; values: Record<string, string>; rule: string | null }>([
    { name: 'all of them', values: { auth_type: 'PLAIN', daemon_name: 'ORIGINATING' }, rule: 'r' },
    { name: 'one of them is not enough', values: { auth_type: 'PLAIN' }, rule: null },
  ])('choose a rule: $name', ({ values, rule }) => {
    const settings: SettingsLiteral = { rules: [{ name: 'r', when: { macros: BOTH } }] };
    expect(new Desk(settings).verdict(FROM_PASS, said(values)).rule).toBe(rule);
  });
});

test.each([
  { name: 'a stranger', more: {}, strips: true },
  { name: 'one of ours', more: { authenticated: true }, strips: false },
  { name: 'a network of ours', client: '127.0.0.1', more: {}, strips: false },
  { name: 'a sender that is spared', sender: 'a@spared.example', more: {}, strips: true },
  { name: 'the administrator does not want it', off: true, more: {}, strips: false },
])('fields that claim to be ours go: $name', ({ client, sender, off = false, more, strips }) => {
  const desk = new Desk({ skip: { senders: ['spared.example'] }, headers: { stripForged: !off } });
  const texts = { ...FROM_PASS, ...(client && { client }), ...(sender && { sender }) };
  expect(desk.verdict(texts, more).stripsForged).toBe(strips);
});

test.each([
  { result: 'softfail', tag: '[SPF:softfail]' },
  { result: 'fail', tag: '[SPF:fail]' },
  { result: 'pass', tag: null },
] as const)('the subject is marked: $result', ({ result, tag }) => {
  const desk = new Desk({
    actions: { mailFrom: { fail: 'accept' } },
    headers: { tagSubject: new Set(['softfail', 'fail']), subjectTag: '[SPF:%{result}]' },
  });
  expect(desk.of('none', result).subjectTag).toBe(tag);
});

test('a HELO name is asked for before there is a sender', () => {
  const asked: string[] = [];
  const desk = new Desk({}, (name, type) => {
    asked.push(`${name} ${type}`);
    return { kind: 'void', why: 'nxdomain', ttl: 60 };
  });
  const transaction = { helo: 'mail.example.org', sender: '' };
  desk.prepare(transaction);
  expect(asked).toEqual(['mail.example.org TXT']);
  desk.prepare({ ...transaction, client: '127.0.0.1' });
  expect(asked).toHaveLength(1);
  expect(desk.events).toEqual([]);
});
