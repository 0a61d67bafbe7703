/** policyd-spf.conf, option by option. */
import { describe, expect, test } from '@jest/globals';

import { expectRow, migrated, type Row } from './migrated.js';

/** That a milter is better for this field. */
const FORGED = 'forged Authentication-Results with our name stay';

const REPLY = 'Please see http://www.openspf.net/Why?s=mfrom;id=%{S};ip=%{C};r=%{R}';

test('a file that says nothing has what policyd-spf does by itself', async () => {
  expect((await migrated('policyd-spf', [])).settings).toEqual([
    { key: 'listen.milter', value: 'off' },
    { key: 'replies.fail.text', value: `Message rejected due to: SPF fail - not authorized. ${REPLY}` },
    { key: 'replies.fail.text_exp', value: `Message rejected due to: %{exp}. ${REPLY}` },
    { key: 'headers.add', value: ['received-spf'] },
    { key: 'headers.identities', value: 'deciding' },
    { key: 'skip.authenticated', value: false },
    { key: 'skip.private_clients', value: 'check' },
    { key: 'limits.void_counting', value: 'query' },
    { key: 'log.to', value: 'syslog' },
  ]);
});

describe('lines', () => {
  const ROWS: readonly Row[] = [
    { about: 'O-01 blanks', from: ['   Void_Limit  =   4   '], to: ['void: 4'] },
    {
      about: 'O-02 a comment anywhere',
      from: ['Reason_Message = SPF #1 {spf}'],
      to: ['fail: {text: SPF, text_exp: SPF}'],
      remarks: [[1, 'what follows the "#" is a comment']],
    },
    {
      about: 'O-03 two equal signs',
      from: ['Void_Limit = 4', 'Void_Limit = 5 = 6'],
      to: ['void: 4'],
      remarks: [[2, 'more than one "="']],
    },
    { about: 'O-04 none', from: ['', 'HELO_pass_restriction'], remarks: [[2, 'it has no "="']] },
    {
      about: 'O-05 an unknown name, case',
      from: ['Wibble = 1', 'helo_reject = False'],
      without: ['helo:'],
      remarks: [
        [1, 'did not know "Wibble"'],
        [2, 'it is written HELO_reject'],
      ],
    },
    {
      about: 'O-07 the last counts',
      from: ['Void_Limit = 4', 'Void_Limit = 5'],
      to: ['void: 5'],
      remarks: [[1, 'given again in line 2']],
    },
    {
      about: 'O-08 bad numbers',
      from: ['debugLevel = abc', 'TestOnly = False', 'Lookup_Time = 1.5', 'Void_Limit ='],
      without: ['level:', 'time:', 'void:'],
      remarks: [1, 2, 3, 4].map((line) => [line, 'did not start with this'] as const),
    },
  ];
  test.each(ROWS)('$about', async (row) => {
    await expectRow('policyd-spf', row);
  });
});

describe('options', () => {
  const ROWS: readonly Row[] = [
    { about: 'O-20 debugLevel -1', from: ['debugLevel = -1'], to: ['level: error'] },
    { about: 'O-20 debugLevel 0', from: ['debugLevel = 0'], to: ['level: error'] },
    { about: 'O-20 debugLevel 1', from: ['debugLevel = 1'], without: ['level:'] },
    { about: 'O-20 debugLevel 3', from: ['debugLevel = 3'], without: ['level:'] },
    { about: 'O-20 debugLevel 4', from: ['debugLevel = 4'], to: ['level: debug'] },
    { about: 'O-21 TestOnly 1 is live', from: ['TestOnly = 1'], without: ['dry_run', 'actions:'] },
    {
      about: 'O-21 TestOnly 0 is the test, with header fields',
      from: [
        'TestOnly = 0',
        'HELO_reject = Softfail',
        'TempError_Defer = True',
        'Reject_Not_Pass_Domains = a.example',
      ],
      to: ['mail_from: {fail: accept}', 'helo: {fail: accept}', 'add: [received-spf]'],
      without: ['dry_run', 'text:', 'strict_domains'],
      says: ['got neither header field nor log line', 'set TestOnly = 1'],
    },
    {
      about: 'O-21 TestOnly 0 without header fields',
      from: ['TestOnly = 0', 'Header_Type = None', 'HELO_reject = Softfail'],
      to: ['dry_run: true', 'helo: {softfail: reject}', 'add: []'],
      says: ['the log says what would have been done'],
    },
    {
      about: 'O-21 any other number is live',
      from: ['TestOnly = 2'],
      without: ['dry_run'],
      remarks: [[1, 'taken as 1']],
    },
    {
      about: 'O-22 defaultSeedOnly is inert',
      from: ['defaultSeedOnly = 0'],
      without: ['dry_run', 'actions:'],
      says: ['defaultSeedOnly: had no effect'],
      remarks: [[1, 'no effect since it is called TestOnly']],
    },
    { about: 'O-23 HELO_reject Fail', from: ['HELO_reject = Fail'], without: ['actions:', 'rules:'] },
    {
      about: 'O-23 HELO_reject Softfail',
      from: ['HELO_reject = Softfail'],
      to: ['helo: {softfail: reject}'],
      without: ['rules:'],
    },
    {
      about: 'O-23 HELO_reject SPF_Not_Pass leaves permerror alone',
      from: ['HELO_reject = SPF_Not_Pass', 'Mail_From_reject = SPF_Not_Pass'],
      to: ['helo: {neutral: reject, softfail: reject}', 'mail_from: {neutral: reject, softfail: reject}'],
      without: ['rules:'],
      says: ['the manual says permerror too'],
    },
    {
      about: 'O-23 HELO_reject False: HELO never acts',
      from: ['HELO_reject = False', 'PermError_reject = True'],
      to: ['helo: {fail: accept}', 'mail_from: {permerror: reject}'],
      without: ['rules:'],
    },
    {
      about: 'O-23 HELO_reject Null',
      from: ['HELO_reject = Null', 'TempError_Defer = True'],
      to: [
        'helo: {fail: accept}',
        'mail_from: {temperror: defer}',
        'when: {null_sender: true}',
        'then: {actions: {helo: {fail: reject, temperror: defer}}}',
      ],
      says: ['HELO decides for mail with the null sender alone'],
    },
    {
      about: 'O-23 HELO_reject No_Check: bounces were not checked',
      from: ['HELO_reject = No_Check'],
      to: ['helo: false', 'null_sender: true'],
      without: ['rules:', 'note_skipped'],
      says: ['did not check mail with the null sender at all'],
    },
    {
      about: 'O-23 no word of HELO_reject: no result counts, errors do',
      from: ['HELO_reject = fail', 'PermError_reject = True', 'TempError_Defer = True'],
      to: ['helo: {fail: accept, permerror: reject, temperror: defer}'],
      remarks: [[1, 'it is written Fail']],
    },
    {
      about: 'O-24 Mail_From_reject False',
      from: ['HELO_reject = False', 'Mail_From_reject = False'],
      to: ['mail_from: {fail: accept}', 'helo: {fail: accept}'],
      without: ['rules:', 'text:'],
    },
    {
      about: 'O-24 Mail_From_reject Softfail',
      from: ['Mail_From_reject = Softfail'],
      to: ['mail_from: {softfail: reject}'],
    },
    {
      about: 'O-24 Mail_From_reject No_Check',
      from: ['Mail_From_reject = No_Check'],
      to: ['mail_from: false', 'mail_from: {fail: accept}'],
      without: ['rules:'],
    },
    {
      about: 'O-24 both No_Check',
      from: ['Mail_From_reject = No_Check', 'HELO_reject = No_Check'],
      to: ['mail_from: false', 'helo: false', 'note_skipped: false'],
      without: ['rules:'],
      complaints: ['nothing is checked'],
    },
    {
      about: 'O-24 Null is not a word of Mail_From_reject',
      from: ['Mail_From_reject = Null'],
      to: ['mail_from: {fail: accept}'],
      remarks: [[1, '"Null" is not a word of Mail_From_reject']],
    },
    {
      about: 'O-25 No_Mail cancels PermError_reject',
      from: ['No_Mail = True', 'PermError_reject = True'],
      to: ['only_no_mail_domains: true'],
      without: ['helo:', 'mail_from:'],
      says: ['to the letter', 'a permerror was never refused'],
    },
    {
      about: 'O-25 No_Mail in another spelling is off',
      from: ['No_Mail = yes'],
      without: ['only_no_mail_domains'],
      remarks: [[1, 'No_Mail is on only when it is "True"']],
    },
    {
      about: 'O-26 HELO_pass_restriction',
      from: ['HELO_pass_restriction = passed_spf'],
      to: ['helo: {pass: {postfix: passed_spf}}'],
      without: ['rules:'],
      says: ['Here a refusal goes first'],
    },
    {
      about: 'O-27 Mail_From_pass_restriction',
      from: ['Mail_From_pass_restriction = spf_fin, passed_spf'],
      to: ['mail_from: {pass: {postfix: "spf_fin, passed_spf"}}'],
      without: ['rules:'],
    },
    {
      about: 'O-27 what Postfix would take for OK',
      from: ['Mail_From_pass_restriction = 550', 'HELO_pass_restriction = 250 fine'],
      without: ['actions:'],
      remarks: [
        [1, '"550" is no action of access(5)'],
        [2, 'is no action of access(5)'],
      ],
    },
    {
      about: 'O-27 what Postfix would not take',
      from: ['Mail_From_pass_restriction = (spf)', `HELO_pass_restriction = ${'x'.repeat(201)}`],
      without: ['actions:'],
      remarks: [
        [1, '"(spf)" is no action of access(5)'],
        [2, 'is no action of access(5)'],
      ],
    },
    {
      about: 'O-28 Reject_Not_Pass_Domains, inverted',
      from: ['Reject_Not_Pass_Domains = Bank.example, shop.example'],
      to: ['strict_domains: [bank.example, shop.example]'],
      without: ['rules:'],
      says: ['but the ones above'],
      remarks: [[1, 'a blank before "shop.example", so it never matched']],
    },
    {
      about: 'O-28 Reject_Not_Pass_Domains where nothing else is refused',
      from: [
        'Reject_Not_Pass_Domains = bank.example',
        'HELO_reject = False',
        'Mail_From_reject = False',
        'TempError_Defer = True',
      ],
      to: [
        'helo: {fail: accept}',
        'when: {sender: [bank.example, .bank.example], helo: [bank.example, .bank.example]}',
        'when: {sender: [bank.example, .bank.example]}',
        'when: {helo: [bank.example, .bank.example]}',
        'then:',
        'mail_from: {neutral: reject, softfail: reject, fail: reject, temperror: defer}',
      ],
      without: ['strict_domains'],
    },
    {
      about: 'O-29 PermError_reject',
      from: ['PermError_reject = True'],
      to: ['mail_from: {permerror: reject}', 'helo: {permerror: reject}'],
    },
    {
      about: 'O-29 PermError_reject in another spelling',
      from: ['PermError_reject = true'],
      without: ['helo:'],
      remarks: [[1, 'so "true" is off']],
    },
    {
      about: 'O-30 TempError_Defer',
      from: ['TempError_Defer = True'],
      to: ['mail_from: {temperror: defer}', 'helo: {temperror: defer}', 'code: 450'],
    },
    {
      about: 'O-31 Prospective',
      from: ['Prospective = 2001:db8::'],
      to: ['check_as: "2001:db8::"', 'add: []'],
      says: ['held its lists of networks against this address'],
    },
    {
      about: 'O-31 no address',
      from: ['Prospective = mx'],
      without: ['check_as'],
      remarks: [[1, 'died of it with every request']],
    },
    {
      about: 'O-32 skip_addresses, mapped addresses folded',
      from: ['skip_addresses = 127.0.0.0/8,::ffff:127.0.0.0/104,::1,10.0.0.0/255.0.0.0,2001:db8::'],
      to: ['networks: [loopback, 10.0.0.0/8, "2001:db8::"]'],
    },
    {
      about: 'O-32 the default',
      from: ['skip_addresses = 127.0.0.0/8,::ffff:127.0.0.0/104,::1'],
      without: ['networks'],
    },
    {
      about: 'O-32 empty',
      from: ['skip_addresses ='],
      to: ['networks: []'],
      remarks: [[1, 'died of an empty skip_addresses']],
    },
    {
      about: 'O-32 blanks, host bits, a name',
      from: ['skip_addresses = 192.0.2.1, 10.0.0.1/8,mx.example'],
      to: ['networks: [192.0.2.1, 10.0.0.0/8]'],
      remarks: [
        [1, 'gave up the list at "10.0.0.1/8"'],
        [1, 'taken as 10.0.0.0/8'],
        [1, '"mx.example" is not a network, left out'],
      ],
    },
    {
      about: 'O-33 Whitelist',
      from: ['Whitelist = 192.0.2.0/24'],
      to: ['- name: Whitelist', 'networks: [192.0.2.0/24]'],
      says: ['Mail from these hosts was not checked at all'],
    },
    {
      about: 'O-34 Domain_Whitelist',
      from: ['Domain_Whitelist = pobox.example,Fwd.example'],
      to: ['spf_of: [pobox.example, fwd.example]'],
    },
    {
      about: 'O-35 HELO_Whitelist, case',
      from: ['HELO_Whitelist = MX.example,a.b.example'],
      to: ['helo_names: [mx.example, a.b.example]'],
      says: ['Names with capital letters never matched'],
      remarks: [[1, '"MX.example" has capital letters, so it never matched']],
    },
    {
      about: 'O-36 Domain_Whitelist_PTR, not forward-confirmed',
      from: ['Domain_Whitelist_PTR = relay.example'],
      to: ['- name: Domain_Whitelist_PTR', 'ptr_domains: [relay.example]'],
      says: ['the name must lead back to the client'],
    },
    {
      about: 'O-37 SPF_Enhanced_Status_Codes',
      from: ['SPF_Enhanced_Status_Codes = No'],
      to: ['enhanced_status: false'],
    },
    {
      about: 'O-37 in another spelling',
      from: ['SPF_Enhanced_Status_Codes = no'],
      without: ['enhanced_status'],
      remarks: [[1, '"no" is not "No"']],
    },
    {
      about: 'O-38 Header_Type AR',
      from: ['Header_Type = AR'],
      to: ['add: [authentication-results]'],
      complaints: [FORGED],
    },
    { about: 'O-38 Header_Type None', from: ['Header_Type = None'], to: ['add: []'] },
    {
      about: 'O-38 both',
      from: ['Header_Type = SPF,AR'],
      to: ['add: [received-spf, authentication-results]'],
      complaints: [FORGED],
      remarks: [[1, 'died of both kinds at once']],
    },
    {
      about: 'O-38 anything else',
      from: ['Header_Type = ar'],
      to: ['add: [received-spf]'],
      remarks: [[1, '"ar" is taken as SPF']],
    },
    {
      about: 'O-39 Hide_Receiver No',
      from: ['Hide_Receiver = No'],
      without: ['receiver'],
      says: ['Hide_Receiver = No told the domain of the recipient'],
    },
    { about: 'O-39 Hide_Receiver Yes', from: ['Hide_Receiver = Yes'], to: ['receiver: unknown'] },
    {
      about: 'O-39 anything else',
      from: ['Hide_Receiver = no'],
      to: ['receiver: unknown'],
      remarks: [[1, 'so it means yes']],
    },
    {
      about: 'O-40 Authserv_Id',
      from: ['Authserv_Id = mx.example.net'],
      to: ['authserv_id: mx.example.net'],
    },
    {
      about: 'O-40 HOSTNAME',
      from: ['Authserv_Id = HOSTNAME', 'Header_Type = AR'],
      without: ['authserv_id'],
      complaints: [FORGED],
      says: ['took the bare name that the system has'],
    },
    {
      about: 'O-40 HEADER in use',
      from: ['Authserv_Id = HEADER', 'Header_Type = AR'],
      to: ['authserv_id: HEADER'],
      complaints: [FORGED],
      says: ['by mistake'],
    },
    {
      about: 'O-40 HEADER not in use',
      from: ['Authserv_Id = HEADER'],
      without: ['authserv_id'],
      remarks: [[1, 'not in use; left out']],
    },
    {
      about: 'O-40 empty',
      from: ['Authserv_Id ='],
      without: ['authserv_id'],
      remarks: [[1, 'died of an empty Authserv_Id']],
    },
    {
      about: 'O-40 what would need quotes',
      from: ['Authserv_Id = my host'],
      without: ['authserv_id'],
      remarks: [[1, '"my host" cannot be written as an authserv-id']],
    },
    {
      about: 'O-41 Lookup_Time, per identity',
      from: ['Lookup_Time = 30'],
      to: ['time: 30s'],
      says: ['for HELO and for MAIL FROM each'],
    },
    {
      about: 'O-41 no limit',
      from: ['Lookup_Time = 0'],
      to: ['time: 90s'],
      remarks: [[1, 'no limit at all']],
    },
    {
      about: 'O-41 negative',
      from: ['Lookup_Time = -1'],
      without: ['time'],
      remarks: [[1, 'every check was a temperror']],
    },
    {
      about: 'O-41 longer than Postfix waits',
      from: ['Lookup_Time = 200'],
      to: ['time: 90s'],
      remarks: [[1, 'Postfix waits']],
    },
    {
      about: 'O-42 Whitelist_Lookup_Time',
      from: ['Whitelist_Lookup_Time = 5'],
      without: ['time'],
      says: ['share one deadline'],
    },
    { about: 'O-43 Void_Limit', from: ['Void_Limit = 5'], to: ['void: 5', 'void_counting: query'] },
    {
      about: 'O-43 out of range',
      from: ['Void_Limit = 500'],
      to: ['void: 100'],
      remarks: [[1, 'out of range']],
    },
    {
      about: 'O-44 Reason_Message, braces and per cent',
      from: [
        'Reason_Message = {{{rejectdefer}}} 100% {spf}',
        'PermError_reject = True',
        'TempError_Defer = True',
      ],
      to: [
        'text: "{rejected} 100%% SPF fail - not authorized"',
        'text_exp: "{rejected} 100%% %{exp}"',
        'permerror: {text: "{rejected} 100%% SPF Permanent Error: %{reason}"}',
        'temperror: {code: 450, text: "{deferred} 100%% SPF Temporary Error: %{reason}"}',
      ],
    },
    {
      about: 'O-44 a field that does not exist, a format, a lone brace, other letters',
      from: ['Reason_Message = né {result} {spf:>40} }'],
      to: ['fail: {text: "n?  SPF fail - not authorized }", text_exp: "n?  %{exp} }"}'],
      remarks: [
        [1, 'printable ASCII only'],
        [1, 'there is no field "{result}"'],
        [1, 'how "{spf:>40}" is to be formatted is left out'],
        [1, 'a lone brace'],
      ],
    },
    {
      about: 'O-44 too long for a reply',
      from: [`Reason_Message = ${'long '.repeat(100)}`],
      to: ['text: "Message rejected due to: SPF fail - not authorized"'],
      remarks: [[1, 'longer than a reply may be']],
    },
    {
      about: 'O-44 empty',
      from: ['Reason_Message ='],
      to: ['text: "Message rejected due to: SPF fail - not authorized"'],
      remarks: [[1, 'a reply needs a text']],
    },
    {
      about: 'the reply link of 3.1.0',
      from: ['Reason_URL = https://spf.example.net/?d={1}&a={2}'],
      to: [
        'text: "Message rejected due to: SPF fail - not authorized. Please see https://spf.example.net/?d=%{S}&a=%{C}"',
      ],
      remarks: [[1, 'version 3.1.0']],
    },
    {
      about: 'O-45 Mock = False is on',
      from: ['Mock = False'],
      says: ['Mock = False: any value was on'],
      remarks: [[1, 'Mock = False is on']],
    },
    { about: 'O-45 an empty Mock is off', from: ['Mock ='] },
    {
      about: 'O-46 QueueID cannot be set',
      from: ['QueueID = False'],
      without: ['queue_id'],
      says: ['QueueID is documented, but was never read'],
      remarks: [[1, 'never read']],
    },
    {
      about: 'O-47 Per_User of another type',
      from: ['Per_User = sql,x'],
      remarks: [[1, 'is to be "text,FILE"']],
    },
    {
      about: 'O-47 Per_User without a file',
      from: ['Per_User = text,/none'],
      remarks: [[1, '"/none" cannot be read']],
    },
    {
      about: 'O-66 IntHosts',
      from: ['IntHosts = 1'],
      remarks: [[1, 'IntHosts is for internal use']],
    },
  ];
  test.each(ROWS)('$about', async (row) => {
    await expectRow('policyd-spf', row);
  });
});

test('the rules come in the order in which they must be tried', async () => {
  const from = ['Reject_Not_Pass_Domains = bank.example', 'HELO_reject = False', 'Mail_From_reject = False'];
  const rules = (await migrated('policyd-spf', from)).settings.find(({ key }) => key === 'rules')?.value;
  expect(rules).toEqual([
    {
      name: 'sender and HELO of a domain that must pass',
      when: { sender: BANK, helo: BANK },
      then: { actions: { mail_from: REFUSED, helo: REFUSED } },
    },
    {
      name: 'sender of a domain that must pass',
      when: { sender: BANK },
      then: { actions: { mail_from: REFUSED } },
    },
    {
      name: 'HELO of a domain that must pass',
      when: { helo: BANK },
      then: { actions: { helo: REFUSED } },
    },
  ]);
});

const BANK = ['bank.example', '.bank.example'];
const REFUSED = { neutral: 'reject', softfail: 'reject', fail: 'reject' };

test('the dead link is remarked on at the line of the text', async () => {
  const { remarks } = await migrated('policyd-spf', ['', 'Reason_Message = {spf} {url}']);
  expect(remarks).toEqual([{ line: 2, text: expect.stringContaining('gone since 2019') }]);
  expect((await migrated('policyd-spf', ['Reason_Message = {spf}'])).remarks).toEqual([]);
});
