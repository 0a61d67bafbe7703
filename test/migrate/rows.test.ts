/**
 * Every row of behaviour of the programs that are replaced (O-, U-, B-: policyd-spf and pyspf-milter; P-: the Perl policy
 * server; C-: spf-milter) has a test that shows what becomes of it here, or a reason why there is none.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';

/** Both ends are in it. */
const IDS = [
  ...idsOf('O', [20, 47], [60, 66]),
  ...idsOf('U', [1, 12]),
  ...idsOf('B', [20, 28], [30, 38], [40, 44], [60, 70]),
  ...idsOf('P', [1, 17]),
  ...idsOf('C', [20, 54]),
];

function idsOf(
  letter: string,
  ...ranges: readonly (readonly [first: number, last: number])[]
): readonly string[] {
  return ranges.flatMap(([first, last]) =>
    Array.from({ length: last - first + 1 }, (_, i) => `${letter}-${String(first + i).padStart(2, '0')}`),
  );
}

/** A file of tests, without its end, and titles in it: of a test, or of a row of a table of tests. */
type Shown = readonly [file: string, ...titles: readonly string[]];

const POLICYD = 'migrate/policyd-spf';
const PYSPF = 'migrate/pyspf-milter';
const USERS = 'migrate/per-user';
const PERL = 'migrate/perl-lists';
const SPF_MILTER = 'migrate/spf-milter';
const MATRIX = 'e2e/policyd-spf-matrix';
const SPAWNED: Shown = [
  'app/old-config',
  'does with policyd-spf.conf as it is what policyd-spf did, and writes nothing on standard error',
];
const AS_TABLES: Shown = [MATRIX, 'what becomes of policyd-spf.conf does as the tables say'];
const ONCE: Shown = ['frontend/policy-message', 'one field for two recipients'];

/** Tests, or a sentence. */
const ROWS: Readonly<Record<string, readonly Shown[] | string>> = {
  'O-20': [[POLICYD, 'O-20 debugLevel -1', 'O-20 debugLevel 1', 'O-20 debugLevel 4']],
  'O-21': [
    [POLICYD, 'O-21 TestOnly 0 is the test, with header fields', 'O-21 any other number is live'],
    AS_TABLES,
  ],
  'O-22': [[POLICYD, 'O-22 defaultSeedOnly is inert'], AS_TABLES],
  'O-23': [
    [POLICYD, 'O-23 HELO_reject Softfail', 'O-23 HELO_reject SPF_Not_Pass leaves permerror alone'],
    [POLICYD, 'O-23 HELO_reject False: HELO never acts', 'O-23 HELO_reject Null'],
    [POLICYD, 'O-23 HELO_reject No_Check: bounces were not checked'],
    [POLICYD, 'O-23 no word of HELO_reject: no result counts, errors do'],
    AS_TABLES,
  ],
  'O-24': [
    [POLICYD, 'O-24 Mail_From_reject False', 'O-24 Mail_From_reject No_Check', 'O-24 both No_Check'],
    AS_TABLES,
  ],
  'O-25': [
    [POLICYD, 'O-25 No_Mail cancels PermError_reject', 'O-25 No_Mail in another spelling is off'],
    [MATRIX, 'a domain that sends no mail', 'the same in other letters'],
  ],
  'O-26': [[POLICYD, 'O-26 HELO_pass_restriction'], AS_TABLES],
  'O-27': [[POLICYD, 'O-27 Mail_From_pass_restriction', 'O-27 what Postfix would not take'], AS_TABLES],
  'O-28': [
    [
      POLICYD,
      'O-28 Reject_Not_Pass_Domains, inverted',
      'O-28 Reject_Not_Pass_Domains where nothing else is refused',
    ],
    [MATRIX, 'the domain listed', 'a domain below it', 'the domain above it'],
  ],
  'O-29': [[POLICYD, 'O-29 PermError_reject', 'O-29 PermError_reject in another spelling'], AS_TABLES],
  'O-30': [[POLICYD, 'O-30 TempError_Defer'], AS_TABLES],
  'O-31': [
    [POLICYD, 'O-31 Prospective', 'O-31 no address'],
    [PYSPF, 'Prospective keeps the field'],
    AS_TABLES,
  ],
  'O-32': [
    [POLICYD, 'O-32 skip_addresses, mapped addresses folded', 'O-32 the default', 'O-32 empty'],
    ['verdict/skip', 'mapped loopback'],
  ],
  'O-33': [[POLICYD, 'O-33 Whitelist'], AS_TABLES],
  'O-34': [[POLICYD, 'O-34 Domain_Whitelist'], AS_TABLES],
  'O-35': [
    [POLICYD, 'O-35 HELO_Whitelist, case'],
    ['verdict/skip', 'a HELO name that is somebody else'],
    AS_TABLES,
  ],
  'O-36': [
    [POLICYD, 'O-36 Domain_Whitelist_PTR, not forward-confirmed'],
    ['verdict/skip', 'the end of a label', 'a name that does not lead back'],
    AS_TABLES,
  ],
  'O-37': [
    [POLICYD, 'O-37 SPF_Enhanced_Status_Codes', 'O-37 in another spelling'],
    [PYSPF, 'no status codes'],
  ],
  'O-38': [
    [POLICYD, 'O-38 Header_Type AR', 'O-38 Header_Type None', 'O-38 both', 'O-38 anything else'],
    AS_TABLES,
  ],
  'O-39': [[POLICYD, 'O-39 Hide_Receiver No', 'O-39 Hide_Receiver Yes', 'O-39 anything else']],
  'O-40': [[POLICYD, 'O-40 Authserv_Id', 'O-40 HOSTNAME', 'O-40 HEADER in use', 'O-40 empty']],
  'O-41': [[POLICYD, 'O-41 Lookup_Time, per identity', 'O-41 no limit', 'O-41 negative']],
  'O-42': [[POLICYD, 'O-42 Whitelist_Lookup_Time']],
  'O-43': [[POLICYD, 'O-43 Void_Limit', 'O-43 out of range']],
  'O-44': [
    [POLICYD, 'O-44 Reason_Message, braces and per cent', 'O-44 empty', 'O-44 too long for a reply'],
    [POLICYD, 'O-44 a field that does not exist, a format, a lone brace, other letters'],
    SPAWNED,
  ],
  'O-45': [[POLICYD, 'O-45 Mock = False is on', 'O-45 an empty Mock is off']],
  'O-46': [[POLICYD, 'O-46 QueueID cannot be set']],
  'O-47': [[POLICYD, 'O-47 Per_User of another type', 'O-47 Per_User without a file'], AS_TABLES],
  'O-60': [
    [PYSPF, 'O-60 Socket inet', 'O-60 Socket inet6', 'O-60 Socket without a host', 'O-60 Socket unix'],
  ],
  'O-61': [[PYSPF, 'O-61 PidFile']],
  'O-62': [[PYSPF, 'O-62 UserID', 'O-62 UserID, group of that name']],
  'O-63': [[PYSPF, 'O-63 UMask is decimal', 'O-63 the default']],
  'O-64': [
    [PYSPF, 'O-64 the default is loopback', 'O-64 networks and exclusions', 'O-64 names were not looked at'],
    [PYSPF, 'O-64 one bad item disabled the list', 'O-64 a file, whose IPv6 addresses were cut'],
  ],
  'O-65': [[PYSPF, 'O-65 MacroList, inverse', 'O-65 MacroList, any of several, with any value']],
  'O-66': [[POLICYD, 'O-66 IntHosts']],

  'U-01': [[USERS, 'U-01 one line, one rule, the differences alone', 'U-01 the first line counts']],
  'U-02': [[USERS, 'U-02 capital letters, expressions, domains']],
  'U-03': [[USERS, 'U-03 no comma, no equal sign, blanks']],
  'U-04': [[USERS, 'U-04 names that are read, and names that are not']],
  'U-05': [[USERS, 'U-05 what takes effect, and what only our whole file has']],
  'U-06': [[USERS, 'U-06 commas in values']],
  'U-07': [[USERS, 'U-07 no entries', 'U-07 no file']],
  'U-08': [['frontend/policy-message', 'each has its own answer, and the message one field']],
  'U-09': [[USERS, 'U-09 TestOnly is the common one']],
  'U-10': [[USERS, 'U-10 the address of the recipient was told']],
  'U-11': [['telemetry/log', 'held over the milter, by a rule']],
  'U-12': [['verdict/rules', 'no recipient yet']],

  'B-20': [SPAWNED, ['policyd/action', 'a refusal']],
  'B-21': [
    ['verdict/replies', 'permerror.example', 'reject, MAIL FROM $domain'],
    ['frontend/policy-message', 'a refusal for each recipient'],
  ],
  'B-22': [SPAWNED, ['policyd/action', 'a refusal for now, as far as Postfix may decide']],
  'B-23': [['policyd/action', 'a refusal whose status is left to Postfix', 'the same for now'], AS_TABLES],
  'B-24': [SPAWNED, ['policyd/action', 'a field']],
  'B-25': [['policyd/action', 'no opinion'], ONCE, AS_TABLES],
  'B-26': [['policyd/action', 'what the administrator wants'], AS_TABLES],
  'B-27':
    'With Mock nothing was checked, and under spawn(8) no reply came; migrating tells to take it out (O-45).',
  'B-28': 'The program has this answer and never gives it.',
  'B-30': [
    [
      'policyd/correlation',
      'nor another sender',
      'nor another client',
      'nor another HELO name',
      'not longer',
    ],
    ['policyd/correlation', '10,000 messages: the least recently used goes', 'never without an instance'],
  ],
  'B-31': [
    ONCE,
    ['frontend/policy-message', 'a refusal for each recipient', 'a deferral for each recipient'],
  ],
  'B-32': [['frontend/policy-message', 'a refusal for each recipient']],
  'B-33': [
    ['frontend/policy-waiting', 'requests of the same message wait for the same, wherever they come from'],
  ],
  'B-34': [ONCE, ['policyd/header-once', 'who gets the field']],
  'B-35': [['frontend/policy-message', 'each has its own answer, and the message one field']],
  'B-36': [['frontend/policy-message', 'asked at MAIL, where the instance is not made yet, and at RCPT']],
  'B-37': [['frontend/policy-request', 'a field at RCPT needs an instance', 'no state']],
  'B-38': [['frontend/policy-message', 'each over a connection of its own']],
  'B-40': [[POLICYD, 'O-32 blanks, host bits, a name']],
  'B-41': [
    [POLICYD, 'O-32 skip_addresses, mapped addresses folded'],
    ['frontend/policy-request', 'mapped'],
  ],
  'B-42': [ONCE, ['verdict/skip', 'the names of the client are asked for once']],
  'B-43': [['verdict/skip', 'a sender', 'the domain of a sender', 'all below a domain']],
  'B-44': [['verdict/fields', 'mail that is not checked']],
  'B-60': [
    ['verdict/skip', 'unknown'],
    ['frontend/policy-request', 'client unknown'],
  ],
  'B-61': [['frontend/policy-request', 'client absent', 'client nonsense']],
  'B-62': [['frontend/policy-request', 'no sender']],
  'B-63': [
    ['verdict/actions', 'none for address literals', 'none for a HELO name that is no full domain name'],
  ],
  'B-64': [
    ['verdict/actions', 'none without HELO and sender'],
    ['smtp/sender', 'of %j is %s at %j, given as %j'],
  ],
  'B-65': [
    [MATRIX, 'a quoted local part'],
    ['frontend/policy-request', 'the last "@"'],
  ],
  'B-66': [['verdict/fields', 'a local part that is no UTF-8', 'an address that is no UTF-8']],
  'B-67': [['spf/eai', 'U-labels become A-labels before anything else: in %{d}, %{o}, %{s} and %{h}']],
  'B-68': [
    ['verdict/replies', 'an explanation is one line of printable ASCII, cut, and nothing in it is expanded'],
    ['e2e/postfix', 'an explanation with line breaks in it does not get through'],
  ],
  'B-69': [['policyd/action', 'signs that mean something elsewhere']],
  'B-70': [['frontend/policy-request', 'no recipient']],

  'P-01': [[PERL, 'what the program does by itself']],
  'P-02': 'It used another library; ours passes the published suite, and "hostname" names the host.',
  'P-03': [['verdict/skip', 'IPv4 loopback', 'first networks']],
  'P-04': [
    ['verdict/skip', 'IPv4 loopback'],
    ['verdict/fields', 'mail that is not checked'],
  ],
  'P-05': [[PERL, 'P-05 addresses, at blanks and commas']],
  'P-06': [[PERL, 'P-06 sender domains, whose case counted']],
  'P-07': [ONCE],
  'P-08': [
    [PERL, 'what the program does by itself'],
    ['verdict/actions', 'temperror is deferred'],
  ],
  'P-09': [[PERL, 'P-09 no other result is refused, no status code given']],
  'P-10': [
    [PERL, 'what the program does by itself'],
    ['verdict/replies', 'of an explained fail have a text of their own'],
  ],
  'P-11': [
    ['header/received-spf', 'of a pass', 'values as written'],
    ['verdict/fields', 'MAIL FROM none is not covered up by HELO'],
  ],
  'P-12': [['header/received-spf', 'comments']],
  'P-13': [['frontend/policy-request', 'mapped', 'octets']],
  'P-14': [
    ['verdict/actions', 'none without HELO and sender'],
    ['frontend/policy-request', 'client unknown'],
  ],
  'P-15': [['policyd/correlation', '10,000 messages: the least recently used goes']],
  'P-16': [['frontend/policy-request', 'is reported']],
  'P-17': 'It is about a distribution.',

  'C-20': [[SPF_MILTER, 'C-20 authserv_id', 'C-20 authserv_id that needs quotes']],
  'C-21': [
    [SPF_MILTER, 'C-21 definitive_helo_results'],
    ['verdict/actions', 'a fail of HELO decides'],
  ],
  'C-22': [
    [SPF_MILTER, 'C-22 deletion, by default with the field', 'C-22 deletion, asked for', 'C-22 no deletion'],
    ['frontend/milter', 'those that claim to be ours are deleted before, the last first'],
  ],
  'C-23': [
    [SPF_MILTER, 'C-23 dry_run'],
    ['frontend/milter', 'and nothing is refused by a verdict that is only noted'],
  ],
  'C-24': [[SPF_MILTER, 'C-24 C-27 a code for now defers']],
  'C-25': [
    [SPF_MILTER, 'C-25 C-26 texts of fail', 'C-64 C-65 what is no macro, or none here', 'C-25 other letters'],
  ],
  'C-26': [[SPF_MILTER, 'C-25 C-26 texts of fail']],
  'C-27': [[SPF_MILTER, 'C-24 C-27 a code for now defers', 'C-60 code and status']],
  'C-28': [
    [SPF_MILTER, 'C-28 header, in order', 'C-28 header, none'],
    ['frontend/milter', 'fields go on top, the first of them first'],
  ],
  'C-29': [[SPF_MILTER, 'C-29 hostname', 'C-29 hostname, not whole']],
  'C-30': [
    [SPF_MILTER, 'C-30 include_all_results'],
    ['verdict/fields', 'only the deciding identity'],
  ],
  'C-31': [[SPF_MILTER, 'C-31 include_mailfrom_local_part']],
  'C-32': [[SPF_MILTER, 'C-32 log_destination']],
  'C-33': [[SPF_MILTER, 'C-33 log_level', 'C-33 log_level info']],
  'C-34': [[SPF_MILTER, 'C-34 max_lookups', 'C-34 too large']],
  'C-35': [[SPF_MILTER, 'C-35 max_void_lookups']],
  'C-36': [[SPF_MILTER, 'C-36 C-37 C-38 permerror']],
  'C-37': [[SPF_MILTER, 'C-36 C-37 C-38 permerror']],
  'C-38': [[SPF_MILTER, 'C-36 C-37 C-38 permerror']],
  'C-39': [[SPF_MILTER, 'C-39 C-40 the two sets']],
  'C-40': [[SPF_MILTER, 'C-39 C-40 the two sets', 'C-40 none', 'C-66 twice in a list']],
  'C-41': [
    [SPF_MILTER, 'C-41 skip_senders'],
    ['verdict/skip', 'a HELO name among the senders'],
  ],
  'C-42': [
    [SPF_MILTER, 'C-42 skip_senders_file', 'C-42 skip_senders_file that is no path'],
    ['app/reload', 'the file of senders is read again'],
  ],
  'C-43': [
    [SPF_MILTER, 'C-43 socket unix', 'C-43 socket with a name', 'C-43 socket of old', 'C-43 no socket'],
  ],
  'C-44': [[SPF_MILTER, 'C-44 C-45 C-46 softfail']],
  'C-45': [[SPF_MILTER, 'C-44 C-45 C-46 softfail']],
  'C-46': [[SPF_MILTER, 'C-44 C-45 C-46 softfail']],
  'C-47': [[SPF_MILTER, 'C-47 syslog_facility']],
  'C-48': [[SPF_MILTER, 'C-48 C-49 C-50 temperror']],
  'C-49': [[SPF_MILTER, 'C-48 C-49 C-50 temperror', 'C-64 C-65 what is no macro, or none here']],
  'C-50': [[SPF_MILTER, 'C-48 C-49 C-50 temperror']],
  'C-51': [[SPF_MILTER, 'C-51 timeout_secs', 'C-51 timeout_secs, MAIL FROM alone']],
  'C-52': [[SPF_MILTER, 'C-52 trust_authenticated_senders', 'C-52 not trusted']],
  'C-53': [[SPF_MILTER, 'C-53 trusted_networks', 'C-53 none', 'C-53 no network']],
  'C-54': [[SPF_MILTER, 'C-54 verify_helo']],
};

test('no row is left out, and none is made up', () => {
  expect(IDS).toHaveLength(35 + 12 + 34 + 17 + 35);
  expect(Object.keys(ROWS).sort()).toEqual([...IDS].sort());
});

const sources = new Map<string, string>();

function sourceOf(file: string): string {
  const known = sources.get(file);
  if (known !== undefined) return known;
  const source = readFileSync(join(process.cwd(), 'test', `${file}.test.ts`), 'utf8');
  sources.set(file, source);
  return source;
}

/** Whether the title stands in the file by itself, in quotes of any kind. */
function isIn(file: string, title: string): boolean {
  return ["'", '"', '`'].some((quote) => sourceOf(file).includes(`${quote}${title}${quote}`));
}

test.each(IDS)('%s is shown, or there is a reason', (id) => {
  const row = ROWS[id] ?? [];
  if (typeof row === 'string') {
    expect(row).toMatch(/^[A-Z].{20,}\.$/);
    return;
  }
  expect(row).not.toEqual([]);
  const missing = row.flatMap(([file, ...titles]) => {
    expect(titles).not.toEqual([]);
    return titles.filter((title) => !isIn(file, title)).map((title) => `${file}: ${title}`);
  });
  expect(missing).toEqual([]);
});
