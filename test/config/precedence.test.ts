import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';

import {
  CONFIG_KEYS,
  loadConfig,
  OPTION_NAMES,
  printConfig,
  printProblems,
  type LoadedConfig,
  type Override,
} from '../../src/config/index.js';
import { SEED } from '../support/seed.js';
import { filesOf } from './files.js';

interface Scene {
  readonly text?: string;
  readonly environment?: Readonly<Record<string, string>>;
  readonly overrides?: readonly Override[];
}

function loading({ text = '', environment = {}, overrides = [] }: Scene) {
  return loadConfig({ path: 'f.yml', environment, overrides, files: filesOf({ 'f.yml': text }) });
}

async function load(scene: Scene): Promise<LoadedConfig> {
  const loaded = await loading(scene);
  if (!loaded.ok) throw new Error(printProblems(loaded.error));
  return loaded.value;
}

async function problemsOf(scene: Scene): Promise<readonly string[]> {
  const loaded = await loading(scene);
  const text = printProblems(loaded.ok ? loaded.value.remarks : loaded.error);
  return text
    .split('\n')
    .slice(0, -1)
    .map((line) => line.replace(/ {2,}/, '  '));
}

describe('of what gives a value, the strongest wins', () => {
  const level = (value: string): Override => ({ option: 'log.level', flag: '--log-level', value });

  test.each([
    ['nothing', {}, 'info', { from: 'built-in' }],
    [
      'the file',
      { text: 'log: {level: debug}' },
      'debug',
      { from: 'file', file: 'f.yml', line: 1, column: 14 },
    ],
    [
      'the environment',
      { text: 'log: {level: debug}', environment: { SPFWARDEN_LOG_LEVEL: 'error' } },
      'error',
      { from: 'environment', variable: 'SPFWARDEN_LOG_LEVEL' },
    ],
    [
      'the command line',
      {
        text: 'log: {level: debug}',
        environment: { SPFWARDEN_LOG_LEVEL: 'error' },
        overrides: [level('notice')],
      },
      'notice',
      { from: 'command-line', flag: '--log-level' },
    ],
    ['an empty variable', { environment: { SPFWARDEN_LOG_LEVEL: '' } }, 'info', { from: 'built-in' }],
  ] as const)('%s', async (_, scene, value, origin) => {
    const { config, origins, remarks } = await load(scene);
    expect(config['log.level']).toBe(value);
    expect(origins.get('log.level')).toStrictEqual(origin);
    expect(remarks).toStrictEqual([]);
  });

  test('and what is not used has to be right all the same', async () => {
    const scene = {
      text: 'log: {level: loud}',
      environment: { SPFWARDEN_LOG_LEVEL: 'quiet' },
      overrides: [level('debug')],
    };
    expect(await problemsOf(scene)).toStrictEqual([
      'f.yml:1:14  log.level: "loud" is not known here; one of error, warning, notice, info, debug',
      'SPFWARDEN_LOG_LEVEL  log.level: "quiet" is not known here; one of error, warning, notice, info, debug',
    ]);
  });
});

describe('the profile', () => {
  const FAIL = 'actions.mail_from.fail';

  test.each([
    ['the file', { text: 'profile: dmarc' }],
    ['the environment', { text: 'profile: strict', environment: { SPFWARDEN_PROFILE: 'dmarc' } }],
    [
      'the command line',
      {
        environment: { SPFWARDEN_PROFILE: 'strict' },
        overrides: [{ option: 'profile', flag: '--profile', value: 'dmarc' }],
      },
    ],
  ] as const)('comes from %s, and changes the defaults', async (_, scene) => {
    const { config, origins } = await load(scene);
    expect(config).toMatchObject({ profile: 'dmarc', [FAIL]: 'accept' });
    expect(origins.get(FAIL)).toStrictEqual({ from: 'profile', profile: 'dmarc' });
  });

  test('gives way to whatever is said about one of its options', async () => {
    const { config, origins } = await load({ text: 'profile: dmarc\nactions: {mail_from: {fail: defer}}' });
    expect(config[FAIL]).toBe('defer');
    expect(origins.get(FAIL)).toMatchObject({ from: 'file', line: 2 });
  });

  test.each([
    ['standard', 'reject', 'accept', 'accept', 'accept', false],
    ['dmarc', 'accept', 'accept', 'accept', 'accept', false],
    ['strict', 'reject', 'reject', 'reject', 'defer', false],
    ['monitor', 'reject', 'accept', 'accept', 'accept', true],
  ])('%s', async (profile, fail, softfail, permerror, temperror, dryRun) => {
    const { config } = await load({ text: `profile: ${profile}` });
    expect(config).toMatchObject({
      [FAIL]: fail,
      'actions.mail_from.softfail': softfail,
      'actions.mail_from.permerror': permerror,
      'actions.mail_from.temperror': temperror,
      dry_run: dryRun,
    });
  });
});

describe('a variable', () => {
  test.each([
    ['SPFWARDEN_DNS_CACHE_ENTRIES', '7', { 'dns.cache.entries': 7 }],
    ['SPFWARDEN_DRY_RUN', 'true', { dry_run: true }],
    ['SPFWARDEN_LISTEN_POLICY', 'off', { 'listen.policy': [] }],
    ['SPFWARDEN_LISTEN_POLICY', '127.0.0.1:1', { 'listen.policy': [{ port: 1 }] }],
    ['SPFWARDEN_LISTEN_POLICY', '127.0.0.1:1, [::1]:2', { 'listen.policy': [{ port: 1 }, { host: '::1' }] }],
    [
      'SPFWARDEN_LISTEN_POLICY',
      '{socket: /run/a, mode: "0600"}',
      { 'listen.policy': [{ path: '/run/a', mode: 0o600 }] },
    ],
    ['SPFWARDEN_LISTEN_POLICY', ' ["127.0.0.1:1"]', { 'listen.policy': [{ port: 1 }] }],
    [
      'SPFWARDEN_CHECKS_HELO_DECIDES',
      'fail,softfail',
      { 'checks.helo_decides': new Set(['fail', 'softfail']) },
    ],
    [
      'SPFWARDEN_HEADERS_TAG_SUBJECT',
      'fail, softfail',
      { 'headers.tag_subject': new Set(['fail', 'softfail']) },
    ],
    ['SPFWARDEN_HEADERS_SUBJECT_TAG', '[SPF]', { 'headers.subject_tag': '[SPF]' }],
    ['SPFWARDEN_SKIP_MACROS', '{auth_type: any}', { 'skip.macros': new Map([['auth_type', null]]) }],
    [
      'SPFWARDEN_RULES',
      '[{when: {sender: a.example}, then: {skip: true}}]',
      { rules: [{ name: 'rule 1', skip: true }] },
    ],
  ])('%s=%s', async (variable, value, expected) => {
    const { config, remarks } = await load({ environment: { [variable]: value } });
    expect(config).toMatchObject(expected);
    expect(remarks).toStrictEqual([]);
  });

  test.each([
    [
      { SPFWARDEN_PROFIL: 'x' },
      'SPFWARDEN_PROFIL  warning: no option has this variable; did you mean SPFWARDEN_PROFILE?',
    ],
    [
      { SPFWARDEN_COLOUR: 'x' },
      'SPFWARDEN_COLOUR  warning: no option has this variable; its name is that of an option in upper case, with _ for each dot',
    ],
    [
      { 'SPFWARDEN_A\u001b': 'x' },
      '"SPFWARDEN_A\\u001b"  warning: no option has this variable; its name is that of an option in upper case, with _ for each dot',
    ],
    [
      { SPFWARDEN_DNS_SERVERS: '[127.0.0.1' },
      'SPFWARDEN_DNS_SERVERS  dns.servers: flow sequence must end with a ]',
    ],
    [
      { SPFWARDEN_DNS_SERVERS: '[127.0.0.1, x]' },
      /^SPFWARDEN_DNS_SERVERS {2}dns\.servers\[1\]: "x" is not the address of a name server/,
    ],
    [
      { SPFWARDEN_HOSTNAME: 'a'.repeat(70_000) },
      'SPFWARDEN_HOSTNAME  hostname: longer than 64 KiB; put it into the file',
    ],
    [{ SPFWARDEN_REQUIRE_ALL: '1', SPFWARDEN: 'x', OTHER_PROFIL: 'x' }, undefined],
  ])('%j is told', async (environment, expected) => {
    const [first] = await problemsOf({ environment });
    if (expected instanceof RegExp) expect(first).toMatch(expected);
    else expect(first).toBe(expected);
  });

  test('is never that of two options', () => {
    const variables = OPTION_NAMES.map((name) => name.replaceAll('.', '_'));
    expect(new Set(variables).size).toBe(variables.length);
  });
});

test('whatever stands in the environment, it is taken or refused with a reason', async () => {
  const variable = fc.constantFrom(
    ...CONFIG_KEYS.map((key) => `SPFWARDEN_${key.replaceAll('.', '_').toUpperCase()}`),
  );
  const word = fc.constantFrom(
    '[',
    ']',
    '{',
    '}',
    ',',
    ':',
    'a',
    '1',
    '*',
    '&',
    '!',
    '"',
    '#',
    ' ',
    '\n',
    'null',
    'off',
    '%{s}',
    '::1',
    '/',
  );
  const text = fc.array(word, { maxLength: 8 }).map((words) => words.join(''));
  await fc.assert(
    fc.asyncProperty(fc.dictionary(variable, text, { maxKeys: 5 }), async (environment) => {
      const loaded = await loading({ environment });
      expect(loaded.ok || loaded.error.some(({ severity }) => severity === 'error')).toBe(true);
      if (loaded.ok) expect(typeof printConfig(loaded.value)).toBe('string');
    }),
    { seed: SEED, numRuns: 300 },
  );
});

describe('SPFWARDEN_CONFIG', () => {
  const files = filesOf({ 'one.yml': 'profile: dmarc', 'two.yml': 'profile: strict' });
  const environment = { SPFWARDEN_CONFIG: 'one.yml' };

  test('names the file', async () => {
    expect(await loadConfig({ path: null, environment, files })).toMatchObject({
      ok: true,
      value: { file: 'one.yml', config: { profile: 'dmarc' } },
    });
  });

  test('gives way to the command line', async () => {
    expect(await loadConfig({ path: 'two.yml', environment, files })).toMatchObject({
      ok: true,
      value: { file: 'two.yml' },
    });
  });

  test('names a file that has to be there', async () => {
    const missing = { SPFWARDEN_CONFIG: 'three.yml' };
    expect(await loadConfig({ path: null, environment: missing, files })).toMatchObject({
      ok: false,
      error: [{ source: 'three.yml', code: 'unreadable' }],
    });
  });
});
