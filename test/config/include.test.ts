import { describe, expect, test } from '@jest/globals';

import { loadConfig, printProblems, type LoadedConfig } from '../../src/config/index.js';
import { filesOf } from './files.js';

const MAIN = '/etc/spfwarden/spfwarden.yml';

function loading(files: Readonly<Record<string, string>>) {
  return loadConfig({ path: MAIN, files: filesOf({ [MAIN]: '', ...files }) });
}

async function load(files: Readonly<Record<string, string>>): Promise<LoadedConfig> {
  const loaded = await loading(files);
  if (!loaded.ok) throw new Error(printProblems(loaded.error));
  return loaded.value;
}

async function problemsOf(files: Readonly<Record<string, string>>): Promise<readonly string[]> {
  const loaded = await loading(files);
  const text = printProblems(loaded.ok ? loaded.value.remarks : loaded.error);
  return text
    .split('\n')
    .slice(0, -1)
    .map((line) => line.replace(/ {2,}/, '  ').replaceAll('/etc/spfwarden/', ''));
}

describe('the files that are included', () => {
  test.each([
    ['conf.d/*.yml', { 'conf.d/b.yml': '', 'conf.d/a.yml': '' }, ['conf.d/a.yml', 'conf.d/b.yml']],
    ['nothing else', { 'conf.d/a.yml~': '', 'conf.d/.a.yml': '', 'conf.d/a/b.yml': '', 'a.yml': '' }, []],
    [
      'in the order of bytes',
      { 'conf.d/é.yml': '', 'conf.d/a.yml': '', 'conf.d/Z.yml': '', 'conf.d/10.yml': '', 'conf.d/9.yml': '' },
      ['conf.d/10.yml', 'conf.d/9.yml', 'conf.d/Z.yml', 'conf.d/a.yml', 'conf.d/é.yml'],
    ],
    [
      'those of a pattern',
      {
        'spfwarden.yml': 'include: x/a*b*.y*l',
        'x/ab.yml': '',
        'x/a1b2.yl': '',
        'x/ba.yml': '',
        'x/a.yb': '',
      },
      ['x/a1b2.yl', 'x/ab.yml'],
    ],
    ['one of a name', { 'spfwarden.yml': 'include: more.yml', 'more.yml': '' }, ['more.yml']],
    ['not the file itself', { 'spfwarden.yml': 'include: "*.yml"', 'more.yml': '' }, ['more.yml']],
  ])('%s', async (_, contents, expected) => {
    const files = Object.entries(contents).map(([name, text]) => [`/etc/spfwarden/${name}`, text] as const);
    const loaded = await load(Object.fromEntries(files));
    expect(loaded.files.slice(1).map((file) => file.replace('/etc/spfwarden/', ''))).toStrictEqual(expected);
    expect(loaded.file).toBe(MAIN);
  });

  test('are read where there is no main file', async () => {
    const files = filesOf({ '/etc/spfwarden/conf.d/a.yml': 'profile: dmarc' });
    expect(await loadConfig({ path: null, files })).toMatchObject({
      ok: true,
      value: { file: null, files: ['/etc/spfwarden/conf.d/a.yml'], config: { profile: 'dmarc' } },
    });
  });
});

const CONF_D = '/etc/spfwarden/conf.d';

describe('what they say', () => {
  test('merges with what was said before', async () => {
    const { config, origins, remarks } = await load({
      [MAIN]:
        'dns:\n  timeout: 1s\nskip: {networks: [192.0.2.1]}\nrules: [{when: {sender: a.example}, then: {skip: true}}]',
      [`${CONF_D}/a.yml`]: 'dns:\n  tries: 5\nskip:\n  networks: [192.0.2.2]\nlisten: {policy: 127.0.0.1:1}',
      [`${CONF_D}/b.yml`]:
        'skip: {networks: 192.0.2.3}\nrules:\n  - {when: {sender: b.example}, then: {skip: true}}\nlisten: {policy: {socket: /run/b}}',
    });
    expect(config).toMatchObject({ 'dns.timeout': 1000, 'dns.tries': 5 });
    expect(config['skip.networks']).toHaveLength(3);
    expect(config['listen.policy']).toMatchObject([{ port: 1 }, { path: '/run/b' }]);
    expect(config.rules.map(({ name }) => name)).toStrictEqual(['rule 1', 'rule 2']);
    expect(origins.get('dns.tries')).toStrictEqual({
      from: 'file',
      file: `${CONF_D}/a.yml`,
      line: 2,
      column: 10,
    });
    expect(remarks).toStrictEqual([]);
  });

  test.each([
    [
      'a value that is given twice',
      { [MAIN]: 'log:\n  level: info', [`${CONF_D}/a.yml`]: 'log: {level: debug}' },
      ['conf.d/a.yml:1:14  note: log.level: spfwarden.yml:2 gives another value; this one is used'],
    ],
    [
      'a word that stands alone',
      { [MAIN]: 'listen: {policy: off}', [`${CONF_D}/a.yml`]: 'listen: {policy: 127.0.0.1:1}' },
      ['conf.d/a.yml:1:18  note: listen.policy: spfwarden.yml:1 gives another value; this one is used'],
    ],
    [
      'an include inside',
      { [`${CONF_D}/a.yml`]: 'include: x/*' },
      ['conf.d/a.yml:1:10  include: only the main file can include others; name it there'],
    ],
    [
      'a named file that is not there',
      { [MAIN]: 'include: more.yml' },
      ['more.yml  cannot be read: there is no such file'],
    ],
    [
      'a file that cannot be read',
      { [`${CONF_D}/a.yml`]: 'EACCES' },
      ['conf.d/a.yml  cannot be read: permission denied'],
    ],
    [
      'a folder that cannot be read',
      { [MAIN]: 'include: x/*.yml', '/etc/spfwarden/x': 'EACCES' },
      ['spfwarden.yml:1:10  include: the folder x cannot be read: permission denied'],
    ],
    [
      'problems of several files',
      { [MAIN]: 'a: 1\nb: 1', [`${CONF_D}/b.yml`]: 'c: 1', [`${CONF_D}/a.yml`]: '\n\n\nd: 1' },
      [
        /^spfwarden.yml:1:1 {2}a: /,
        /^spfwarden.yml:2:1 {2}b: /,
        /^conf.d\/a.yml:4:1 {2}d: /,
        /^conf.d\/b.yml:1:1 {2}c: /,
      ],
    ],
    [
      'a finding about an item of a second file',
      { [MAIN]: 'listen: {policy: [/run/a]}', [`${CONF_D}/a.yml`]: 'listen:\n  policy: [/run/b, /run/a]' },
      ['conf.d/a.yml:2:20  listen.policy[1]: /run/a is listened on twice; remove one of them'],
    ],
    [
      'too many files',
      Object.fromEntries(Array.from({ length: 101 }, (_, i) => [`${CONF_D}/${i}.yml`, ''])),
      ['built-in  include: "conf.d/*.yml" stands for 101 files; at most 100'],
    ],
  ])('%s', async (_, files, expected) => {
    const lines = await problemsOf(files);
    expect(lines).toStrictEqual(
      expected.map((line) => (line instanceof RegExp ? expect.stringMatching(line) : line)),
    );
  });
});
