/** spf-milter.conf(5), parameter by parameter. */
import { describe, expect, test } from '@jest/globals';

import { expectRow, migrated, type Row } from './migrated.js';

const SOCKET = 'socket = inet:[::1]:3000';
const EXPLAINED = 'text_exp: "SPF validation failed: %{o} explains: %{exp}"}';

test('a file with a socket alone has what spf-milter does by itself', async () => {
  expect((await migrated('spf-milter', [SOCKET])).settings).toEqual([
    { key: 'listen.policy', value: 'off' },
    { key: 'listen.milter', value: '[::1]:3000' },
    { key: 'actions.mail_from.permerror', value: 'reject' },
    { key: 'actions.mail_from.temperror', value: 'defer' },
    { key: 'actions.helo.permerror', value: 'reject' },
    { key: 'actions.helo.temperror', value: 'defer' },
    { key: 'actions.reject_at', value: 'mail' },
    { key: 'replies.fail.text', value: 'SPF validation failed' },
    { key: 'replies.fail.text_exp', value: 'SPF validation failed: %{o} explains: %{exp}' },
    { key: 'replies.permerror.text', value: 'SPF validation error: %{reason}' },
    { key: 'replies.temperror.text', value: 'SPF validation error: %{reason}' },
    { key: 'headers.add', value: ['received-spf'] },
    { key: 'headers.identities', value: 'deciding' },
    { key: 'headers.strip_forged', value: false },
    { key: 'headers.note_skipped', value: false },
    { key: 'skip.private_clients', value: 'check' },
    { key: 'limits.void_counting', value: 'query' },
    { key: 'limits.time', value: '28s' },
    { key: 'log.to', value: 'syslog' },
  ]);
});

describe('lines', () => {
  const ROWS: readonly Row[] = [
    {
      about: 'C-02 the first equal sign splits',
      from: ['fail_reply_text = a=b %{i}'],
      to: [`fail: {text: "a=b %{i}", ${EXPLAINED}`],
    },
    {
      about: 'C-03 a comment is a line of its own',
      from: [' # x', 'fail_reply_text = a # b'],
      to: [`fail: {text: "a # b", ${EXPLAINED}`],
    },
    { about: 'C-05 no equal sign', from: ['verify_helo'], remarks: [[1, 'no "="']] },
    { about: 'C-06 unknown', from: ['Header = x'], remarks: [[1, 'there is no parameter "Header"']] },
    {
      about: 'C-06 twice',
      from: ['dry_run = yes', 'dry_run = no'],
      to: ['dry_run: true'],
      remarks: [[2, 'dry_run comes twice']],
    },
    {
      about: 'C-08 booleans',
      from: ['dry_run = Yes'],
      without: ['dry_run'],
      remarks: [[1, 'dry_run cannot be "Yes"']],
    },
    {
      about: 'C-09 lists',
      from: ['reject_results = fail,,Fail'],
      to: ['text: SPF validation failed', EXPLAINED.slice(0, -1)],
      without: ['helo:', 'mail_from:'],
      remarks: [
        [1, 'cannot have ""'],
        [1, 'cannot have "Fail"'],
      ],
    },
    {
      about: 'C-10 integers',
      from: ['max_lookups = x'],
      without: ['terms'],
      remarks: [[1, 'max_lookups cannot be "x"']],
    },
    {
      about: 'C-60 code and status',
      from: ['fail_reply_code = 450'],
      without: ['code:'],
      remarks: [[1, '"450" and "5.7.23" do not go together']],
    },
    {
      about: 'C-61 C-62 their forms',
      from: ['fail_reply_code = 599', 'fail_status_code = 5.07.1'],
      remarks: [[1, 'do not go together']],
    },
    { about: 'C-66 twice in a list', from: ['reject_results = fail, fail'] },
  ];
  test.each(ROWS)('$about', async (row) => {
    await expectRow('spf-milter', { ...row, from: [...row.from, SOCKET] });
  });
});

describe('parameters', () => {
  const ROWS: readonly Row[] = [
    {
      about: 'C-20 authserv_id',
      from: ['authserv_id = mx.example.net'],
      to: ['authserv_id: mx.example.net'],
    },
    {
      about: 'C-21 definitive_helo_results',
      from: ['definitive_helo_results = pass, fail'],
      to: ['helo_decides: [pass, fail]'],
    },
    {
      about: 'C-22 deletion, by default with the field',
      from: ['header = Authentication-Results'],
      without: ['strip_forged'],
    },
    {
      about: 'C-22 deletion, asked for',
      from: ['delete_incoming_authentication_results = yes'],
      without: ['strip_forged'],
    },
    {
      about: 'C-22 no deletion',
      from: ['header = Authentication-Results', 'delete_incoming_authentication_results = no'],
      to: ['strip_forged: false'],
    },
    { about: 'C-23 dry_run', from: ['dry_run = true'], to: ['dry_run: true'] },
    {
      about: 'C-24 C-27 a code for now defers',
      from: ['fail_reply_code = 451', 'fail_status_code = 4.7.23'],
      to: [
        'mail_from: {fail: defer, permerror: reject, temperror: defer}',
        'helo: {fail: defer, permerror: reject, temperror: defer}',
        'code: 451',
        'status: 4.7.23',
      ],
    },
    {
      about: 'C-25 C-26 texts of fail',
      from: ['fail_reply_text = %{s} no', 'fail_reply_text_exp = %{exp}'],
      to: ['fail: {text: "%{s} no", text_exp: "%{exp}"}'],
    },
    {
      about: 'C-64 C-65 what is no macro, or none here',
      from: [
        'fail_reply_text = %{reason}',
        'temperror_reply_text = 100%',
        'fail_reply_text_exp = %{exp}%{exp}',
      ],
      to: [
        'text: SPF validation failed',
        EXPLAINED.slice(0, -1),
        'temperror: {text: "SPF validation error: %{reason}"}',
      ],
      remarks: [
        [1, '"%{reason}" has no value in this text'],
        [2, 'is no macro'],
        [3, 'only once'],
      ],
    },
    {
      about: 'C-20 authserv_id that needs quotes',
      from: ['authserv_id = a b'],
      without: ['authserv_id'],
      remarks: [[1, '"a b" cannot be written']],
    },
    {
      about: 'C-42 skip_senders_file that is no path',
      from: ['skip_senders_file = senders'],
      without: ['senders_file'],
      remarks: [[1, '"senders" is no whole path']],
    },
    {
      about: 'C-25 other letters',
      from: ['fail_reply_text = né'],
      to: [`fail: {text: "n?", ${EXPLAINED}`],
      remarks: [[1, 'printable ASCII only']],
    },
    {
      about: 'C-28 header, in order',
      from: ['header = Authentication-Results, Received-SPF'],
      to: ['add: [authentication-results, received-spf]'],
    },
    { about: 'C-28 header, none', from: ['header ='], to: ['add: []'] },
    { about: 'C-29 hostname', from: ['hostname = mx.example.net'], to: ['hostname: mx.example.net'] },
    {
      about: 'C-29 hostname, not whole',
      from: ['hostname = mx'],
      without: ['hostname'],
      remarks: [[1, '"mx" is not a full host name']],
    },
    { about: 'C-30 include_all_results', from: ['include_all_results = yes'], without: ['identities'] },
    {
      about: 'C-31 include_mailfrom_local_part',
      from: ['include_mailfrom_local_part = yes'],
      to: ['local_part: true'],
    },
    { about: 'C-32 log_destination', from: ['log_destination = stderr'], to: ['to: stderr'] },
    { about: 'C-33 log_level', from: ['log_level = warn'], to: ['level: warning'] },
    { about: 'C-33 log_level info', from: ['log_level = info'], without: ['level'] },
    { about: 'C-34 max_lookups', from: ['max_lookups = 20'], to: ['terms: 20'], complaints: ['says 10'] },
    {
      about: 'C-34 too large',
      from: ['max_lookups = 2000'],
      to: ['terms: 100'],
      complaints: ['says 10'],
      remarks: [[1, '100 is taken']],
    },
    { about: 'C-35 max_void_lookups', from: ['max_void_lookups = 5'], to: ['void: 5'] },
    {
      about: 'C-36 C-37 C-38 permerror',
      from: [
        'permerror_reply_code = 451',
        'permerror_reply_text = x: %{reason}',
        'permerror_status_code = 4.7.24',
      ],
      to: [
        'permerror: {code: 451, status: 4.7.24, text: "x: %{reason}"}',
        'mail_from: {permerror: defer, temperror: defer}',
      ],
    },
    {
      about: 'C-39 C-40 the two sets',
      from: ['reject_results = softfail', 'reject_helo_results = fail'],
      to: ['mail_from: {softfail: reject, fail: accept}', 'softfail: {text: SPF validation failed}'],
      without: ['helo:', 'permerror', 'temperror'],
    },
    {
      about: 'C-40 none',
      from: ['reject_results ='],
      to: ['mail_from: {fail: accept}', 'helo: {fail: accept}'],
      without: ['replies'],
    },
    {
      about: 'C-41 skip_senders',
      from: ['skip_senders = example.com, user@example.org, .example.net'],
      to: ['senders: [example.com, user@example.org, .example.net]'],
      says: ['compared HELO names with these as well', 'every domain below it, without itself'],
    },
    {
      about: 'C-42 skip_senders_file',
      from: ['skip_senders_file = /etc/senders'],
      to: ['senders_file: /etc/senders'],
      files: { '/etc/senders': '# x\nexample.com\n' },
      says: ['HELO names'],
    },
    {
      about: 'C-43 socket unix',
      from: ['socket = unix:/run/spf.sock'],
      to: ['milter: "unix:/run/spf.sock"'],
    },
    {
      about: 'C-43 socket with a name',
      from: ['socket = inet:localhost:3000'],
      to: ['milter: "127.0.0.1:3000"'],
    },
    { about: 'C-43 socket of old', from: ['socket = inet:3000@localhost'], to: ['milter: "127.0.0.1:3000"'] },
    {
      about: 'C-43 socket of no kind',
      from: ['socket = 3000'],
      without: ['milter'],
      remarks: [[1, 'write listen.milter yourself']],
    },
    {
      about: 'C-43 no socket',
      from: [],
      without: ['milter'],
      remarks: [[null, 'there is no parameter "socket"']],
    },
    {
      about: 'C-44 C-45 C-46 softfail',
      from: [
        'reject_results = softfail',
        'softfail_reply_code = 554',
        'softfail_status_code = 5.7.1',
        'softfail_reply_text = no',
      ],
      to: ['softfail: {code: 554, status: 5.7.1, text: "no"}'],
    },
    { about: 'C-47 syslog_facility', from: ['syslog_facility = local5'], to: ['facility: local5'] },
    {
      about: 'C-48 C-49 C-50 temperror',
      from: ['temperror_reply_code = 550', 'temperror_status_code = 5.7.24', 'temperror_reply_text = x'],
      to: [
        'temperror: {code: 550, status: 5.7.24, text: x}',
        'mail_from: {permerror: reject, temperror: reject}',
      ],
    },
    {
      about: 'C-51 timeout_secs',
      from: ['timeout_secs = 5'],
      to: ['time: 10s'],
      says: ['timeout_secs (5) was for HELO and for MAIL FROM each'],
    },
    {
      about: 'C-51 timeout_secs, MAIL FROM alone',
      from: ['timeout_secs = 20', 'verify_helo = no'],
      without: ['time'],
    },
    {
      about: 'C-52 trust_authenticated_senders',
      from: ['trust_authenticated_senders = yes'],
      without: ['authenticated'],
      says: ['checked HELO all the same'],
    },
    { about: 'C-52 not trusted', from: ['trust_authenticated_senders = no'], to: ['authenticated: false'] },
    {
      about: 'C-53 trusted_networks',
      from: ['trusted_networks = loopback, 10.0.0.0/8, 2001:db8::'],
      to: ['networks: [loopback, 10.0.0.0/8, "2001:db8::"]'],
    },
    { about: 'C-53 none', from: ['trusted_networks ='], to: ['networks: []'] },
    {
      about: 'C-53 no network',
      from: ['trusted_networks = loopback, x'],
      without: ['networks'],
      remarks: [[1, 'cannot have "x"']],
    },
    { about: 'C-54 verify_helo', from: ['verify_helo = no'], to: ['helo: false'] },
  ];
  test.each(ROWS)('$about', async (row) => {
    const hasSocket = row.about.startsWith('C-43');
    await expectRow('spf-milter', { ...row, from: hasSocket ? row.from : [...row.from, SOCKET] });
  });
});

test('the recipe for DMARC', async () => {
  const { settings } = await migrated('spf-milter', [
    'verify_helo = no',
    'reject_results =',
    'header = Authentication-Results',
    SOCKET,
  ]);
  expect(settings).toContainEqual({ key: 'headers.add', value: ['authentication-results'] });
  expect(settings).toContainEqual({ key: 'actions.mail_from.fail', value: 'accept' });
  expect(settings).toContainEqual({ key: 'checks.helo', value: false });
});
