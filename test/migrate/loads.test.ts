/** Whatever an old file holds, our loader takes what becomes of it. The rows of the other tests are loaded, too. */
import { existsSync, readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';

import { FORMATS, migrate, type Format } from '../../src/migrate/index.js';
import { leaveOut } from '../support/requires.js';
import { SEED } from '../support/seed.js';
import { expectLoads, reading, type FileTexts } from './migrated.js';

/** The YAML of an old file that says what it is, or is said to be of a format. */
function yamlOf(path: string, text: string, files: FileTexts = {}, format: Format | null = null): string {
  const result = migrate({ path, text, format }, reading(files));
  if (!result.ok) throw new Error(result.error.message);
  return result.value.yaml;
}

describe('as it is shipped', () => {
  const SHIPPED = [
    '/etc/postfix-policyd-spf-python/policyd-spf.conf',
    '/usr/share/doc/postfix-policyd-spf-python/policyd-spf.conf.commented.gz',
  ];
  for (const path of SHIPPED) {
    if (!existsSync(path)) {
      leaveOut(`migrate/loads: ${path}`, 'its package is not installed');
      continue;
    }
    test(path, async () => {
      const raw = readFileSync(path);
      const text = (path.endsWith('.gz') ? gunzipSync(raw) : raw).toString('utf8');
      await expectLoads(yamlOf(path.replace(/\.gz$/, ''), text), {}, []);
    });
  }
});

test('what is shipped with pyspf-milter', async () => {
  const lines = [
    ...['debugLevel = 1', 'TestOnly = 1', 'HELO_reject = Fail', 'Mail_From_reject = Fail'],
    ...['PermError_reject = False', 'TempError_Defer = False'],
    'skip_addresses = 127.0.0.0/8,::ffff:127.0.0.0/104,::1',
    ...['Socket = inet:8893@localhost', 'PidFile = /run/pyspf-milter/pyspf-milter.pid'],
    ...['UserID = pyspf-milter', 'InternalHosts = 127.0.0.1', '# MacroListVerify = daemon_name|VERIFYING'],
  ];
  await expectLoads(yamlOf('/etc/pyspf-milter/pyspf-milter.conf', lines.join('\n')), {}, []);
});

describe('files that name others', () => {
  const FILES = {
    '/etc/postfix/exempt_spf_addresses': '192.0.2.1, 2001:db8::/32\n10.0.0.0/8\n',
    '/etc/postfix/exempt_spf_domains': 'a.example\nb.example\n',
    '/etc/users': 'a@b.example,HELO_reject=Null|Whitelist=192.0.2.1\nc@b.example,Header_Type=None\n',
    '/etc/hosts.internal': '10.0.0.0/8\n!10.0.0.1\nmail.example.com\n',
  };
  test.each([
    ['/etc/postfix/exempt_spf_addresses', FILES['/etc/postfix/exempt_spf_addresses']],
    ['/etc/postfix/exempt_spf_domains', FILES['/etc/postfix/exempt_spf_domains']],
    ['/etc/policyd-spf.conf', 'HELO_reject = Null\nPer_User = text,/etc/users\n'],
    [
      '/etc/pyspf-milter.conf',
      'InternalHosts = file:/etc/hosts.internal\nMacroList = daemon_name|MX\nHELO_reject = Null\n',
    ],
  ])('%s', async (path, text) => {
    await expectLoads(yamlOf(path, text, FILES), FILES, []);
  });
});

describe('more than our lists hold', () => {
  const many = Array.from({ length: 11_000 }, (_, i) => `u${i}`);
  test.each<{ readonly format: Format; readonly lines: readonly string[] }>([
    { format: 'policyd-spf-users', lines: many.map((name) => `${name}@a.example,Header_Type=None`) },
    { format: 'perl-domains', lines: many.map((name) => `${name}.example`) },
    { format: 'perl-addresses', lines: many.map((_, i) => `10.0.${i >> 8}.${i & 255}`) },
  ])('$format', async ({ format, lines }) => {
    const result = migrate({ path: '/x', text: lines.join('\n'), format }, reading({}));
    if (!result.ok) throw new Error(result.error.message);
    expect(result.value.remarks).toContainEqual({
      line: expect.any(Number),
      text: expect.stringContaining('which is too many: left out from here on'),
    });
    await expectLoads(result.value.yaml, {}, []);
  });
});

/** Names of options, and values of which most are good for some of them and none for all. */
const NAMES: Readonly<Partial<Record<Format, readonly string[]>>> = {
  'policyd-spf':
    'debugLevel TestOnly HELO_reject Mail_From_reject PermError_reject TempError_Defer HELO_pass_restriction Mail_From_pass_restriction No_Mail Reject_Not_Pass_Domains Prospective skip_addresses Whitelist Domain_Whitelist Domain_Whitelist_PTR HELO_Whitelist SPF_Enhanced_Status_Codes Header_Type Hide_Receiver Authserv_Id Lookup_Time Whitelist_Lookup_Time Void_Limit Reason_Message Reason_URL Mock Per_User'.split(
      ' ',
    ),
  'pyspf-milter':
    'Socket PidFile UserID UMask InternalHosts MacroList HELO_reject Mail_From_reject TempError_Defer Reject_Not_Pass_Domains skip_addresses Header_Type Authserv_Id Lookup_Time Reason_Message'.split(
      ' ',
    ),
  'spf-milter':
    'authserv_id definitive_helo_results dry_run fail_reply_code fail_reply_text fail_reply_text_exp fail_status_code header hostname include_all_results log_destination log_level max_lookups max_void_lookups permerror_reply_code permerror_reply_text permerror_status_code reject_helo_results reject_results skip_senders skip_senders_file socket softfail_reply_code softfail_reply_text softfail_status_code syslog_facility temperror_reply_code temperror_reply_text temperror_status_code timeout_secs trust_authenticated_senders trusted_networks verify_helo'.split(
      ' ',
    ),
};

const VALUES: readonly string[] = [
  ...['', '0', '1', '-1', '7', '27', '450', '550', '559', '100000', '999999999', '4.7.1', '5.7.24', '0x10'],
  ...['Fail', 'Softfail', 'SPF_Not_Pass', 'Null', 'False', 'No_Check', 'True', 'AR', 'SPF', 'None', 'SPF,AR'],
  ...['fail, softfail', 'temperror,permerror', 'pass', 'Received-SPF, Authentication-Results', 'yes', 'no'],
  ...[
    '192.0.2.1',
    '10.0.0.1/8,2001:db8::/32',
    '::ffff:10.0.0.0/104',
    '0.0.0.0/0',
    'loopback',
    '::1',
    '!10.0.0.1',
  ],
  ...[
    'bank.example',
    'bank.example,.shop.example, UPPER.example',
    'bücher.example',
    'localhost',
    'a..b',
    '*.x',
  ],
  ...['user@example.com', '@example.com', '.example.com', 'x'.repeat(300), `${'y'.repeat(64)}.example`],
  ...['inet:8893@localhost', 'inet:localhost:99999', 'inet:[::1]:0', 'inet6:70000@', 'local:/run/x.sock'],
  ...['unix:relative', `unix:/${'p'.repeat(120)}`, '/etc/senders', 'senders', '/', '/etc/'],
  ...['permit', 'spf_fin, passed_spf', '(x)', 'reject;x', 'daemon_name|A|B', 'j', 'auth_type', 'any|any'],
  ...[
    '{spf} {url}',
    '{rejectdefer}: {spf}',
    '{',
    '}}',
    '{x!r}',
    '%{reason}',
    '%{exp} %{exp}',
    '%',
    '%{z}',
    '%%',
  ],
  ...[
    'syslog',
    'stderr',
    'debug',
    'warn',
    'local0',
    'text,/etc/users',
    '"quoted"',
    "it's: [a, {b",
    '- x',
    '&a *a',
  ],
  ...['tab\there', '\u2028', 'null', '~', 'true', '1e3', '2001:db8::', '%{s}'.repeat(150), '\u00e9\u{1f600}'],
];

describe.each(Object.keys(NAMES).filter((name): name is Format => name in FORMATS))('%s', (format) => {
  const line = fc
    .tuple(
      fc.constantFrom(...(NAMES[format] ?? [])),
      fc.constantFrom(...VALUES),
      fc.constantFrom('', ',', '|'),
    )
    .chain(([name, value, joint]) =>
      joint === ''
        ? fc.constant(`${name} = ${value}`)
        : fc.constantFrom(...VALUES).map((more) => `${name} = ${value}${joint}${more}`),
    );
  const user = fc
    .tuple(
      fc.constantFrom(
        'a@b.example',
        `${'long'.repeat(16)}@${'long'.repeat(15)}.example`,
        'c@bücher.example',
        'd',
      ),
      fc.array(fc.tuple(fc.constantFrom(...(NAMES['policyd-spf'] ?? [])), fc.constantFrom(...VALUES)), {
        maxLength: 4,
      }),
    )
    .map(([address, pairs]) => `${address},${pairs.map((pair) => pair.join('=')).join('|')}`);

  test('is never refused', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(line, { maxLength: 8 }),
        fc.array(user, { maxLength: 4 }),
        async (lines, users) => {
          const files = { '/etc/users': users.join('\n'), '/etc/senders': 'example.com\n' };
          await expectLoads(yamlOf('/x', lines.join('\n'), files, format), files, null);
        },
      ),
      { seed: SEED, numRuns: 400 },
    );
  });
});
