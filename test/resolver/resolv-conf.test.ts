import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { describe, expect, test } from '@jest/globals';

import { printServer } from '../../src/dns/index.js';
import { parseResolvConf, readResolvConf } from '../../src/resolver/index.js';

describe('servers of resolv.conf(5)', () => {
  test.each([
    ['none', '', ['127.0.0.1']],
    ['one', 'nameserver 192.0.2.1\n', ['192.0.2.1']],
    ['in order', 'nameserver 192.0.2.2\nnameserver 192.0.2.1', ['192.0.2.2', '192.0.2.1']],
    [
      'the first three',
      [1, 2, 3, 4].map((i) => `nameserver 192.0.2.${i}`).join('\n'),
      ['192.0.2.1', '192.0.2.2', '192.0.2.3'],
    ],
    ['IPv6', 'nameserver 2001:db8::53', ['2001:db8::53']],
    ['with its interface', 'nameserver fe80::1%eth0', ['fe80::1%eth0']],
    ['tabs and blanks', 'nameserver \t 192.0.2.1  ', ['192.0.2.1']],
    ['lines of Windows', 'nameserver 192.0.2.1\r\nnameserver 192.0.2.2\r\n', ['192.0.2.1', '192.0.2.2']],
    ['comments', '# nameserver 192.0.2.1\n;nameserver 192.0.2.2\nnameserver 192.0.2.3 # ours', ['192.0.2.3']],
    [
      'search and domain',
      'domain example\nsearch a.example b.example\noptions ndots:5\nsortlist x',
      ['127.0.0.1'],
    ],
    ['a keyword that does not begin its line', ' nameserver 192.0.2.1', ['127.0.0.1']],
    ['other keywords', 'nameservers 192.0.2.1\nNAMESERVER 192.0.2.2', ['127.0.0.1']],
  ])('%s', (_what, text, servers) => {
    const conf = parseResolvConf(text);
    expect(conf.servers.map(printServer)).toEqual(servers);
    expect(conf.problems).toEqual([]);
  });

  test.each([
    ['a host name', 'nameserver dns.example'],
    ['a port, which this file cannot have', 'nameserver 192.0.2.1:53'],
    ['brackets', 'nameserver [::1]:53'],
    ['nothing', 'nameserver'],
  ])('passes over %s', (_what, line) => {
    const conf = parseResolvConf(`# \n${line}\nnameserver 192.0.2.1`);
    expect(conf.servers.map(printServer)).toEqual(['192.0.2.1']);
    expect(conf.problems).toEqual([{ code: 'nameserver', line: 2 }]);
  });
});

describe('options of resolv.conf(5)', () => {
  test.each([
    ['nothing said', '', null, null, false],
    ['all', 'options timeout:2 attempts:4 rotate edns0 trust-ad', 2000, 4, true],
    ['on several lines', 'options timeout:2\noptions attempts:4', 2000, 4, false],
    ['too much', 'options timeout:9999 attempts:9999', 30_000, 5, false],
    ['too little', 'options timeout:0 attempts:0', 1000, 1, false],
  ])('%s', (_what, text, timeoutMs, tries, rotate) => {
    expect(parseResolvConf(text)).toMatchObject({ timeoutMs, tries, rotate, problems: [] });
  });

  test.each(['options timeout', 'options timeout:', 'options timeout:x', 'options attempts:-1'])(
    'passes over %j',
    (text) => {
      expect(parseResolvConf(text)).toMatchObject({
        timeoutMs: null,
        tries: null,
        problems: [{ code: 'option', line: 1 }],
      });
    },
  );
});

describe('a resolv.conf from anywhere', () => {
  test('is read up to 64 KiB, and its problems are counted up to ten', () => {
    const conf = parseResolvConf('nameserver x\n'.repeat(100_000));
    expect(conf.problems).toHaveLength(10);
    expect(parseResolvConf(`${' \n'.repeat(40_000)}nameserver 192.0.2.1`)).toMatchObject({
      problems: [{ code: 'too-long' }],
    });
  });

  test('is read from its file', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'resolv-conf-'));
    const path = join(folder, 'resolv.conf');
    try {
      expect((await readResolvConf(path)).servers.map(printServer)).toEqual(['127.0.0.1']);
      await writeFile(path, 'nameserver 192.0.2.1\n');
      expect((await readResolvConf(path)).servers.map(printServer)).toEqual(['192.0.2.1']);
      const unreadable = await readResolvConf(folder);
      expect(unreadable.servers.map(printServer)).toEqual(['127.0.0.1']);
      expect(unreadable.problems).toEqual([{ code: 'unreadable', line: null }]);
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});
