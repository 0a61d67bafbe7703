/** Files of the programs that spfwarden takes the place of: given to `spawn` as they are, and to `migrate`. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { parse } from 'yaml';

import { configOrDryRun } from '../../src/app/spawn.js';
import { parseZone } from '../../src/resolver/index.js';
import { startResponder, type DnsResponder } from '../support/dns-responder.js';
import { requestText } from '../support/policy-request.js';
import { runProgram } from '../support/program.js';

let folder: string;
let dns: DnsResponder;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'spfwarden-old-'));
  const names = await parseZone(`
pass.example: [{TXT: "v=spf1 ip4:192.0.2.1 -all"}]
soft.example: [{TXT: "v=spf1 ~all"}]
fail.example: [{TXT: "v=spf1 -all exp=why.example"}]
why.example: [{TXT: "ask the postmaster"}]
ill.example: SERVFAIL
`);
  if (!names.ok) throw new Error(JSON.stringify(names.error));
  dns = await startResponder(names.value);
});
afterAll(async () => {
  await dns.close();
  rmSync(folder, { recursive: true });
});

function fileWith(name: string, text: string): string {
  const file = join(folder, name);
  writeFileSync(file, text);
  return file;
}

describe('spawn', () => {
  const SEE = 'Please see http://www.openspf.net/Why?s=mfrom;id=';
  const ASKED: readonly (readonly [sender: string, helo: string, recipient: string, reply: RegExp])[] = [
    [
      'a@pass.example',
      'mail.example',
      'x@d.example',
      /^PREPEND Received-SPF: pass \([^\n]* identity=mailfrom;/,
    ],
    [
      'a@fail.example',
      'mail.example',
      'x@d.example',
      /^550 5\.7\.23 Message rejected due to: ask the postmaster\. /,
    ],
    ['a@soft.example', 'mail.example', 'x@d.example', /^550 5\.7\.23 Message rejected due to: domain owner /],
    ['a@soft.example', 'mail.example', 'boss@d.example', /^PREPEND Received-SPF: softfail /],
    [
      'a@ill.example',
      'mail.example',
      'x@d.example',
      /^DEFER_IF_PERMIT 4\.7\.24 Message deferred due to: SPF Temp/,
    ],
    ['', 'fail.example', 'x@d.example', /^PREPEND Received-SPF: fail \([^\n]* identity=helo;/],
    ['a@pass.example', 'fail.example', 'x@d.example', /^PREPEND Received-SPF: pass /],
  ];

  test('does with policyd-spf.conf as it is what policyd-spf did, and writes nothing on standard error', async () => {
    const users = fileWith('users', 'boss@d.example,Mail_From_reject=Fail\n');
    const conf = fileWith(
      'policyd-spf.conf',
      `#  For a fully commented sample config file see policyd-spf.conf.commented
debugLevel = 1
TestOnly = 1
HELO_reject = False
Mail_From_reject = Softfail
TempError_Defer = True
Unknown_Option = 1
Per_User = text,${users}
`,
    );
    const input = ASKED.map(([sender, helo, recipient], i) =>
      requestText({ sender, helo_name: helo, recipient, instance: String(i) }),
    ).join('');
    const environment = { SPFWARDEN_DNS_SERVERS: dns.address };
    const { status, stdout, stderr } = await runProgram(['spawn', conf], input, environment);
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    const replies = stdout.split('\n\n').slice(0, -1);
    expect(replies).toEqual(
      ASKED.map(([, , , reply]) => expect.stringMatching(reply.source.replace('^', '^action='))),
    );
    expect(stdout).toContain(`${SEE}a%40fail.example;ip=192.0.2.1;r=`);
  });

  test('looks for no daemon, which would do what its own file says', async () => {
    const { config, refused } = await configOrDryRun(fileWith('a.conf', 'HELO_reject = Softfail\n'));
    expect(refused).toBeNull();
    expect(config['listen.policy']).toEqual([]);
    expect(config['actions.helo.softfail']).toBe('reject');
    const ours = await configOrDryRun(fileWith('ours.yml', 'dry_run: true\n'));
    expect(ours.config['listen.policy']).toHaveLength(1);
  });

  test('refuses no mail for a file that cannot be turned', async () => {
    const { config, refused } = await configOrDryRun(fileWith('b.conf', 'HELO_reject = Softfail\0\n'));
    expect(config.dry_run).toBe(true);
    expect(refused?.kind).toBe('config-refused');
  });
});

describe('migrate', () => {
  test('prints the new file, and on standard error what is to be said of the old one', async () => {
    const file = fileWith('policyd-spf.conf', 'HELO_reject = Softfail\nMock = False\n');
    const { status, stdout, stderr } = await runProgram(['migrate', file]);
    expect(status).toBe(0);
    expect(parse(stdout)).toMatchObject({ actions: { helo: { softfail: 'reject' } } });
    expect(stderr.split('\n')).toEqual([
      expect.stringMatching(`^${file}:2: Mock = False is on: `),
      expect.stringMatching(`^${file}: the reply texts link to www\\.openspf\\.net`),
      '',
    ]);
  });

  test('takes a format that cannot be seen', async () => {
    const file = fileWith('list', '# nothing yet\n');
    const { status, stdout } = await runProgram(['migrate', '--format', 'perl-domains', file]);
    expect(status).toBe(0);
    expect(stdout).toContain('read as perl-domains');
  });

  test.each([
    {
      what: 'no known file',
      status: 65,
      says: 'is of no program that is known here',
      text: 'hello: world\n',
    },
    { what: 'no text', status: 65, says: 'is not a text file', text: 'HELO_reject = Fail\0' },
    {
      what: 'too large a file',
      status: 65,
      says: 'has more than 1048576 characters',
      text: '#'.repeat(2 << 20),
    },
    { what: 'no file', status: 66, says: 'ENOENT', text: null },
  ])('$what: exit status $status', async ({ status, says, text }) => {
    const file = text === null ? join(folder, 'nowhere') : fileWith('input', text);
    const finished = await runProgram(['migrate', file]);
    expect(finished).toMatchObject({ status, stdout: '' });
    expect(finished.stderr).toContain(says);
    expect(finished.stderr.trimEnd().split('\n')).toHaveLength(1);
  });

  test('a folder: exit status 66', async () => {
    expect(await runProgram(['migrate', folder])).toMatchObject({ status: 66, stdout: '' });
  });

  test('no such format: exit status 64', async () => {
    const file = fileWith('policyd-spf.conf', 'HELO_reject = Softfail\n');
    expect(await runProgram(['migrate', '--format', 'smf', file])).toMatchObject({ status: 64, stdout: '' });
  });
});
