/** `spfwarden query`, `check` and wrong words, run as processes. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';

import { runProgram } from '../support/program.js';

const ZONE = `
pass.example: [{TXT: "v=spf1 ip4:192.0.2.0/24 -all"}]
fail.example: [{TXT: "v=spf1 -all exp=why.fail.example"}]
why.fail.example: [{TXT: "%{i} is not ours"}]
softfail.example: [{TXT: "v=spf1 ~all"}]
neutral.example: [{TXT: "v=spf1 ?all"}]
controls.example: [{TXT: "v=spf1 \u009b31m -all"}]
permerror.example: [{TXT: "v=spf1 moo"}]
temperror.example: SERVFAIL
none.example: [{TXT: "hello"}]
macro.example: [{TXT: "v=spf1 include:pass.example exists:%{l}._spf.%{d} mx -all"}, {MX: [10, "mx.macro.example"]}]
ip6.example: [{TXT: "v=spf1 a a a ?all"}, {AAAA: "2001:db8::1"}]
mx.macro.example: [{A: 198.51.100.1}]
`;

let folder: string;
let zone: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'spfwarden-query-'));
  zone = join(folder, 'zone.yml');
  writeFileSync(zone, ZONE);
});
afterAll(() => {
  rmSync(folder, { recursive: true });
});

describe('query', () => {
  test.each([
    { domain: 'pass.example', result: 'pass', status: 0 },
    { domain: 'fail.example', result: 'fail', status: 1 },
    { domain: 'softfail.example', result: 'softfail', status: 2 },
    { domain: 'neutral.example', result: 'neutral', status: 3 },
    { domain: 'permerror.example', result: 'permerror', status: 4 },
    { domain: 'temperror.example', result: 'temperror', status: 5 },
    { domain: 'none.example', result: 'none', status: 6 },
  ])('$domain: $result, and with --exit-code $status', async ({ domain, result, status }) => {
    const words = ['query', '--dns', zone, '192.0.2.1', `user@${domain}`, 'helo.example'];
    const [plain, coded] = await Promise.all([runProgram(words), runProgram([...words, '--exit-code'])]);
    expect(plain.status).toBe(0);
    expect(coded.status).toBe(status);
    expect(plain.stdout.split('\n')[0]).toBe(result);
    expect(plain.stdout).toContain(`\nReceived-SPF: ${result} (`);
    expect(plain.stderr).toBe('');
  });

  test('the null sender is postmaster at the HELO name', async () => {
    const { stdout } = await runProgram(['query', '--dns', zone, '192.0.2.1', '', 'pass.example']);
    expect(stdout).toMatch(/^pass\nmatched: ip4:192\.0\.2\.0\/24\nReceived-SPF: .* identity=helo;/);
  });

  test.each([
    { what: 'a sender that begins with "-"', words: ['192.0.2.1', '--', '-x@pass.example'] },
    { what: 'all of the question after "--"', words: ['--', '192.0.2.1', '-x@pass.example', 'helo.example'] },
    { what: 'a sender in angle brackets', words: ['192.0.2.1', '<alice@pass.example>'] },
    { what: 'the null sender in angle brackets', words: ['192.0.2.1', '<>', 'pass.example'] },
  ])('$what', async ({ words }) => {
    const { stdout, stderr } = await runProgram(['query', '--dns', zone, ...words]);
    expect(stdout).toMatch(/^pass\nmatched: ip4:/);
    expect(stdout).not.toContain('alice@pass.example>');
    expect(stderr).toBe('');
  });

  test.each([
    { what: '--json', words: ['--json', '--explain', '192.0.2.1', 'u@controls.example'], input: '' },
    {
      what: '--batch',
      words: ['--batch', '--explain'],
      input:
        '{"id": "\\u2028\\u202e\\u0085", "ip": "192.0.2.1", "helo": "h", "sender": "u@controls.example"}',
    },
  ])('$what prints no control character', async ({ words, input }) => {
    const { stdout } = await runProgram(['query', '--dns', zone, ...words], input);
    expect(stdout).not.toMatch(/[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028-\u202e]/);
    expect(stdout).toContain('\\u009b31m');
    expect(stdout.includes('\\u2028\\u202e\\u0085')).toBe(input !== '');
    expect(JSON.parse(stdout)).toHaveProperty('result', 'permerror');
  });

  test('--explain shows every record, term, macro, question and counter', async () => {
    const { stdout } = await runProgram([
      'query',
      '--dns',
      zone,
      '--explain',
      '203.0.113.9',
      'a+b@macro.example',
      'helo.example',
    ]);
    expect(stdout.slice(stdout.indexOf('\n\n')).replaceAll(/\d+\.\d ms/g, 'N ms')).toBe(`

    ? TXT macro.example  "v=spf1 include:pass.example exists:%{l}._spf.%{d} mx -all"  (ttl 0)  [N ms]
record of macro.example: v=spf1 include:pass.example exists:%{l}._spf.%{d} mx -all
  include:pass.example
        ? TXT pass.example  "v=spf1 ip4:192.0.2.0/24 -all"  (ttl 0)  [N ms]
    record of pass.example: v=spf1 ip4:192.0.2.0/24 -all
      ip4:192.0.2.0/24
        does not match  (lookups 1, empty 0)
      -all
        matches  (lookups 1, empty 0)
    = fail for pass.example
    does not match  (lookups 1, empty 0)
  exists:%{l}._spf.%{d}
    % %{l}._spf.%{d} is a+b._spf.macro.example
    ? A a+b._spf.macro.example  no such name  [N ms]
    does not match  (lookups 2, empty 1)
  mx
    ? MX macro.example  10 mx.macro.example  (ttl 0)  [N ms]
    ? A mx.macro.example  198.51.100.1  (ttl 0)  [N ms]
    does not match  (lookups 3, empty 1)
  -all
    matches  (lookups 3, empty 1)
= fail for macro.example

fail: 203.0.113.9 may not send mail for macro.example: "-all" matched.
`);
  });

  test('--explain shows what the configuration keeps from being asked, and does not count it', async () => {
    const config = join(folder, 'ip4.yml');
    writeFileSync(config, 'dns: {ipv6: false}\n');
    const words = ['query', '-c', config, '--dns', zone, '2001:db8::1', 'user@ip6.example'];
    const [told, counted] = await Promise.all([
      runProgram([...words, '--explain']),
      runProgram([...words, '--json']),
    ]);
    expect(told.stdout).toMatch(/^neutral\n/);
    expect(told.stdout).toContain('? AAAA ip6.example  not asked: dns.ipv6 is false  [');
    expect(told.stdout).toContain('does not match  (lookups 3, empty 0)');
    expect(JSON.parse(counted.stdout)).toMatchObject({ result: 'neutral', queries: 1 });
  });

  test('--json is one object, with --explain its trace too', async () => {
    const words = ['query', '--dns', zone, '--json', '192.0.2.1', 'user@fail.example', 'helo.example'];
    const { stdout } = await runProgram(words);
    expect(JSON.parse(stdout)).toEqual({
      result: 'fail',
      domain: 'fail.example',
      matched: '-all',
      problem: null,
      explanation: '192.0.2.1 is not ours',
      header: expect.stringMatching(/^Received-SPF: fail /),
      queries: 2,
      durationMs: expect.any(Number),
    });
    const traced = await runProgram([...words, '--explain']);
    expect(JSON.parse(traced.stdout)).toHaveProperty('trace', expect.any(Array));
  });
});

describe('query --batch', () => {
  test('answers in the order of the questions, and tells which line it cannot ask', async () => {
    const lines = [
      '{"id": 1, "ip": "192.0.2.1", "helo": "h.example", "sender": "u@pass.example"}',
      '',
      '{"id": "two", "ip": "nonsense", "helo": "h.example", "sender": "u@pass.example"}',
      'nonsense',
      '[1]',
      '{"id": 5, "ip": "192.0.2.1", "helo": 5, "sender": ""}',
      '{"id": 6, "ip": "192.0.2.1", "helo": "h.example"}',
      '{"id": 7, "ip": "192.0.2.1", "helo": "fail.example", "sender": "", "receiver": "r.example"}',
      `{"id": 8, "ip": "${'1'.repeat(70_000)}"}`,
    ];
    const { status, stdout } = await runProgram(['query', '--batch', '--dns', zone], lines.join('\n'));
    const answers = stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(answers.map(({ id, result, error }) => [id, result ?? error])).toEqual([
      [1, 'pass'],
      ['two', '"ip" is not an address'],
      [null, 'not JSON'],
      [null, 'not a JSON object'],
      [5, '"helo" is not text'],
      [6, '"sender" is not text (the null sender is "")'],
      [7, 'fail'],
      [null, 'a line may have 65536 characters'],
    ]);
    expect(answers[6]).toHaveProperty('header', expect.stringContaining('receiver=r.example'));
    expect(status).toBe(65);
  });

  test('a thousand questions', async () => {
    const question = (id: number): string =>
      JSON.stringify({ id, ip: '192.0.2.1', helo: 'h.example', sender: `u${id}@pass.example` });
    const input = Array.from({ length: 1000 }, (_, id) => question(id)).join('\n');
    const { status, stdout } = await runProgram(['query', '--batch', '--dns', zone], input);
    const ids = stdout
      .trimEnd()
      .split('\n')
      .map((line) => (JSON.parse(line) as { id: number }).id);
    expect(ids).toEqual(Array.from({ length: 1000 }, (_, id) => id));
    expect(status).toBe(0);
  });
});

describe('what is wrong with the words, and with what they name', () => {
  test.each([
    { words: ['frobnicate'], status: 64, says: 'Unknown argument: frobnicate' },
    { words: ['query'], status: 64, says: 'query needs IP and SENDER' },
    { words: ['query', '192.0.2.300', 'a@b.example'], status: 64, says: 'is not an IP address' },
    {
      words: ['query', '192.0.2.1', 'a@b.example', '--dns-timeout', 'soon'],
      status: 64,
      says: 'milliseconds',
    },
    { words: ['query', '192.0.2.1', 'a@b.example', '--dns', 'nowhere'], status: 64, says: '--dns' },
    {
      words: ['query', '192.0.2.1', 'a@b.example', '--dns-timeout', '999999999'],
      status: 64,
      says: '--dns-timeout',
    },
    {
      words: ['query', '192.0.2.1', 'a@b.example', '--dns', 'nowhere', '-c', 'bad.yml'],
      status: 78,
      says: '--dns',
    },
    {
      words: ['query', '192.0.2.1', 'a@b.example', 'helo.example', '--', 'more'],
      status: 64,
      says: 'no more',
    },
    { words: ['query', '--batch', '--json'], status: 64, says: '--batch prints JSON' },
    { words: ['query', '--batch', '--exit-code'], status: 64, says: 'one question' },
    { words: ['query', '--batch', '192.0.2.1'], status: 64, says: 'on standard input' },
    { words: ['serve', '--log-level', 'loud'], status: 64, says: '--log-level' },
    { words: ['query', '192.0.2.1', 'a@b.example', '--dns', '/nonexistent.yml'], status: 66, says: 'ENOENT' },
    { words: ['query', '192.0.2.1', 'a@b.example', '--dns', 'bad.yml'], status: 65, says: 'bad.yml:1:' },
    {
      words: ['query', '192.0.2.1', 'a@b.example', '-c', '/nonexistent.yml'],
      status: 78,
      says: 'cannot be read',
    },
    { words: ['serve', '--listen-policy', 'nowhere'], status: 64, says: '--listen-policy' },
    {
      words: ['serve', '--listen-policy', 'off', '--listen-milter', 'off'],
      status: 78,
      says: 'nothing to listen on',
    },
    {
      words: ['serve', '--listen-policy', 'unix:/nonexistent/socket'],
      status: 74,
      says: 'no directory /nonexistent for',
    },
    { words: ['check', '-c', 'bad.yml'], status: 78, says: 'error' },
  ])('spfwarden $words: $status', async ({ words, status, says }) => {
    const bad = join(folder, 'bad.yml');
    writeFileSync(bad, 'a.example: [{TXT: [{}]}]\n');
    const finished = await runProgram(words.map((word) => (word === 'bad.yml' ? bad : word)));
    expect(finished.stderr).toContain(says);
    expect(finished.status).toBe(status);
    expect(finished.stdout).toBe('');
  });

  test('check says that a good file is good, and what is odd about one that is usable', async () => {
    const file = join(folder, 'good.yml');
    writeFileSync(file, 'profile: strict\n');
    expect(await runProgram(['check', '-c', file])).toEqual({
      status: 0,
      stdout: `${file}: good\n`,
      stderr: '',
    });
    writeFileSync(file, 'limits: {terms: 12}\n');
    const { status, stdout } = await runProgram(['check', '-c', file]);
    expect(stdout).toMatch(/limits\.terms: .*\n.*: usable\n$/);
    expect(status).toBe(0);
  });
});
