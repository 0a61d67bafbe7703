import { describe, expect, test } from '@jest/globals';

import { reading, silentReading } from './reading.js';

describe('log.to', () => {
  test.each([
    ['auto', []],
    ['stderr', [{ kind: 'stderr' }]],
    ['[syslog, journal]', [{ kind: 'syslog' }, { kind: 'journal' }]],
    ['/var/log/spfwarden.log', [{ kind: 'file', path: '/var/log/spfwarden.log' }]],
    ['udp://192.0.2.1', [{ kind: 'udp', host: '192.0.2.1', port: 514 }]],
    ['udp://192.0.2.1:5514', [{ kind: 'udp', host: '192.0.2.1', port: 5514 }]],
    ['"udp://[2001:DB8::1]"', [{ kind: 'udp', host: '2001:db8::1', port: 514 }]],
    ['tcp://192.0.2.1:601', [{ kind: 'tcp', host: '192.0.2.1', port: 601 }]],
    ['["tcp://[::1]:601", stderr]', [{ kind: 'tcp', host: '::1', port: 601 }, { kind: 'stderr' }]],
  ])('%s', async (value, expected) => {
    expect((await silentReading(`log: {to: ${value}}`))['log.to']).toStrictEqual(expected);
  });

  const EXAMPLES =
    'examples: stderr, syslog, journal, /var/log/spfwarden.log, udp://192.0.2.1, "tcp://[2001:db8::1]:601"';

  test.each([
    ['sylog', '1:11  log.to: "sylog" is nowhere to log to; did you mean "syslog"?'],
    ['log.txt', `1:11  log.to: "log.txt" is nowhere to log to; ${EXAMPLES}`],
    ['http://192.0.2.1', `1:11  log.to: "http://192.0.2.1" is nowhere to log to; ${EXAMPLES}`],
    ['udp://192.0.2.1/', `1:11  log.to: "udp://192.0.2.1/" is nowhere to log to; ${EXAMPLES}`],
    ['"udp://2001:db8::1"', `1:11  log.to: "udp://2001:db8::1" is nowhere to log to; ${EXAMPLES}`],
    [
      'udp://log.example',
      '1:11  log.to: "udp://log.example" has no IP address; a name would have to be looked up by what the log reports on',
    ],
    ['tcp://192.0.2.1', '1:11  log.to: "tcp://192.0.2.1" has no port; example: tcp://192.0.2.1:514'],
    [
      'udp://192.0.2.1:0',
      '1:11  log.to: "udp://192.0.2.1:0" has a port that is none; example: udp://192.0.2.1:514',
    ],
    [
      'tcp://192.0.2.1:65536',
      '1:11  log.to: "tcp://192.0.2.1:65536" has a port that is none; example: tcp://192.0.2.1:514',
    ],
    ['[auto, stderr]', '1:12  log.to[0]: "auto" stands alone, not in a list'],
    ['[]', '1:11  log.to: nothing is named to log to; leave it out, or "auto"'],
    [
      '/var/log/',
      '1:11  log.to: "/var/log/" is not an absolute path of a file; example: /etc/spfwarden/senders',
    ],
    ['{a: b}', '1:11  log.to: expected where to log, found keys'],
    [`[${'stderr, '.repeat(9)}]`, '1:11  log.to: 9 targets are too many; at most 8'],
  ])('not %s', async (value, expected) => {
    const { config, lines } = await reading(`log: {to: ${value}}`);
    expect(config).toBeNull();
    expect(lines).toStrictEqual([expected]);
  });
});

describe('log', () => {
  test.each([
    ['facility: local7', { 'log.facility': 'local7' }],
    ['tag: a/B_c.d-9', { 'log.tag': 'a/B_c.d-9' }],
    ['results: all', { 'log.results': 'all' }],
    ['results: fail', { 'log.results': new Set(['fail']) }],
    ['results: [none, temperror]', { 'log.results': new Set(['none', 'temperror']) }],
    ['results: []', { 'log.results': new Set() }],
    ['recipients: domain, queue_id: false', { 'log.recipients': 'domain', 'log.queue_id': false }],
  ])('%s', async (text, expected) => {
    expect(await silentReading(`log: {${text}}`)).toMatchObject(expected);
  });

  test.each([
    ['facility: local8', '1:17  log.facility: "local8" is not known here; did you mean "local0"?'],
    ['tag: ""', '1:12  log.tag: "" is not a name for log lines; example: spfwarden'],
    ['tag: "a b"', '1:12  log.tag: "a b" is not a name for log lines; example: spfwarden'],
    [
      `tag: ${'a'.repeat(33)}`,
      `1:12  log.tag: "${'a'.repeat(33)}" is not a name for log lines; example: spfwarden`,
    ],
    ['results: [pass, fial]', '1:23  log.results[1]: "fial" is not a result; did you mean "fail"?'],
    ['results: [all]', /^1:17 {2}log\.results\[0\]: "all" is not a result; /],
    ['recipients: some', '1:19  log.recipients: "some" is not known here; one of none, domain, full'],
  ])('not %s', async (text, expected) => {
    const { lines } = await reading(`log: {${text}}`);
    expect(lines).toStrictEqual([typeof expected === 'string' ? expected : expect.stringMatching(expected)]);
  });
});

describe('paths', () => {
  test.each([
    ['include: off', { include: null }],
    ['include: "*.yml"', { include: '*.yml' }],
    ['include: /etc/x/a*b.yml', { include: '/etc/x/a*b.yml' }],
    ['skip: {senders_file: off}', { 'skip.senders_file': null }],
  ])('%s', async (text, expected) => {
    expect(await silentReading(text)).toMatchObject(expected);
  });

  test.each([
    ['include: conf.d/', '1:10  include: "conf.d/" is not a path of files; example: conf.d/*.yml'],
    ['include: ""', '1:10  include: "" is not a path of files; example: conf.d/*.yml'],
    ['include: [a.yml]', '1:10  include: expected a path, found a list'],
    [
      'include: "*/a.yml"',
      '1:10  include: "*/a.yml" has a star in the name of a folder; a star stands for part of the name of a file: conf.d/*.yml',
    ],
    [
      `include: ${'a'.repeat(4096)}`,
      `1:10  include: "${'a'.repeat(57)}..." is not a path of files; example: conf.d/*.yml`,
    ],
    [
      'skip: {senders_file: senders.txt}',
      '1:22  skip.senders_file: "senders.txt" is not an absolute path of a file; example: /etc/spfwarden/senders',
    ],
    [
      'skip: {senders_file: "/a\\0b"}',
      '1:22  skip.senders_file: "/a\\u0000b" is not an absolute path of a file; example: /etc/spfwarden/senders',
    ],
    ['skip: {senders_file: [/a]}', '1:22  skip.senders_file: expected the path of a file, found a list'],
  ])('not %s', async (text, expected) => {
    expect((await reading(text)).lines).toStrictEqual([expected]);
  });
});

describe('a listener', () => {
  test.each([
    ['127.0.0.1:1', { kind: 'tcp', host: '127.0.0.1', port: 1, name: null, allow: null }],
    ['{tcp: 127.0.0.1:1, name: in_1-b}', { name: 'in_1-b', allow: null }],
    ['{tcp: 127.0.0.1:1, allow: loopback}', { name: null, allow: [{ prefix: 8 }, { prefix: 128 }] }],
    ['/run/a', { kind: 'unix', name: null, allow: null }],
    ['{socket: /run/a, name: inbound}', { kind: 'unix', name: 'inbound', allow: null }],
    ['{systemd: a.socket}', { kind: 'systemd', socket: 'a.socket', name: null, allow: null }],
    ['{systemd: 5, name: in}', { kind: 'systemd', socket: '5', name: 'in', allow: null }],
    ['{systemd: a, allow: 192.0.2.0/24}', { kind: 'systemd', socket: 'a', allow: [{ prefix: 24 }] }],
  ])('%s', async (value, expected) => {
    const config = await silentReading(`listen:\n  policy: ${value}\n`);
    expect(config['listen.policy']).toMatchObject([expected]);
  });

  test.each([
    [
      '{tcp: 127.0.0.1:1, allow: x}',
      [expect.stringMatching(/^1:45 {2}listen\.policy\.allow: "x" is not a network; /)],
    ],
    [
      '{tcp: 127.0.0.1:1, allow: []}',
      ['1:45  listen.policy.allow: nobody could connect; name a network, or leave it out'],
    ],
    [
      '{socket: /run/a, allow: loopback}',
      ['1:43  listen.policy.allow: only "tcp" has it; "mode" says who may connect'],
    ],
    [
      '{tcp: 127.0.0.1:1, name: In}',
      ['1:44  listen.policy.name: "In" is not the name of a listener; 1 to 32 of a-z, 0-9, _ and -'],
    ],
    [
      '{socket: /run/a, name: [a]}',
      ['1:42  listen.policy.name: expected the name of a listener, found a list'],
    ],
    [
      '[{tcp: 127.0.0.1:1, name: a}, {socket: /run/a, name: a}]',
      [
        '1:72  listen.policy[1].name: "a" is the name of another listener too; rules tell listeners by their names',
      ],
    ],
    [
      '{tcp: x, name: In, mode: rw, owner: a}',
      [
        expect.stringMatching(/^1:25 {2}listen\.policy\.tcp: "x" is not an address to listen on; /),
        expect.stringMatching(/^1:34 {2}listen\.policy\.name: "In" is not the name/),
        '1:44  listen.policy.mode: only a socket has it, not "tcp"',
        '1:55  listen.policy.owner: only a socket has it, not "tcp"',
      ],
    ],
    ...['a:b', 'ä', '', 'a'.repeat(256)].map((name): [string, unknown[]] => [
      `{systemd: "${name}"}`,
      [
        expect.stringMatching(
          /^1:29 {2}listen\.policy\.systemd: ".*" is not the name of a socket of systemd; /,
        ),
      ],
    ]),
    [
      '{systemd: [a], name: In, mode: rw, allow: []}',
      [
        expect.stringMatching(/^1:29 {2}listen\.policy\.systemd: expected a value, found a list/),
        expect.stringMatching(/^1:40 {2}listen\.policy\.name: "In" is not the name/),
        '1:50  listen.policy.mode: the unit of systemd says it, not "systemd"',
        expect.stringMatching(/^1:61 {2}listen\.policy\.allow: nobody could connect; /),
      ],
    ],
    ...['socket: /run/a', 'tcp: 127.0.0.1:1'].map((other): [string, unknown[]] => [
      `{systemd: a, ${other}}`,
      ['1:19  listen.policy: a listener has one of "socket", "tcp" and "systemd"'],
    ]),
  ])('not %s', async (value, expected) => {
    const { config, lines } = await reading(`listen: {policy:  ${value}}`);
    expect(config).toBeNull();
    expect(lines).toStrictEqual(expected);
  });
});
