/** The file of Per_User, through policyd-spf.conf and by itself. */
import { describe, expect, test } from '@jest/globals';

import { expectRow, migrated, type Row } from './migrated.js';

const USERS = '/etc/users';
const base = [`Per_User = text,${USERS}`];

function withUsers(about: string, users: readonly string[], row: Partial<Row>): Row {
  return { about, from: base, files: { [USERS]: users.join('\n') }, ...row };
}

describe('in policyd-spf.conf', () => {
  const ROWS: readonly Row[] = [
    withUsers(
      'U-01 one line, one rule, the differences alone',
      ['a@b.example,HELO_reject=Softfail|Mail_From_reject=Fail'],
      {
        to: [
          '- name: a@b.example',
          'when: {recipient: [a@b.example]}',
          'then: {actions: {helo: {softfail: reject}}}',
        ],
      },
    ),
    withUsers(
      'U-01 the first line counts',
      ['a@b.example,TempError_Defer=True', 'a@b.example,TempError_Defer=False'],
      {
        to: ['then: {actions: {mail_from: {temperror: defer}, helo: {temperror: defer}}}'],
        remarks: [[1, 'users, line 2: "a@b.example" comes again']],
      },
    ),
    withUsers(
      'U-01 equal settings share a rule',
      ['a@b.example,Header_Type=None', '# c', 'c@b.example,Header_Type=None'],
      {
        to: [
          '- name: a@b.example and 1 more',
          'when: {recipient: [a@b.example, c@b.example]}',
          'then: {headers: {add: []}}',
        ],
      },
    ),
    withUsers(
      'U-02 capital letters, expressions, domains',
      ['A@b.example,Header_Type=None', '.*@b.example,Header_Type=None', '@b.example,Header_Type=None'],
      {
        without: ['rules:'],
        remarks: [
          [1, 'users, line 1: "A@b.example" has capital letters'],
          [1, 'users, line 2: ".*@b.example" is not an address'],
          [1, 'users, line 3: "@b.example" is not an address'],
          [1, 'users has no entry'],
        ],
      },
    ),
    withUsers(
      'U-03 no comma, no equal sign, blanks',
      ['nobody', 'a@b.example,Header_Type|Header_Type =None'],
      {
        without: ['rules:'],
        remarks: [
          [1, 'users, line 1: no comma'],
          [1, 'users, line 2: "Header_Type" is not Name=value'],
          [1, 'users, line 2: "Header_Type " is not known for a recipient, with a blank'],
        ],
      },
    ),
    withUsers(
      'U-04 names that are read, and names that are not',
      ['a@b.example,Void_Limit=x|TestOnly=0|Mock=x|Authserv-Id=x|defaultSeedOnly=0'],
      {
        without: ['rules:', 'dry_run'],
        remarks: [
          [1, 'policyd-spf died of "Void_Limit=x"'],
          [1, '"TestOnly" is not known for a recipient'],
          [1, '"Mock" is not known'],
          [1, 'Authserv-Id is left out'],
          [1, 'defaultSeedOnly is left out'],
        ],
      },
    ),
    withUsers(
      'U-05 what takes effect, and what only our whole file has',
      [
        'a@b.example,Lookup_Time=5|Prospective=192.0.2.1|SPF_Enhanced_Status_Codes=No|debugLevel=5|Void_Limit=3|Hide_Receiver=Yes',
      ],
      {
        to: [
          'then:',
          'replies: {enhanced_status: false}',
          'headers: {add: []}',
          'check_as: 192.0.2.1',
          'limits: {void: 3, time: 5s}',
        ],
        remarks: [
          [1, 'debugLevel is left out'],
          [1, 'Hide_Receiver is left out'],
        ],
      },
    ),
    withUsers('U-06 commas in values', ['a@b.example,Reject_Not_Pass_Domains=c.example,d.example'], {
      to: ['then: {actions: {strict_domains: [c.example, d.example]}}'],
    }),
    {
      about: 'a rule that does nothing, and keeps those below it away',
      from: [...base, 'HELO_reject = Null'],
      files: { [USERS]: 'a@b.example,HELO_reject=False' },
      to: ['- name: a@b.example', 'when: {recipient: [a@b.example]}', 'then: {}', '- name: null sender'],
    },
    withUsers('U-07 no entries', ['# nothing'], {
      without: ['rules:'],
      remarks: [[1, 'users has no entry: policyd-spf died']],
    }),
    { about: 'U-07 no file', from: base, without: ['rules:'], remarks: [[1, 'cannot be read']] },
    withUsers('U-09 TestOnly is the common one', ['a@b.example,HELO_reject=Softfail'], {
      from: ['TestOnly = 0', ...base],
      without: ['rules:'],
    }),
    withUsers('U-10 the address of the recipient was told', ['a@b.example,Header_Type=None'], {
      says: ['the whole address of every recipient stood in header fields'],
    }),
    withUsers('a text of its own', ['a@b.example,Reason_Message={spf}|HELO_reject=False'], {
      to: ['replies: {fail: {text: SPF fail - not authorized, text_exp: "%{exp}"}}'],
    }),
    withUsers(
      'lists of a recipient',
      [
        'a@b.example,skip_addresses=127.0.0.0/8,::1,10.0.0.0/8|Whitelist=192.0.2.1|Domain_Whitelist=f.example|HELO_Whitelist=mx.example',
      ],
      {
        from: ['skip_addresses = 127.0.0.0/8,::1,198.51.100.1', ...base],
        to: [
          '- name: "a@b.example, not checked"',
          'when: {recipient: [a@b.example], client: [10.0.0.0/8, 192.0.2.1]}',
          'then: {skip: true}',
          '- name: Domain_Whitelist of a@b.example',
          'spf_of: [f.example]',
          'recipients: [a@b.example]',
        ],
        remarks: [
          [2, 'HELO_Whitelist is left out'],
          [2, 'now that holds too, so for "198.51.100.1"'],
        ],
      },
    ),
  ];
  test.each(ROWS)('$about', async (row) => {
    await expectRow('policyd-spf', row);
  });
});

test('each rule of a recipient has its twin for the null sender in front, and those for all come last', async () => {
  const users = { [USERS]: 'a@b.example,Header_Type=None\nboss@b.example,HELO_reject=Softfail' };
  const { settings } = await migrated('policyd-spf', ['HELO_reject = Null', ...base], users);
  expect(settings.find(({ key }) => key === 'rules')?.value).toEqual([
    {
      name: 'a@b.example, null sender',
      when: { recipient: ['a@b.example'], null_sender: true },
      then: { actions: { helo: { fail: 'reject' } }, headers: { add: [] } },
    },
    { name: 'a@b.example', when: { recipient: ['a@b.example'] }, then: { headers: { add: [] } } },
    {
      name: 'boss@b.example',
      when: { recipient: ['boss@b.example'] },
      then: { actions: { helo: { softfail: 'reject', fail: 'reject' } } },
    },
    { name: 'null sender', when: { null_sender: true }, then: { actions: { helo: { fail: 'reject' } } } },
  ]);
});

test('a rule that changes nothing still keeps the ones below away', async () => {
  const users = { [USERS]: 'a@b.example,HELO_reject=Fail' };
  const { settings } = await migrated('policyd-spf', ['HELO_reject = Null', ...base], users);
  expect(settings.find(({ key }) => key === 'rules')?.value).toEqual([
    {
      name: 'a@b.example',
      when: { recipient: ['a@b.example'] },
      then: { actions: { helo: { fail: 'reject' } } },
    },
    { name: 'null sender', when: { null_sender: true }, then: { actions: { helo: { fail: 'reject' } } } },
  ]);
  const same = await migrated('policyd-spf', base, { [USERS]: 'a@b.example,HELO_reject=Fail' });
  expect(same.settings.find(({ key }) => key === 'rules')).toBeUndefined();
});

test('the file by itself is rules over the defaults of policyd-spf', async () => {
  const { settings, remarks } = await migrated('policyd-spf-users', [
    'a@b.example,Mail_From_reject=Softfail',
    'B@b.example,x=1',
  ]);
  expect(settings.map(({ key }) => key)).toEqual(['replies.softfail.text', 'rules']);
  expect(settings.at(-1)?.value).toEqual([
    {
      name: 'a@b.example',
      when: { recipient: ['a@b.example'] },
      then: { actions: { mail_from: { softfail: 'reject' } } },
    },
  ]);
  expect(remarks).toEqual([{ line: 2, text: expect.stringContaining('has capital letters') }]);
});

test('rules stay within what a file may have', async () => {
  const users = Array.from(
    { length: 5000 },
    (_, i) => `u${i}@b.example,Lookup_Time=${i + 100000}|Header_Type=x${i}|HELO_reject=Null`,
  );
  const { settings, remarks, yaml } = await migrated('policyd-spf', base, { [USERS]: users.join('\n') });
  const rules = settings.find(({ key }) => key === 'rules')?.value;
  expect(Array.isArray(rules) && rules.length > 900 && rules.length <= 1000).toBe(true);
  expect(yaml).toMatch(/More than 1000 rules: the last \d+ kinds/);
  expect(remarks.length).toBe(1000);
});
