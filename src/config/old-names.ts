/**
 * Options of the programs that spfwarden replaces, for whoever writes one into our file: what it is called
 * here. Names are as policyd-spf.conf(5), pyspf-milter and spf-milter.conf(5) spell them.
 */

type OldProgram = 'policyd-spf' | 'pyspf-milter' | 'spf-milter';

const DECIDES = 'here "profile" says what becomes of a result';
const MONITOR = 'here it is "profile: monitor"';
const NOTHING: string | null = null;

/** Old name, its program, and what to write; null where this version has nothing for it. */
const TABLE: readonly (readonly [name: string, program: OldProgram, hint: string | null])[] = [
  [
    'debugLevel',
    'policyd-spf',
    'here it is "log: {level: ...}", with a word: error, warning, notice, info, debug',
  ],
  ['TestOnly', 'policyd-spf', MONITOR],
  ['defaultSeedOnly', 'policyd-spf', MONITOR],
  ['HELO_reject', 'policyd-spf', DECIDES],
  ['Mail_From_reject', 'policyd-spf', DECIDES],
  ['PermError_reject', 'policyd-spf', DECIDES],
  ['TempError_Defer', 'policyd-spf', DECIDES],
  ['Lookup_Time', 'policyd-spf', 'here it is "limits: {time: ...}", for all of a transaction'],
  ['Whitelist_Lookup_Time', 'policyd-spf', 'here it is "limits: {time: ...}", for all of a transaction'],
  [
    'Void_Limit',
    'policyd-spf',
    'here it is "limits: {void: ...}", and with "void_counting: query" hosts of mx count as there',
  ],
  ['QueueID', 'policyd-spf', 'not needed: every line begins with the queue id'],
  ['SPF_Enhanced_Status_Codes', 'policyd-spf', 'not needed: every reply has its enhanced status code'],
  ['HELO_pass_restriction', 'policyd-spf', NOTHING],
  ['Mail_From_pass_restriction', 'policyd-spf', NOTHING],
  ['No_Mail', 'policyd-spf', NOTHING],
  ['Reject_Not_Pass_Domains', 'policyd-spf', NOTHING],
  ['Prospective', 'policyd-spf', NOTHING],
  ['skip_addresses', 'policyd-spf', NOTHING],
  ['Whitelist', 'policyd-spf', NOTHING],
  ['HELO_Whitelist', 'policyd-spf', NOTHING],
  ['Domain_Whitelist', 'policyd-spf', NOTHING],
  ['Domain_Whitelist_PTR', 'policyd-spf', NOTHING],
  ['Header_Type', 'policyd-spf', NOTHING],
  ['Hide_Receiver', 'policyd-spf', NOTHING],
  ['Authserv_Id', 'policyd-spf', NOTHING],
  ['Mock', 'policyd-spf', NOTHING],
  ['Reason_Message', 'policyd-spf', NOTHING],
  ['Per_User', 'policyd-spf', NOTHING],
  ['Socket', 'pyspf-milter', NOTHING],
  ['PidFile', 'pyspf-milter', NOTHING],
  ['UserID', 'pyspf-milter', NOTHING],
  ['UMask', 'pyspf-milter', NOTHING],
  ['InternalHosts', 'pyspf-milter', NOTHING],
  ['MacroList', 'pyspf-milter', NOTHING],
  ['MacroListVerify', 'pyspf-milter', NOTHING],
  ['log_level', 'spf-milter', 'here it is "log: {level: ...}"'],
  ['max_lookups', 'spf-milter', 'here it is "limits: {terms: ...}"'],
  ['max_void_lookups', 'spf-milter', 'here it is "limits: {void: ...}"'],
  ['timeout_secs', 'spf-milter', 'here it is "limits: {time: ...}", for all of a transaction'],
  ['reject_results', 'spf-milter', DECIDES],
  ['reject_helo_results', 'spf-milter', DECIDES],
  ['authserv_id', 'spf-milter', NOTHING],
  ['definitive_helo_results', 'spf-milter', NOTHING],
  ['delete_incoming_authentication_results', 'spf-milter', NOTHING],
  ['fail_reply_code', 'spf-milter', NOTHING],
  ['fail_status_code', 'spf-milter', NOTHING],
  ['fail_reply_text', 'spf-milter', NOTHING],
  ['fail_reply_text_exp', 'spf-milter', NOTHING],
  ['softfail_reply_code', 'spf-milter', NOTHING],
  ['softfail_status_code', 'spf-milter', NOTHING],
  ['softfail_reply_text', 'spf-milter', NOTHING],
  ['permerror_reply_code', 'spf-milter', NOTHING],
  ['permerror_status_code', 'spf-milter', NOTHING],
  ['permerror_reply_text', 'spf-milter', NOTHING],
  ['temperror_reply_code', 'spf-milter', NOTHING],
  ['temperror_status_code', 'spf-milter', NOTHING],
  ['temperror_reply_text', 'spf-milter', NOTHING],
  ['header', 'spf-milter', NOTHING],
  ['include_all_results', 'spf-milter', NOTHING],
  ['include_mailfrom_local_part', 'spf-milter', NOTHING],
  ['log_destination', 'spf-milter', NOTHING],
  ['syslog_facility', 'spf-milter', NOTHING],
  ['skip_senders', 'spf-milter', NOTHING],
  ['skip_senders_file', 'spf-milter', NOTHING],
  ['socket', 'spf-milter', NOTHING],
  ['trust_authenticated_senders', 'spf-milter', NOTHING],
  ['trusted_networks', 'spf-milter', NOTHING],
  ['verify_helo', 'spf-milter', NOTHING],
];

const HINTS: ReadonlyMap<string, string> = new Map(
  TABLE.map(([name, program, hint]) => [
    name,
    `an option of ${program}; ${hint ?? 'this version has nothing in its place'}`,
  ]),
);

/** What to tell somebody who wrote an option of another program; null for any other word. */
export function oldNameHint(name: string): string | null {
  return HINTS.get(name) ?? null;
}
