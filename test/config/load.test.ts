import { describe, expect, test } from '@jest/globals';

import {
  DEFAULT_PATH,
  loadConfig,
  printProblems,
  type LoadedConfig,
  type Override,
} from '../../src/config/index.js';
import { IpAddress } from '../../src/net/index.js';
import { filesOf } from './files.js';

const DEFAULTS = {
  profile: 'standard',
  dry_run: false,
  hostname: null,
  'listen.policy': [{ kind: 'tcp', host: '127.0.0.1', port: 8895 }],
  'dns.servers': 'system',
  'dns.timeout': null,
  'dns.tries': null,
  'dns.edns': 1232,
  'dns.tcp': true,
  'limits.terms': 10,
  'limits.void': 2,
  'limits.names': 10,
  'limits.time': 20_000,
  'server.max_connections': 1000,
  'server.drain': 30_000,
  'log.level': 'info',
  'log.format': 'text',
};

async function load(text: string, overrides: readonly Override[] = []): Promise<LoadedConfig> {
  const loaded = await loadConfig('f.yml', overrides, filesOf({ 'f.yml': text }));
  if (!loaded.ok) throw new Error(printProblems(loaded.error));
  return loaded.value;
}

describe('the defaults', () => {
  test('are there without a file', async () => {
    const loaded = await loadConfig(null, [], filesOf({}));
    expect(loaded).toMatchObject({ ok: true, value: { config: DEFAULTS, file: null, remarks: [] } });
    if (!loaded.ok) return;
    expect([...loaded.value.origins.keys()]).toStrictEqual(Object.keys(DEFAULTS));
    expect([...loaded.value.origins.values()].every(({ from }) => from === 'built-in')).toBe(true);
    expect(Object.isFrozen(loaded.value.config)).toBe(true);
  });

  test.each(['', '\n', '# nothing\n\n  # here\r\n', '\ufeff', '---\n', 'dns:\nlog:\n', '{}'])(
    'are there with the file %j',
    async (text) => {
      expect(await load(text)).toMatchObject({ config: DEFAULTS, file: 'f.yml', remarks: [] });
    },
  );
});

describe('a value', () => {
  test.each([
    ['profile: dmarc', { profile: 'dmarc' }],
    ['"profile": "strict"', { profile: 'strict' }],
    ['hostname: mx.example.net.', { hostname: 'mx.example.net' }],
    ['hostname: bücher.example', { hostname: 'xn--bcher-kva.example' }],
    ['dns: {timeout: 500ms}', { 'dns.timeout': 500 }],
    ['dns: {timeout: 1m}', { 'dns.timeout': 60_000 }],
    ['dns: {edns: 0}', { 'dns.edns': 0 }],
    ['dns: {tcp: False}', { 'dns.tcp': false }],
    ['server: {drain: 0s}', { 'server.drain': 0 }],
    ['server: {drain: 0}', { 'server.drain': 0 }],
    ['limits:\n  void: 3\n  names: 11', { 'limits.void': 3, 'limits.names': 11 }],
    ['log: {level: debug, format: json}', { 'log.level': 'debug', 'log.format': 'json' }],
    ['log: &l {level: debug}', { 'log.level': 'debug' }], // an anchor that nobody uses
    ['%YAML 1.1\n---\ndns: {tcp: false}', { 'dns.tcp': false }],
  ])('%j', async (text, expected) => {
    expect(await load(text)).toMatchObject({ config: { ...DEFAULTS, ...expected }, remarks: [] });
  });

  test('through an alias', async () => {
    const { config } = await load('limits: {void: &n 5, names: *n}');
    expect(config).toMatchObject({ 'limits.void': 5, 'limits.names': 5 });
  });
});

describe('listen.policy', () => {
  const socket = { kind: 'unix', path: '/run/policy', mode: 0o660, owner: null, group: null };
  const v4 = { kind: 'tcp', host: '127.0.0.1', port: 8895 };
  const v6 = { kind: 'tcp', host: '::1', port: 8895 };

  test.each([
    ['off', []],
    ['[]', []],
    ['127.0.0.1:8895', [v4]],
    ['"[::1]:8895"', [v6]],
    ['"[0:0::1]:8895"', [v6]],
    ['0.0.0.0:0', [{ kind: 'tcp', host: '0.0.0.0', port: 0 }]],
    ['[0.0.0.0:0, 0.0.0.0:0]', [{ port: 0 }, { port: 0 }]], // each time another port
    ['unix:/run/policy', [socket]],
    ['/run/policy', [socket]],
    ['[127.0.0.1:8895, "[::1]:8895", unix:/run/policy]', [v4, v6, socket]],
    ['{tcp: "[::1]:8895"}', [v6]],
    ['{socket: /run/policy}', [socket]],
    ['{socket: /run/policy, mode: "0666"}', [{ ...socket, mode: 0o666 }]],
    ['{socket: /run/policy, mode: 0600}', [{ ...socket, mode: 0o600 }]], // to YAML the number 600
    ['{socket: /run/policy, mode: 600}', [{ ...socket, mode: 0o600 }]],
    ['{socket: /run/policy, mode: 0o600}', [{ ...socket, mode: 0o600 }]],
    ['{socket: /run/policy, owner: spf, group: 105}', [{ ...socket, owner: 'spf', group: '105' }]],
    ['[{tcp: 127.0.0.1:8895}, {socket: /run/policy}]', [v4, socket]],
    [`/run/${'x'.repeat(102)}`, [{ path: `/run/${'x'.repeat(102)}` }]], // 107 bytes
  ])('%s', async (value, expected) => {
    const { config, remarks } = await load(`listen:\n  policy: ${value}\n`);
    expect(config['listen.policy']).toMatchObject(expected);
    expect(config['listen.policy']).toHaveLength(expected.length);
    expect(remarks).toStrictEqual([]);
  });
});

describe('dns.servers', () => {
  test.each([
    ['system', 'system'],
    ['127.0.0.1', [['127.0.0.1', 53]]],
    ['127.0.0.1:5353', [['127.0.0.1', 5353]]],
    ['::1', [['::1', 53]]],
    ['[::1]', [['::1', 53]]], // a list of one, to YAML
    ['"[::1]:5353"', [['::1', 5353]]],
    [
      '[192.0.2.1, "2001:db8::", "[2001:db8::1]"]',
      [
        ['192.0.2.1', 53],
        ['2001:db8::', 53],
        ['2001:db8::1', 53],
      ],
    ],
  ])('%s', async (value, expected) => {
    const { config } = await load(`dns:\n  servers: ${value}\n`);
    const servers = config['dns.servers'];
    const shown =
      servers === 'system' ? servers : servers.map(({ address, port }) => [address.toString(), port]);
    expect(shown).toStrictEqual(expected);
    if (servers !== 'system') expect(servers[0]?.address).toBeInstanceOf(IpAddress);
  });
});

describe('the command line', () => {
  test('wins over the file, and both win over the defaults', async () => {
    const { config, origins } = await load('profile: dmarc\nlog: {level: error}\n', [
      { option: 'log.level', flag: '--log-level', value: 'debug' },
      { option: 'listen.policy', flag: '--listen-policy', value: ['127.0.0.1:1', '[::1]:1'] },
    ]);
    expect(config).toMatchObject({
      profile: 'dmarc',
      'log.level': 'debug',
      'listen.policy': [{ host: '127.0.0.1' }, { host: '::1' }],
    });
    expect(origins.get('profile')).toStrictEqual({ from: 'file', file: 'f.yml', line: 1, column: 10 });
    expect(origins.get('log.level')).toStrictEqual({ from: 'command-line', flag: '--log-level' });
    expect(origins.get('listen.policy')).toStrictEqual({ from: 'command-line', flag: '--listen-policy' });
    expect(origins.get('log.format')).toStrictEqual({ from: 'built-in' });
  });

  test('is told by the name of its option, and does not excuse the file', async () => {
    const overrides: Override[] = [
      { option: 'log.level', flag: '--log-level', value: 'debgu' },
      { option: 'listen.policy', flag: '--listen-policy', value: ['127.0.0.1:1', 'x'] },
    ];
    const loaded = await loadConfig('f.yml', overrides, filesOf({ 'f.yml': 'log: {level: x}' }));
    expect(loaded.ok).toBe(false);
    if (loaded.ok) return;
    expect(loaded.error.map(({ source, path, code }) => [source, path, code])).toStrictEqual([
      ['f.yml', 'log.level', 'value'],
      ['--listen-policy', 'listen.policy[1]', 'value'],
      ['--log-level', 'log.level', 'value'],
    ]);
  });
});

describe('the file itself', () => {
  test.each([
    ['a named file that is not there', 'f.yml', {}, 'unreadable', 'cannot be read: there is no such file'],
    [
      'a file without permission',
      'f.yml',
      { 'f.yml': 'EACCES' },
      'unreadable',
      'cannot be read: permission denied',
    ],
    [
      'a default file without permission',
      null,
      { [DEFAULT_PATH]: 'EACCES' },
      'unreadable',
      'cannot be read: permission denied',
    ],
    ['an error of the disk', 'f.yml', { 'f.yml': 'EIO' }, 'unreadable', 'cannot be read: EIO'],
    ['more than 1 MiB', 'f.yml', { 'f.yml': '#'.repeat((1 << 20) + 1) }, 'too-large', 'larger than 1 MiB'],
    ['no UTF-8', 'f.yml', { 'f.yml': new Uint8Array([0x61, 0xff]) }, 'encoding', 'not UTF-8'],
  ])('%s is refused', async (_, path, files, code, message) => {
    expect(await loadConfig(path, [], filesOf(files))).toStrictEqual({
      ok: false,
      error: [
        {
          severity: 'error',
          source: path ?? DEFAULT_PATH,
          line: null,
          column: null,
          path: '',
          code,
          message,
          hint: code === 'encoding' ? 'save it as UTF-8' : null,
        },
      ],
    });
  });

  test('the default file is read when it is there', async () => {
    const loaded = await loadConfig(null, [], filesOf({ [DEFAULT_PATH]: 'profile: monitor' }));
    expect(loaded).toMatchObject({ ok: true, value: { file: DEFAULT_PATH, config: { profile: 'monitor' } } });
  });

  test('the real file system', async () => {
    expect(await loadConfig('/dev/null')).toMatchObject({ ok: true, value: { config: DEFAULTS } });
    expect(await loadConfig('/')).toMatchObject({ ok: false, error: [{ code: 'unreadable' }] });
    expect(await loadConfig('/dev/zero')).toMatchObject({ ok: false, error: [{ code: 'too-large' }] });
  });
});
