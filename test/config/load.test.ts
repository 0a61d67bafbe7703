import { describe, expect, test } from '@jest/globals';

import {
  CONFIG_KEYS,
  DEFAULT_PATH,
  loadConfig,
  printProblems,
  type LoadedConfig,
  type Override,
} from '../../src/config/index.js';
import { hostOf, printServer } from '../../src/dns/index.js';
import { IpAddress } from '../../src/net/index.js';
import { Authority } from '../support/certificates.js';
import { filesOf } from './files.js';

const DEFAULTS = {
  profile: 'standard',
  dry_run: false,
  hostname: null,
  'listen.policy': [{ kind: 'tcp', host: '127.0.0.1', port: 8895 }],
  'listen.milter': [{ kind: 'tcp', host: '127.0.0.1', port: 8894 }],
  'dns.servers': 'system',
  'dns.tls_ca': null,
  'dns.rotate': null,
  'dns.timeout': null,
  'dns.tries': null,
  'dns.edns': 1232,
  'dns.tcp': true,
  'dns.ipv6': true,
  'dns.prefetch': true,
  'dns.cache.entries': 50_000,
  'dns.cache.size': 64 * 1024 ** 2,
  'dns.cache.min_ttl': 0,
  'dns.cache.max_ttl': 86_400_000,
  'dns.cache.negative_ttl': 300_000,
  'dns.cache.failure_ttl': 5_000,
  'dns.cache.serve_stale': 0,
  'dns.outage_guard.window': 60_000,
  'dns.outage_guard.min_checks': 20,
  'dns.outage_guard.ratio': 0.5,
  'dns.outage_guard.then': 'accept',
  'limits.terms': 10,
  'limits.void': 2,
  'limits.void_counting': 'term',
  'limits.names': 10,
  'limits.time': 20_000,
  'limits.stage_time': 8_000,
  'server.max_connections': 1000,
  'server.drain': 30_000,
  'log.level': 'info',
  'log.format': 'text',
};

async function load(text: string, overrides: readonly Override[] = []): Promise<LoadedConfig> {
  const loaded = await loadConfig({ path: 'f.yml', overrides, files: filesOf({ 'f.yml': text }) });
  if (!loaded.ok) throw new Error(printProblems(loaded.error));
  return loaded.value;
}

describe('the defaults', () => {
  test('are there without a file', async () => {
    const loaded = await loadConfig({ path: null, files: filesOf({}) });
    expect(loaded).toMatchObject({ ok: true, value: { config: DEFAULTS, file: null, remarks: [] } });
    if (!loaded.ok) return;
    expect([...loaded.value.origins.keys()]).toStrictEqual(CONFIG_KEYS);
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
    ['profile: dmarc\nlisten: {policy: off}', { profile: 'dmarc', 'listen.policy': [] }],
    ['listen: {milter: off}', { 'listen.milter': [] }],
    ['limits: {stage_time: 9s}', { 'limits.stage_time': 9_000 }],
    ['actions: {reject_at: mail}', { 'actions.reject_at': 'mail' }],
    ['"profile": "strict"', { profile: 'strict' }],
    ['hostname: mx.example.net.', { hostname: 'mx.example.net' }],
    ['hostname: bücher.example', { hostname: 'xn--bcher-kva.example' }],
    ['dns: {timeout: 500ms}', { 'dns.timeout': 500 }],
    ['dns: {rotate: true}', { 'dns.rotate': true }],
    ['dns: {rotate: auto, tls_ca: system}', { 'dns.rotate': null, 'dns.tls_ca': null }],
    ['dns: {timeout: 1m}', { 'dns.timeout': 60_000 }],
    ['dns: {edns: 0}', { 'dns.edns': 0 }],
    ['dns: {tcp: False}', { 'dns.tcp': false }],
    ['dns: {ipv6: false, prefetch: false}', { 'dns.ipv6': false, 'dns.prefetch': false }],
    [
      'dns: {outage_guard: {window: 5m, min_checks: 100, ratio: 0.75, then: off}}',
      {
        'dns.outage_guard.window': 300_000,
        'dns.outage_guard.min_checks': 100,
        'dns.outage_guard.ratio': 0.75,
        'dns.outage_guard.then': 'off',
      },
    ],
    ['dns:\n  outage_guard:\n    ratio: 1\n  edns: 512', { 'dns.outage_guard.ratio': 1, 'dns.edns': 512 }],
    ['dns: {outage_guard: {ratio: .05}}', { 'dns.outage_guard.ratio': 0.05 }],
    ['dns: {outage_guard: {ratio: 1.000}}', { 'dns.outage_guard.ratio': 1 }],
    ['dns:\n  outage_guard:\n', {}],
    ['limits: {void_counting: query}', { 'limits.void_counting': 'query' }],
    [
      'dns:\n  cache: {entries: 0, size: 1GiB, min_ttl: 1m, max_ttl: 2h, serve_stale: 1d}\n  edns: 0',
      {
        'dns.cache.entries': 0,
        'dns.cache.size': 1024 ** 3,
        'dns.cache.min_ttl': 60_000,
        'dns.cache.max_ttl': 7_200_000,
        'dns.cache.serve_stale': 86_400_000,
        'dns.edns': 0,
      },
    ],
    ['dns: {cache: {size: 2048KiB}}', { 'dns.cache.size': 2 * 1024 ** 2 }],
    ['dns: {cache: {size: 1048576}}', { 'dns.cache.size': 1024 ** 2 }],
    [
      'dns: {cache: {min_ttl: 1m, max_ttl: 1m}}',
      { 'dns.cache.min_ttl': 60_000, 'dns.cache.max_ttl': 60_000 },
    ],
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
    ['127.255.0.1:0', [{ kind: 'tcp', host: '127.255.0.1', port: 0 }]],
    ['[127.0.0.1:0, 127.0.0.1:0]', [{ port: 0 }, { port: 0 }]], // each time another port
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
    ['"fe80::1%eth0"', [['fe80::1%eth0', 53]]],
  ])('%s', async (value, expected) => {
    const { config } = await load(`dns:\n  servers: ${value}\n`);
    const servers = config['dns.servers'];
    const shown = servers === 'system' ? servers : servers.map((server) => [hostOf(server), server.port]);
    expect(shown).toStrictEqual(expected);
    if (servers !== 'system') expect(servers[0]?.address).toBeInstanceOf(IpAddress);
  });

  test.each([
    ['tls://9.9.9.9@dns.quad9.net', ['tls://9.9.9.9@dns.quad9.net']],
    ['tls://192.0.2.1:8853', ['tls://192.0.2.1:8853']],
    ['"tls://[2001:db8::1]:853@dns.example"', ['tls://2001:db8::1@dns.example']],
    ['google', ['8.8.8.8', '8.8.4.4', '2001:4860:4860::8888', '2001:4860:4860::8844']],
    ['cloudflare', ['1.1.1.1', '1.0.0.1', '2606:4700:4700::1111', '2606:4700:4700::1001']],
    [
      'cloudflare-tls',
      [
        'tls://1.1.1.1@cloudflare-dns.com',
        'tls://1.0.0.1@cloudflare-dns.com',
        'tls://2606:4700:4700::1111@cloudflare-dns.com',
        'tls://2606:4700:4700::1001@cloudflare-dns.com',
      ],
    ],
    [
      '[quad9-tls, google-tls]',
      [
        'tls://9.9.9.9@dns.quad9.net',
        'tls://149.112.112.112@dns.quad9.net',
        'tls://2620:fe::fe@dns.quad9.net',
        'tls://2620:fe::9@dns.quad9.net',
        'tls://8.8.8.8@dns.google',
        'tls://8.8.4.4@dns.google',
        'tls://2001:4860:4860::8888@dns.google',
        'tls://2001:4860:4860::8844@dns.google',
      ],
    ],
  ])('%s means', async (value, expected) => {
    const { config, remarks } = await load(`dns:\n  servers: ${value}\n`);
    const servers = config['dns.servers'];
    expect(servers === 'system' ? servers : servers.map(printServer)).toStrictEqual(expected);
    expect(remarks).toStrictEqual([]);
  });
});

describe('dns.tls_ca', () => {
  test('is a file of certificates', async () => {
    const { cert } = new Authority();
    const files = filesOf({ 'f.yml': 'dns: {tls_ca: /etc/ca.pem}', '/etc/ca.pem': `# ours\n${cert}${cert}` });
    expect(await loadConfig({ path: 'f.yml', files })).toMatchObject({
      ok: true,
      value: { config: { 'dns.tls_ca': '/etc/ca.pem' } },
    });
  });

  test.each([
    ['that is not there', {}, '/etc/ca.pem: cannot be read: there is no such file'],
    ['without one', { '/etc/ca.pem': 'hello' }, '/etc/ca.pem does not begin with a certificate in PEM'],
    ['that is empty', { '/etc/ca.pem': '' }, '/etc/ca.pem does not begin with a certificate in PEM'],
    [
      'cut short',
      { '/etc/ca.pem': new Authority().cert.slice(0, 200) },
      '/etc/ca.pem does not begin with a certificate in PEM',
    ],
  ])('and not one %s', async (_what, files, message) => {
    const loaded = await loadConfig({
      path: 'f.yml',
      files: filesOf({ 'f.yml': 'dns: {tls_ca: /etc/ca.pem}', ...files }),
    });
    expect(loaded).toMatchObject({
      ok: false,
      error: [{ path: 'dns.tls_ca', line: 1, column: 15, message }],
    });
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
    const loaded = await loadConfig({
      path: 'f.yml',
      overrides,
      files: filesOf({ 'f.yml': 'log: {level: x}' }),
    });
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
    expect(await loadConfig({ path, files: filesOf(files) })).toStrictEqual({
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
    const loaded = await loadConfig({ path: null, files: filesOf({ [DEFAULT_PATH]: 'profile: monitor' }) });
    expect(loaded).toMatchObject({ ok: true, value: { file: DEFAULT_PATH, config: { profile: 'monitor' } } });
  });

  test('the real file system', async () => {
    expect(await loadConfig({ path: '/dev/null' })).toMatchObject({ ok: true, value: { config: DEFAULTS } });
    expect(await loadConfig({ path: '/' })).toMatchObject({ ok: false, error: [{ code: 'unreadable' }] });
    expect(await loadConfig({ path: '/dev/zero' })).toMatchObject({
      ok: false,
      error: [{ code: 'too-large' }],
    });
  });
});
