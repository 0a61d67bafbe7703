/** pyspf-milter.conf, as far as it differs from policyd-spf.conf. */
import { expect, test } from '@jest/globals';

import { expectRow, migrated, type Row } from './migrated.js';

test('a file that says nothing has what pyspf-milter does by itself', async () => {
  const { settings } = await migrated('pyspf-milter', []);
  expect(settings.filter(({ key }) => !key.startsWith('replies.'))).toEqual([
    { key: 'listen.policy', value: 'off' },
    { key: 'listen.milter', value: 'unix:/run/pyspf-milter/pyspf-milter.sock' },
    { key: 'actions.reject_at', value: 'mail' },
    { key: 'headers.add', value: ['authentication-results'] },
    { key: 'headers.identities', value: 'deciding' },
    { key: 'headers.strip_forged', value: false },
    { key: 'headers.receiver', value: 'unknown' },
    { key: 'headers.note_skipped', value: false },
    { key: 'skip.private_clients', value: 'check' },
    { key: 'limits.void_counting', value: 'query' },
    { key: 'log.to', value: 'syslog' },
  ]);
});

const ANYBODY = 'anybody who reaches it can ask';

const ROWS: readonly Row[] = [
  {
    about: 'the HELO name was the PTR name',
    from: [],
    says: ['took the name that reverse DNS has for the client'],
  },
  { about: 'O-60 Socket inet', from: ['Socket = inet:8893@localhost'], to: ['milter: "127.0.0.1:8893"'] },
  { about: 'O-60 Socket inet6', from: ['Socket = inet6:8893@localhost'], to: ['milter: "[::1]:8893"'] },
  {
    about: 'O-60 Socket without a host',
    from: ['Socket = inet:8893'],
    to: ['milter: "0.0.0.0:8893"'],
    complaints: [ANYBODY],
  },
  {
    about: 'O-60 Socket with an address',
    from: ['Socket = inet6:8893@2001:db8::1'],
    to: ['milter: "[2001:db8::1]:8893"'],
    complaints: [ANYBODY],
  },
  { about: 'O-60 Socket unix', from: ['Socket = unix:/run/x.sock'], to: ['milter: "unix:/run/x.sock"'] },
  {
    about: 'O-60 Socket with a name',
    from: ['Socket = inet:8893@mx.example'],
    without: ['milter:'],
    remarks: [[1, 'listens on addresses with a port, not on names']],
  },
  {
    about: 'O-60 Socket with a port that there is not',
    from: ['Socket = inet:70000@localhost'],
    without: ['milter:'],
    remarks: [[1, 'write listen.milter yourself']],
  },
  {
    about: 'O-60 Socket with a path that no socket has',
    from: [`Socket = unix:/${'x'.repeat(107)}`],
    without: ['milter:'],
    remarks: [[1, 'write listen.milter yourself']],
  },
  {
    about: 'O-60 Socket of no kind',
    from: ['Socket = x'],
    without: ['milter:'],
    remarks: [[1, 'write listen.milter yourself']],
  },
  { about: 'O-61 PidFile', from: ['PidFile = /run/x.pid'], says: ['PidFile: there is none'] },
  {
    about: 'O-62 UserID',
    from: ['UserID = spf:mail'],
    says: ['write User="spf" and Group="mail" into the systemd unit'],
  },
  { about: 'O-62 UserID, group of that name', from: ['UserID = spf'], says: ['User="spf" and Group="spf"'] },
  {
    about: 'O-63 UMask is decimal',
    from: ['Socket = local:/run/x.sock', 'UMask = 0027'],
    to: ['milter: {socket: /run/x.sock, mode: "0644"}'],
    says: ['UMask = 27 was read as a decimal number, in octal it is 033'],
  },
  {
    about: 'O-63 the default',
    from: ['UMask = 7'],
    to: ['milter: "unix:/run/pyspf-milter/pyspf-milter.sock"'],
  },
  {
    about: 'O-63 without a unix socket',
    from: ['UMask = 7', 'Socket = inet:1@127.0.0.1'],
    says: ['UMask: nothing to do'],
  },
  { about: 'O-64 the default is loopback', from: ['InternalHosts = 127.0.0.1'], without: ['networks'] },
  {
    about: 'O-64 networks and exclusions',
    from: ['InternalHosts = 10.0.0.0/8,!10.0.0.5,[2001:db8::1]', 'HELO_reject = Null'],
    to: [
      'networks: [loopback, 10.0.0.0/8, "2001:db8::1"]',
      '- name: "null sender, not internal"',
      'when: {null_sender: true, client: [10.0.0.5]}',
      'then: {skip: false, actions: {helo: {fail: reject}}}',
      '- name: not internal',
      'when: {client: [10.0.0.5]}',
      'then: {skip: false}',
      '- name: null sender',
    ],
  },
  {
    about: 'O-64 names were not looked at',
    from: ['InternalHosts = csl:10.0.0.1,.example.com,mail.example.net'],
    to: ['ptr_domains: [example.com, mail.example.net]'],
    says: ['were never looked at behind an address'],
    remarks: [
      [1, '".example.com" in InternalHosts had no effect'],
      [1, '"mail.example.net" in InternalHosts had no effect'],
    ],
  },
  {
    about: 'O-64 one bad item disabled the list',
    from: ['InternalHosts = 10.0.0.1/8,foo,!a.example'],
    to: ['networks: [loopback, 10.0.0.0/8]'],
    remarks: [
      [1, 'because of "10.0.0.1/8" pyspf-milter had no internal hosts at all; taken as 10.0.0.0/8'],
      [1, 'because of "foo"'],
      [1, 'because of "!a.example"'],
    ],
  },
  {
    about: 'O-09 an empty list',
    from: ['InternalHosts ='],
    remarks: [[1, 'InternalHosts must not be empty']],
  },
  {
    about: 'O-64 a file, whose IPv6 addresses were cut',
    from: ['InternalHosts = refile:/etc/hosts'],
    files: { '/etc/hosts': '# x\n10.0.0.1\n\n2001:db8::1\n' },
    to: ['networks: [loopback, 10.0.0.1, "2001:db8::1"]'],
    remarks: [[1, 'were cut at their colons']],
  },
  {
    about: 'O-64 a file that is not there',
    from: ['InternalHosts = /none'],
    remarks: [[1, '"/none" cannot be read']],
  },
  {
    about: 'O-65 MacroList, inverse',
    from: ['MacroList = daemon_name|VERIFYING| MX', 'HELO_reject = Null'],
    to: [
      '- name: "null sender, MacroList 1"',
      'when: {null_sender: true, macros: {daemon_name: [VERIFYING, MX]}}',
      'then: {actions: {helo: {fail: reject}}}',
      '- name: MacroList 1',
      'when: {macros: {daemon_name: [VERIFYING, MX]}}',
      'then: {}',
      '- name: not in MacroList',
      'then: {skip: true}',
    ],
    without: ['authenticated', '- name: "null sender"'],
    says: ['check these connections and no other ones'],
    remarks: [[1, 'MacroList named what is checked']],
  },
  {
    about: 'O-65 MacroList, any of several, with any value',
    from: ['MacroList = if_name,daemon_name|any,auth_authen,j,x y'],
    to: ['when: {macros: {if_name: any}}', 'when: {macros: {daemon_name: [any]}}'],
    remarks: [
      [1, '"auth_authen" in MacroList is not known yet when a client connects'],
      [1, '"j" in MacroList is no macro with a name of its own'],
      [1, '"x y" in MacroList is no macro'],
      [1, 'named what is checked'],
    ],
  },
  {
    about: 'O-65 MacroList, as many as rules may name',
    from: [`MacroList = ${Array.from({ length: 41 }, (_, i) => `m${i}`).join(',')}`],
    to: ['when: {macros: {m39: any}}'],
    without: ['when: {macros: {m40: any}}'],
    remarks: [
      [1, '"m40" in MacroList is one too many; left out'],
      [1, 'named what is checked'],
    ],
  },
  {
    about: 'O-65 MacroList of nothing that is ever known',
    from: ['MacroList = auth_authen'],
    without: ['rules:'],
    remarks: [
      [1, 'is not known yet'],
      [1, 'no connection was checked at all; here all are'],
    ],
  },
  { about: 'authenticated senders', from: [], says: ['pyspf-milter before 3.1.0 checked them'] },
  {
    about: 'MacroListVerify is unknown',
    from: ['MacroListVerify = x'],
    says: ['MacroListVerify is in the sample file'],
    remarks: [[1, 'does not know it']],
  },
  {
    about: 'what does nothing in the milter',
    from: ['Per_User = text,/x', 'Mock = 1', 'Hide_Receiver = No'],
    remarks: [
      [1, 'Per_User does nothing in pyspf-milter'],
      [2, 'Mock does nothing'],
      [3, 'Hide_Receiver does nothing'],
    ],
  },
  {
    about: 'Header_Type',
    from: ['Header_Type = SPF'],
    to: ['add: [authentication-results]'],
    remarks: [[1, 'whatever stands here']],
  },
  { about: 'Header_Type None', from: ['Header_Type = None'], to: ['add: []'], without: ['strip_forged'] },
  {
    about: 'Prospective keeps the field',
    from: ['Prospective = 192.0.2.1'],
    to: ['add: [authentication-results]', 'check_as: 192.0.2.1'],
  },
  {
    about: 'a restriction is not for a milter',
    from: ['Mail_From_pass_restriction = x'],
    without: ['mail_from:'],
    remarks: [[1, 'made pyspf-milter answer 451']],
  },
  {
    about: 'no status codes',
    from: ['SPF_Enhanced_Status_Codes = No'],
    to: ['enhanced_status: false'],
    remarks: [[1, 'answered 451']],
  },
  { about: 'the code of a deferral', from: ['TempError_Defer = True'], to: ['code: 450'] },
];

test.each(ROWS)('$about', async (row) => {
  await expectRow('pyspf-milter', row);
});
