import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';

import { CONFIG_KEYS, loadConfig, printProblems, printSampleFile } from '../../src/config/index.js';
import { filesOf } from './files.js';

const GROUPS = 'root:x:0:\npostfix:x:104:\n';

/** The problems of a file, as they are printed but for its name: `4:21  dns.timeout: ...`. */
async function problemsOf(text: string): Promise<{ readonly ok: boolean; readonly lines: string[] }> {
  const loaded = await loadConfig({ path: 'f', files: filesOf({ f: text, '/etc/group': GROUPS }) });
  const problems = loaded.ok ? loaded.value.remarks : loaded.error;
  const lines = printProblems(problems).replace(/^f:?/gm, '').split('\n').slice(0, -1);
  return { ok: loaded.ok, lines: lines.map((line) => line.replace(/ {2,}/, '  ')) };
}

const LISTEN_EXAMPLES = 'examples: 127.0.0.1:8895, "[::1]:8895", unix:/run/spfwarden/policy.sock';
const SERVER_EXAMPLES = 'examples: 127.0.0.1, "[::1]:5353", tls://9.9.9.9@dns.quad9.net, quad9-tls';
const TOP_KEYS = `the keys here are: ${[...new Set(CONFIG_KEYS.map((key) => key.replace(/\..*/, '')))].join(', ')}`;

describe('an error', () => {
  test.each([
    // Keys.
    ['profil: dmarc', '1:1  profil: unknown key; did you mean "profile"?'],
    ['DNS: {}', '1:1  DNS: unknown key; did you mean "dns"?'],
    ['dns:\n  tiemout: 3s', '2:3  dns.tiemout: unknown key; did you mean "timeout"?'],
    ['timeout: 3s', '1:1  timeout: unknown key; write it as "timeout" in the section "dns"'],
    ['dns.timeout: 3s', '1:1  "dns.timeout": unknown key; write it as "timeout" in the section "dns"'],
    ['server: {level: info}', '1:10  server.level: unknown key; write it as "level" in the section "log"'],
    ['milter: off', '1:1  milter: unknown key; write it as "milter" in the section "listen"'],
    ['server: {umask: "0117"}', '1:10  server.umask: unknown key; the keys here are: max_connections, drain'],
    ['"__proto__": {profile: dmarc}', `1:1  __proto__: unknown key; ${TOP_KEYS}`],
    [
      'limits: {constructor: 1}',
      '1:10  limits.constructor: unknown key; the keys here are: terms, void, void_counting, names, time, stage_time',
    ],
    ['"a\\u001b[2Jb": 1', `1:1  "a\\u001b[2Jb": unknown key; ${TOP_KEYS}`],
    ['<<: {profile: dmarc}', `1:1  "<<": unknown key; ${TOP_KEYS}`],
    [
      'profile: strict\nlog: {}\nprofile: monitor',
      '3:1  profile: written twice, in line 1 and here; remove one of them',
    ],
    ['? [a]\n: b', '1:3  a key is one word'],
    [
      'server: 5',
      '1:9  server: expected keys, one a line and indented; the keys are: max_connections, drain',
    ],
    // Options of other programs.
    [
      'max_lookups: 10',
      '1:1  max_lookups: unknown key; an option of spf-milter; here it is "limits: {terms: ...}"',
    ],
    [
      'HELO_reject: Fail',
      '1:1  HELO_reject: unknown key; an option of policyd-spf; here it is "actions: {helo: ...}", with an action for each result: "fail: reject"',
    ],
    [
      'skip_addresses: 127.0.0.1',
      '1:1  skip_addresses: unknown key; an option of policyd-spf; here it is "skip: {networks: [...]}"',
    ],
    [
      '# x\nVoid_Limit = 2\nTestOnly = 1',
      '2:1  the file holds no keys; "Void_Limit" is an option of policyd-spf; here it is "limits: {void: ...}", and with "void_counting: query" hosts of mx count as there',
    ],
    [
      'profile:dmarc',
      '1:1  the file holds no keys; a key is followed by a colon and a blank, as in "profile: monitor"',
    ],
    [
      '- profile',
      '1:1  the file holds no keys; a key is followed by a colon and a blank, as in "profile: monitor"',
    ],
    // Words, numbers, durations.
    ['profile: standrad', '1:10  profile: "standrad" is not known here; did you mean "standard"?'],
    ['profile: x', '1:10  profile: "x" is not known here; one of standard, dmarc, strict, monitor'],
    ['profile: [dmarc]', '1:10  profile: expected one of standard | dmarc | strict | monitor, found a list'],
    ['log: {format: {a: b}}', '1:15  log.format: expected one of text | json, found keys'],
    ['dns: {tcp: maybe}', '1:12  dns.tcp: "maybe" is neither true nor false'],
    ['dns: {tries: 0}', '1:14  dns.tries: 0 is out of range; it can be 1 to 10'],
    ['dns: {tries: -1}', '1:14  dns.tries: "-1" is not a whole number'],
    ['dns: {tries: 1e1}', '1:14  dns.tries: "1e1" is not a whole number'],
    ['dns: {edns: 100}', '1:13  dns.edns: 100 is out of range; it can be 0, or 512 to 4096'],
    ['dns:\n  timeout: soon', '2:12  dns.timeout: "soon" is not a duration; examples: 500ms, 3s, 1m'],
    ['dns: {timeout: 3 s}', '1:16  dns.timeout: "3 s" is not a duration; examples: 500ms, 3s, 1m'],
    ['dns: {timeout: 1.5s}', '1:16  dns.timeout: "1.5s" is not a duration; examples: 500ms, 3s, 1m'],
    ['dns: {timeout: 2m}', '1:16  dns.timeout: "2m" is out of range; it can be 50ms to 60s'],
    [
      'limits: {time: 99999999999999999999s}',
      '1:16  limits.time: "99999999999999999999s" is not a duration; examples: 500ms, 3s, 1m',
    ],
    // Sizes, and the cache.
    [
      'dns: {cache: {size: much}}',
      '1:21  dns.cache.size: "much" is not a size; examples: 512KiB, 64MiB, 1GiB',
    ],
    [
      'dns: {cache: {size: 1.5GiB}}',
      '1:21  dns.cache.size: "1.5GiB" is not a size; examples: 512KiB, 64MiB, 1GiB',
    ],
    ['dns: {cache: {size: 64}}', '1:21  dns.cache.size: "64" is out of range; it can be 1MiB to 4GiB'],
    [
      'dns: {cache: {size: 99999999TiB}}',
      '1:21  dns.cache.size: "99999999TiB" is not a size; examples: 512KiB, 64MiB, 1GiB',
    ],
    ['dns: {cache: {size: [1MiB]}}', '1:21  dns.cache.size: expected a size, found a list'],
    [
      'dns: {cache: {failure_ttl: 1m}}',
      '1:28  dns.cache.failure_ttl: "1m" is out of range; it can be 0s to 30s',
    ],
    [
      'dns: {cache: {min_ttl: 2m, max_ttl: 1m}}',
      '1:24  dns.cache.min_ttl: min_ttl is more than max_ttl; raise the one or lower the other',
    ],
    [
      'dns: {cache: off}',
      '1:14  dns.cache: expected keys, one a line and indented; the keys are: entries, size, min_ttl, max_ttl, negative_ttl, failure_ttl, serve_stale',
    ],
    ['dns: {cache: {max-ttl: 1h}}', '1:15  dns.cache.max-ttl: unknown key; did you mean "max_ttl"?'],
    [
      'dns: {serve_stale: 1h}',
      '1:7  dns.serve_stale: unknown key; write it as "serve_stale" in the section "dns.cache"',
    ],
    // Names.
    [
      'hostname: mail',
      '1:11  hostname: "mail" is not a host name: it has no domain; example: mx.example.net',
    ],
    [
      'hostname: a..example',
      '1:11  hostname: "a..example" is not a host name: one of its parts is empty or longer than 63 octets; example: mx.example.net',
    ],
    [
      'hostname: "a b.example"',
      '1:11  hostname: "a b.example" is not a host name: only letters, digits, hyphens, underscores and dots can be in it; example: mx.example.net',
    ],
    ['hostname: ""', '1:11  hostname: "" is not a host name: it is empty; example: mx.example.net'],
    ['hostname: [a.example]', '1:11  hostname: expected a host name, found a list'],
    // Listeners.
    ['listen: {policy: x}', `1:18  listen.policy: "x" is not an address to listen on; ${LISTEN_EXAMPLES}`],
    [
      'listen: {policy: 8895}',
      '1:18  listen.policy: "8895" is not an address to listen on; write 127.0.0.1:8895',
    ],
    [
      'listen: {policy: localhost:8895}',
      '1:18  listen.policy: "localhost:8895" is not an address to listen on; write 127.0.0.1:8895',
    ],
    [
      'listen: {policy: "*:8895"}',
      '1:18  listen.policy: "*:8895" is not an address to listen on; for all addresses write "[::]:8895"',
    ],
    [
      'listen: {policy: inet:127.0.0.1:8895}',
      '1:18  listen.policy: "inet:127.0.0.1:8895" is not an address to listen on; write 127.0.0.1:8895',
    ],
    ...[
      ['inet:8894@localhost', '127.0.0.1:8894'],
      ['inet:8894@192.0.2.1', '192.0.2.1:8894'],
      ['inet:8894', '127.0.0.1:8894'],
      ['"inet6:8894@[::1]"', '"[::1]:8894"'],
      ['inet6:8894@::1', '"[::1]:8894"'],
      ['local:/run/milter.sock', 'unix:/run/milter.sock'],
    ].map(([old = '', ours = '']) => [
      `listen: {milter: ${old}}`,
      `1:18  listen.milter: "${old.replaceAll('"', '')}" is not an address to listen on; write ${ours}`,
    ]),
    [
      'listen: {policy: ::1:8895}',
      '1:18  listen.policy: "::1:8895" is not an address to listen on; write "[::1]:8895"',
    ],
    [
      'listen: {policy: [::1]}',
      '1:19  listen.policy[0]: "::1" is not an address to listen on; with a port: "[::1]:8895"',
    ],
    [
      'listen: {policy: 127.0.0.1}',
      '1:18  listen.policy: "127.0.0.1" is not an address to listen on; with a port: 127.0.0.1:8895',
    ],
    [
      'listen: {policy: 127.0.0.1:65536}',
      `1:18  listen.policy: "127.0.0.1:65536" is not an address to listen on; ${LISTEN_EXAMPLES}`,
    ],
    [
      'listen: {policy: unix:private/spf}',
      '1:18  listen.policy: "private/spf" is not an absolute path; write it from the root; what Postfix calls unix:spf/policy is below /var/spool/postfix',
    ],
    [
      `listen: {policy: /run/${'x'.repeat(103)}}`,
      '1:18  listen.policy: the path has 108 bytes, and the path of a socket at most 107',
    ],
    [
      `listen: {policy: /run/${'ü'.repeat(60)}}`,
      '1:18  listen.policy: the path has 125 bytes, and the path of a socket at most 107',
    ],
    ['listen: {policy: "/run/a\\0b"}', '1:18  listen.policy: a path cannot hold a zero octet'],
    ['listen: {policy: [off]}', '1:19  listen.policy[0]: "off" stands alone, not in a list'],
    [
      'listen: {policy: [127.0.0.1:1, 127.0.0.1:1]}',
      '1:32  listen.policy[1]: 127.0.0.1 port 1 is listened on twice; remove one of them',
    ],
    [
      'listen: {policy: [/run/a, {socket: /run/a}]}',
      '1:27  listen.policy[1]: /run/a is listened on twice; remove one of them',
    ],
    ['listen: {policy: {sokcet: /run/a}}', '1:19  listen.policy.sokcet: unknown key; did you mean "socket"?'],
    [
      'listen: {policy: {tcp: 127.0.0.1:1, allow: x}}',
      '1:44  listen.policy.allow: "x" is not a network; examples: 192.0.2.1, 192.0.2.0/24, 192.0.2.1-192.0.2.9, "2001:db8::/32", loopback, private',
    ],
    [
      'listen: {policy: {group: postfix}}',
      '1:18  listen.policy: a listener has one of "socket", "tcp" and "systemd"',
    ],
    [
      'listen: {policy: {socket: /run/a, tcp: 127.0.0.1:1}}',
      '1:18  listen.policy: a listener has one of "socket", "tcp" and "systemd"',
    ],
    [
      'listen: {policy: {tcp: 127.0.0.1:1, mode: 0660}}',
      '1:43  listen.policy.mode: only a socket has it, not "tcp"',
    ],
    [
      'listen: {policy: {socket: /run/a, mode: rw}}',
      '1:41  listen.policy.mode: "rw" is not a file mode; example: "0660"',
    ],
    [
      'listen: {policy: {socket: /run/a, mode: 0888}}',
      '1:41  listen.policy.mode: "0888" is not a file mode; example: "0660"',
    ],
    [
      'listen: {policy: {socket: /run/a, owner: "a:b"}}',
      '1:42  listen.policy.owner: "a:b" is not the name of a user or group',
    ],
    ['listen: {policy: {socket: [/run/a]}}', '1:27  listen.policy.socket: expected a value, found a list'],
    [
      `listen: {policy: [${'127.0.0.1:0, '.repeat(33)}]}`,
      '1:18  listen.policy: 33 addresses are too many; at most 32',
    ],
    // A section in a section.
    [
      'dns: {outage_guard: off}',
      '1:21  dns.outage_guard: expected keys, one a line and indented; the keys are: window, min_checks, ratio, then',
    ],
    ['dns: {outage_guard: {than: off}}', '1:22  dns.outage_guard.than: unknown key; did you mean "then"?'],
    [
      'dns: {window: 60s}',
      '1:7  dns.window: unknown key; write it as "window" in the section "dns.outage_guard"',
    ],
    ['outage_guard: {ratio: 0.5}', `1:1  outage_guard: unknown key; ${TOP_KEYS}`],
    // Shares.
    [
      'dns: {outage_guard: {ratio: 50%}}',
      '1:29  dns.outage_guard.ratio: "50%" is not a number; example: 0.5',
    ],
    [
      'dns:\n  outage_guard:\n    ratio: 0,5',
      '3:12  dns.outage_guard.ratio: "0,5" is not a number; example: 0.5',
    ],
    [
      'dns: {outage_guard: {ratio: 1e-1}}',
      '1:29  dns.outage_guard.ratio: "1e-1" is not a number; example: 0.5',
    ],
    ['dns: {outage_guard: {ratio: "."}}', '1:29  dns.outage_guard.ratio: "." is not a number; example: 0.5'],
    [
      'dns: {outage_guard: {ratio: 0}}',
      '1:29  dns.outage_guard.ratio: "0" is out of range; it can be 0.01 to 1',
    ],
    [
      'dns: {outage_guard: {ratio: 50}}',
      '1:29  dns.outage_guard.ratio: "50" is out of range; it can be 0.01 to 1',
    ],
    ['dns: {outage_guard: {ratio: [0.5]}}', '1:29  dns.outage_guard.ratio: expected a number, found a list'],
    // Name servers.
    ['dns: {servers: []}', '1:16  dns.servers: no server is named; leave it out, or "system"'],
    ['dns: {servers: [system]}', '1:17  dns.servers[0]: "system" stands alone, not in a list'],
    [
      'dns: {servers: [dns.example]}',
      `1:17  dns.servers[0]: "dns.example" is not the address of a name server; ${SERVER_EXAMPLES}`,
    ],
    [
      'dns: {servers: 127.0.0.1:0}',
      `1:16  dns.servers: "127.0.0.1:0" is not the address of a name server: the port is none; ${SERVER_EXAMPLES}`,
    ],
    [
      'dns: {servers: ["tls://dns.quad9.net"]}',
      `1:17  dns.servers[0]: "tls://dns.quad9.net" is not the address of a name server; ${SERVER_EXAMPLES}`,
    ],
    [
      'dns: {servers: ["tls://9.9.9.9@a b"]}',
      `1:17  dns.servers[0]: "tls://9.9.9.9@a b" is not the address of a name server: what follows the @ is not the name of a host; ${SERVER_EXAMPLES}`,
    ],
    [
      'dns: {servers: "192.0.2.1%eth0"}',
      `1:16  dns.servers: "192.0.2.1%eth0" is not the address of a name server: the zone is none; ${SERVER_EXAMPLES}`,
    ],
    [
      'dns: {servers: yahoo-tls}',
      `1:16  dns.servers: "yahoo-tls" is not the address of a name server; ${SERVER_EXAMPLES}`,
    ],
    [
      'dns: {servers: [google, google-tls, quad9, quad9-tls, cloudflare]}',
      '1:16  dns.servers: 20 servers are too many; at most 16',
    ],
    [
      'dns: {tls_ca: ca.pem}',
      '1:15  dns.tls_ca: "ca.pem" is not an absolute path; example: /etc/ssl/certs/my-ca.pem',
    ],
    ['dns: {tls_ca: [/a.pem]}', '1:15  dns.tls_ca: expected the path of a file, found a list'],
    [
      `dns: {servers: [${'127.0.0.1, '.repeat(17)}]}`,
      '1:16  dns.servers: 17 servers are too many; at most 16',
    ],
    // What YAML makes of what people type.
    [
      'dns:\n  servers:\n    - 2001:db8::\n',
      '3:7  dns.servers[0]: expected the address of a name server, found a key; put an address that ends in a colon in quotes: "2001:db8::"',
    ],
    [
      'listen:\n  policy:\n    - 2001:db8::\n',
      '3:7  listen.policy[0]: expected an address, found a key; put an address that ends in a colon in quotes: "2001:db8::"',
    ],
    [
      'hostname: @example.com',
      '1:11  plain value cannot start with reserved character @; write example.com, without the @, or put the value in quotes',
    ],
    [
      'hostname: %{o}',
      '1:11  plain value cannot start with directive indicator character %; put the value in quotes',
    ],
    [
      'hostname: *.example.com',
      '1:11  hostname: "*.example.com" begins with a star, which YAML takes for an alias; write it without the star, as ".example.com", or in quotes',
    ],
    [
      'listen: {policy: *:8895}',
      '1:18  listen.policy: "*:8895" begins with a star, which YAML takes for an alias; put it in quotes',
    ],
    [
      'listen:\n  policy: [::1]:8895',
      '2:16  unexpected scalar at node end; put an address with brackets in quotes: "[::1]:8895"',
    ],
    [
      'hostname: reject: now',
      '1:11  a second key on one line; a value with ": " in it, or a colon at its end, needs quotes',
    ],
    ['dns:\n\ttcp: true', '2:1  tabs are not allowed as indentation; indent with blanks'],
    [
      'dns:\n  tcp: true\n tries: 1',
      '3:1  all mapping items must start at the same column; keys of one section begin in the same column, and brackets are closed',
    ],
    ['hostname: "x', '1:13  a text in quotes has no end'],
    [
      'profile: dmarc\n---\nprofile: strict',
      '2:1  a second document begins here; a file is one document; remove the line with "---"',
    ],
    [
      'hostname: !secret mx.example.net',
      '1:19  hostname: tags such as "!secret" are not used; leave it out, or put the value in quotes',
    ],
    [
      'dns: {tries: !!int 3}',
      '1:20  dns.tries: tags such as "tag:yaml.org,2002:int" are not used; leave it out, or put the value in quotes',
    ],
  ])('%j', async (text, expected) => {
    expect(await problemsOf(text)).toStrictEqual({ ok: false, lines: [expected] });
  });
});

describe('a file without an end', () => {
  test.each([
    ['3000 brackets', '['.repeat(3000), 'nested too deeply'],
    ['20 lists in one another', `a: ${'['.repeat(20)}${']'.repeat(20)}`, 'nested too deeply'],
    ['a list that holds itself', 'a: &a [*a]', 'nested too deeply'],
    ['ten thousand million aliases', laughs(), 'the file holds too many values'],
  ])('%s', async (_, text, message) => {
    const loaded = await loadConfig({ path: 'f', files: filesOf({ f: text }) });
    expect(loaded).toMatchObject({
      ok: false,
      error: expect.arrayContaining([expect.objectContaining({ message })]),
    });
  });

  function laughs(): string {
    const lines = ['l0: &l0 [x, x, x, x, x, x, x, x, x, x]'];
    for (let i = 1; i < 10; i++) lines.push(`l${i}: &l${i} [${`*l${i - 1}, `.repeat(10)}]`);
    return lines.join('\n');
  }
});

describe('a warning or a note', () => {
  test.each([
    ['dns: {tcp: yes}', '1:12  note: dns.tcp: "yes" is taken as true'],
    ['dns: {tcp: NO}', '1:12  note: dns.tcp: "NO" is taken as false'],
    ['dns: {tcp: on}', '1:12  note: dns.tcp: "on" is taken as true'],
    ['dns: {tcp: off}', '1:12  note: dns.tcp: "off" is taken as false'],
    ['limits: {time: 20}', '1:16  note: limits.time: 20 is taken as seconds; better written 20s'],
    ['dns: {cache: {size: 64M}}', '1:21  note: dns.cache.size: "64M" is taken as 64MiB'],
    ['dns: {cache: {size: 2gb}}', '1:21  note: dns.cache.size: "2gb" is taken as 2GiB'],
    ['profile: ~', '1:10  note: profile: no value is given: standard is used'],
    ['dns:\n  timeout:', '2:11  note: dns.timeout: no value is given: auto is used'],
    ['dns: {tcp}', '1:7  note: dns.tcp: no value is given: true is used'],
    ['listen: {policy: no}', '1:18  note: listen.policy: "no" is taken as off'],
    [
      'listen: {policy: /spool/a}',
      '1:18  warning: listen.policy: there is no directory /spool; make it, or the socket cannot be opened',
    ],
    [
      'listen: {policy: [/run/a, /spool/b/c]}',
      '1:27  warning: listen.policy[1]: there is no directory /spool/b; make it, or the socket cannot be opened',
    ],
    ...['0.0.0.0:8895', '"[::]:8895"', '192.0.2.1:8895'].map((address) => [
      `listen: {policy: ${address}}`,
      '1:18  warning: listen.policy: anybody who reaches it can ask; a mail server on this machine needs only loopback; name other clients in "allow"',
    ]),
    [
      'listen: {milter: 0.0.0.0:8894}',
      '1:18  warning: listen.milter: anybody who reaches it can ask; a mail server on this machine needs only loopback; name other clients in "allow"',
    ],
    [
      'listen: {milter: [127.0.0.1:8894, /spool/c]}',
      '1:35  warning: listen.milter[1]: there is no directory /spool; make it, or the socket cannot be opened',
    ],
    [
      'listen: {policy: {socket: /run/a, owner: 5, group: postfixx}}',
      '1:18  warning: listen.policy: there is no group postfixx in /etc/group; make it or give its number, or the socket cannot be opened',
    ],
    [
      'dns: {servers: [127.0.0.1, quad9-tls]}',
      '1:16  warning: dns.servers: some servers are asked over TLS and some are not; whichever answers faster is asked first, so questions are not kept private',
    ],
    [
      'limits: {terms: 20}',
      '1:17  warning: limits.terms: RFC 7208 section 4.6.4 says 10; results will differ from those of other sites',
    ],
    [
      'limits: {time: 100s}',
      '1:16  warning: limits.time: Postfix waits only 100 seconds for an answer; stay well below, 20s is good',
    ],
  ])('%j', async (text, expected) => {
    expect(await problemsOf(text)).toStrictEqual({ ok: true, lines: [expected] });
  });
});

describe('several problems', () => {
  test('are all told, in the order of the file', async () => {
    const { lines } = await problemsOf(
      [
        'profil: dmarc',
        'dns:',
        '  servers: [x, 127.0.0.1, y]',
        '  timeout: soon',
        '  tcp: yes',
        'hostname: @example',
        'limits: {terms: 11, time: 0s}',
      ].join('\n'),
    );
    expect(lines.map((line) => line.split(' ', 3).join(' '))).toStrictEqual([
      '1:1  profil:',
      '3:13  dns.servers[0]:',
      '3:27  dns.servers[2]:',
      '4:12  dns.timeout:',
      '5:8  note:',
      '6:11  plain',
      '7:17  warning:',
      '7:27  limits.time:',
    ]);
  });

  test('are at most 100', async () => {
    const { lines } = await problemsOf(Array.from({ length: 1000 }, (_, i) => `k${i}: 1`).join('\n'));
    expect(lines).toHaveLength(100);
  });

  test.each([
    ['one key again and again', 'a:\n'.repeat(250_000), 'written twice'],
    ['more keys than there are', keys(19_000), 'unknown key'],
  ])(
    'in a large file are at most 100, too: %s',
    async (_, text, message) => {
      const { ok, lines } = await problemsOf(text);
      expect({ ok, count: lines.length }).toEqual({ ok: false, count: 100 });
      expect(lines.at(-1)).toContain(message);
    },
    60_000,
  ); // the YAML library takes its time

  function keys(count: number): string {
    return Array.from({ length: count }, (_, i) => `k${i}: 1\n`).join('');
  }
});

test('printed problems have their sentences in one column', () => {
  const problem = { severity: 'error', path: 'a', code: 'value', message: 'no', hint: null } as const;
  expect(
    printProblems([
      { ...problem, source: '/etc/f.yml', line: 7, column: 12 },
      { ...problem, source: '--flag', line: null, column: null },
    ]),
  ).toBe('/etc/f.yml:7:12  a: no\n--flag           a: no\n');
  expect(printProblems([])).toBe('');
});

test('a damaged file is answered with a configuration or with problems, never with an exception', async () => {
  const sample = printSampleFile();
  const damage = fc.record({
    at: fc.nat(sample.length),
    cut: fc.nat(12),
    insert: fc.oneof(
      fc.constantFrom(
        ':',
        '-',
        '[',
        '{',
        '*',
        '&',
        '!',
        '|',
        '%',
        '@',
        '"',
        '#',
        '\t',
        '\n',
        '\r',
        '\0',
        '---\n',
      ),
      fc.string({ maxLength: 6 }),
    ),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(damage, { minLength: 1, maxLength: 4 }), async (damages) => {
      const text = damages.reduce(
        (t, { at, cut, insert }) => t.slice(0, at) + insert + t.slice(at + cut),
        sample,
      );
      const { ok, lines } = await problemsOf(text);
      expect(ok || lines.length > 0).toBe(true);
      for (const line of lines) expect(line).not.toMatch(/[\x00-\x1f\x7f-\x9f\u2028\u2029]/);
    }),
    { seed: 7, numRuns: 60 },
  );
});
