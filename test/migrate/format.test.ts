/** Which file is which, and what is refused. */
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { parse } from 'yaml';

import { isOldFormat, migrate, type Format } from '../../src/migrate/index.js';
import { SEED } from '../support/seed.js';
import { reading } from './migrated.js';

const NO_FILES = reading({});

describe('isOldFormat', () => {
  const ROWS: readonly (readonly [text: string, format: Format | null])[] = [
    ['debugLevel = 1\nTestOnly = 1\n', 'policyd-spf'],
    ['\ufeff# x\n\n  HELO_reject=Fail\r\nfoo\r\n', 'policyd-spf'],
    ['HELO_pass_restriction\nVoid_Limit = 2\n', 'policyd-spf'],
    ['Reason_Message = Message: {spf}\n', 'policyd-spf'],
    ['debugLevel = 1\nSocket = inet:8893@localhost\n', 'pyspf-milter'],
    ['socket = unix:/run/x\n', 'spf-milter'],
    ['# x\nheader = Received-SPF\nsocket = inet:localhost:1\n', 'spf-milter'],
    ['a@b.example,HELO_reject=Fail|No_Mail=True\n', 'policyd-spf-users'],
    ['', null],
    ['# TestOnly = 1\n', null],
    ['wibble = 1\n', null],
    ['profile: standard\n', null],
    ['---\nprofile: standard\n', null],
    ['%YAML 1.2\n---\nprofile: dmarc\n', null],
    ['{profile: standard}\n', null],
    ['"profile": standard\n', null],
    ['? profile\n: standard\n', null],
    ['- TestOnly = 1\n', null],
    ['replies:\n  fail:\n    text: |\n      TestOnly = 1\n      socket = x\n', null],
    ['hostname: x\nTestOnly = 1\n', null],
    ['192.0.2.0/24\n', null],
  ];
  test.each(ROWS)('%j', (text, format) => {
    expect(isOldFormat(text)).toBe(format);
  });
});

describe('recognised', () => {
  const ROWS: readonly (readonly [path: string, text: string, format: Format])[] = [
    ['/x', 'TestOnly = 1', 'policyd-spf'],
    ['/etc/postfix-policyd-spf-python/policyd-spf.conf', '# nothing\n', 'policyd-spf'],
    ['/etc/pyspf-milter/pyspf-milter.conf', '', 'pyspf-milter'],
    ['spf-milter.conf', '', 'spf-milter'],
    ['/x', '192.0.2.0/24, ::1\n', 'perl-addresses'],
    ['/x', 'a.example\nb.example # x\n', 'perl-domains'],
    ['/etc/postfix/exempt_spf_domains', '', 'perl-domains'],
  ];
  test.each(ROWS)('%s %j', (path, text, format) => {
    const result = migrate({ path, text, format: null }, NO_FILES);
    expect(result.ok && result.value.format).toBe(format);
  });
});

test.each([
  ['profile: standard\n', 'unknown-format'],
  ['', 'unknown-format'],
  ['wibble wobble', 'unknown-format'],
  ['TestOnly = 1\n\0', 'not-text'],
  [`TestOnly = 1\n${'#'.repeat(1 << 20)}`, 'too-large'],
] as const)('refuses %.20j', (text, code) => {
  const result = migrate({ path: '/etc/x.conf', text, format: null }, NO_FILES);
  expect(result).toMatchObject({ ok: false, error: { code } });
});

test('what is not known is told with what is', () => {
  const result = migrate({ path: '/etc/x.conf', text: 'profile: standard', format: null }, NO_FILES);
  expect(result.ok ? '' : result.error.message).toMatch(
    /x\.conf.*policyd-spf \(.*policyd-spf-users \(.*pyspf-milter \(.*spf-milter \(.*perl-addresses \(.*perl-domains \(/,
  );
});

test('a long line is not read, and said to be so', () => {
  const text = `Void_Limit = 3\nWhitelist = ${'192.0.2.1,'.repeat(500)}\n`;
  const result = migrate({ path: '/x', text, format: 'policyd-spf' }, NO_FILES);
  if (!result.ok) throw new Error(result.error.message);
  expect(result.value.remarks).toContainEqual({ line: 2, text: expect.stringContaining('longer than 4096') });
  expect(result.value.settings).toContainEqual({ key: 'limits.void', value: 3 });
});

test('remarks have a bound', () => {
  const result = migrate({ path: '/x', text: 'x\n'.repeat(5000), format: 'policyd-spf' }, NO_FILES);
  if (!result.ok) throw new Error(result.error.message);
  expect(result.value.remarks.length).toBe(1000);
  expect(result.value.remarks.at(-1)).toEqual({ line: null, text: 'and 4002 more' });
});

test('the comment at the top names the file, and cannot be left', () => {
  const result = migrate({ path: '/etc/a\nprofile: dmarc', text: '', format: 'policyd-spf' }, NO_FILES);
  if (!result.ok) throw new Error(result.error.message);
  expect(result.value.yaml.split('\n')[0]).toBe(
    '# Made by "spfwarden migrate" from a?profile: dmarc, read as policyd-spf.',
  );
});

const FORMATS: readonly Format[] = [
  'policyd-spf',
  'policyd-spf-users',
  'pyspf-milter',
  'spf-milter',
  'perl-addresses',
  'perl-domains',
];

const NAMES = [
  'HELO_reject',
  'HELO_pass_restriction',
  'Reject_Not_Pass_Domains',
  'Prospective',
  'skip_addresses',
  'Authserv_Id',
  'Reason_Message',
  'Socket',
  'InternalHosts',
  'MacroList',
  'UserID',
  'Mock',
  'Per_User',
  'fail_reply_text',
  'skip_senders',
  'authserv_id',
  'socket',
  'hostname',
];

test('whatever the values, the YAML holds the settings, and a file of ours is never taken for an old one', () => {
  const value = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.constantFrom(
      'a, b: c',
      '- x',
      '*x',
      '&x',
      '%{o}',
      "'",
      '"',
      '\\',
      '@x',
      '!x',
      '`',
      '?',
      '|',
      '>',
      '~',
      'null',
      '2001:db8::',
      '0660',
      '1e3',
    ),
  );
  const line = fc.tuple(fc.constantFrom(...NAMES), value).map(([name, text]) => `${name} = ${text}`);
  const users = fc
    .tuple(value, value)
    .map(([a, b]) => `${a}@b.example,Reason_Message=${b}|Reject_Not_Pass_Domains=${a}`);
  fc.assert(
    fc.property(
      fc.constantFrom(...FORMATS),
      fc.array(fc.oneof(line, users)),
      fc.array(users),
      (format, lines, more) => {
        const text = lines.join('\n').replaceAll('\0', '');
        const files = { read: () => more.join('\n') };
        const result = migrate({ path: '/x', text, format }, files);
        if (!result.ok) throw new Error(result.error.message);
        const data = (parse(result.value.yaml) ?? {}) as object;
        expect(Object.keys(data)).toEqual([
          ...new Set(result.value.settings.map(({ key }) => key.split('.')[0])),
        ]);
        for (const { key, value: expected } of result.value.settings) {
          const found = key
            .split('.')
            .reduce<unknown>((at, name) => (at as Record<string, unknown>)[name], data);
          expect(found).toEqual(expected);
        }
        expect(isOldFormat(result.value.yaml)).toBeNull();
      },
    ),
    { seed: SEED, numRuns: 300 },
  );
});
