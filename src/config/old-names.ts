/**
 * Options of the programs that spfwarden replaces, for whoever writes one into our file: what it is called
 * here. Names are as policyd-spf.conf(5), pyspf-milter, spf-milter.conf(5) and smf-spf spell them.
 */

type OldProgram = 'policyd-spf' | 'pyspf-milter' | 'spf-milter' | 'smf-spf';

/** What to write for an option: `here it is` what follows, unless that is a sentence of its own. */
type Row = readonly [name: string, here: string];

const MAIL_FROM = '"actions: {mail_from: ...}", with an action for each result: "fail: reject"';
const HELO = '"actions: {helo: ...}", with an action for each result: "fail: reject"';
const RESTRICTION = '{postfix: name_of_class}';
const MONITOR = '"profile: monitor"';
const TIME = '"limits: {time: ...}", for all of a transaction';
const HEADERS_ADD = '"headers: {add: ...}", a list of received-spf, authentication-results';
const AUTHSERV_ID = '"headers: {authserv_id: ...}"';
const BY_MACRO = '"skip: {macros: {...}}"; but there MacroList names the connections that are checked';
const SYSTEMD = 'the unit of systemd says it, and the mode of a socket stands in "listen"';
const MILTER = '"listen: {milter: ...}"';
const TAG_SUBJECT = '"headers: {tag_subject: ...}", with the results: [softfail, fail]';

const TABLE: Readonly<Record<OldProgram, readonly Row[]>> = {
  'policyd-spf': [
    ['debugLevel', '"log: {level: ...}", with a word: error, warning, notice, info, debug'],
    ['TestOnly', MONITOR],
    ['defaultSeedOnly', MONITOR],
    ['HELO_reject', HELO],
    ['Mail_From_reject', MAIL_FROM],
    ['HELO_pass_restriction', `"actions: {helo: {pass: ${RESTRICTION}}}"`],
    ['Mail_From_pass_restriction', `"actions: {mail_from: {pass: ${RESTRICTION}}}"`],
    ['No_Mail', '"actions: {only_no_mail_domains: true}"'],
    ['Reject_Not_Pass_Domains', '"actions: {strict_domains: [...]}"'],
    ['PermError_reject', '"permerror: reject" in "actions: {mail_from: ...}" and "actions: {helo: ...}"'],
    ['TempError_Defer', '"temperror: defer" in "actions: {mail_from: ...}" and "actions: {helo: ...}"'],
    ['Prospective', '"check_as: ADDRESS"'],
    ['skip_addresses', '"skip: {networks: [...]}"'],
    ['Whitelist', '"forwarders", each with its "networks"'],
    ['HELO_Whitelist', '"skip: {helo_names: [...]}"'],
    ['Domain_Whitelist', '"forwarders", each with its "spf_of"'],
    ['Domain_Whitelist_PTR', '"forwarders", each with its "ptr_domains"'],
    ['SPF_Enhanced_Status_Codes', '"replies: {enhanced_status: ...}"'],
    ['Header_Type', HEADERS_ADD],
    ['Hide_Receiver', '"headers: {receiver: unknown}"'],
    ['Authserv_Id', AUTHSERV_ID],
    ['Lookup_Time', TIME],
    ['Whitelist_Lookup_Time', TIME],
    ['Void_Limit', '"limits: {void: ...}", and with "void_counting: query" hosts of mx count as there'],
    ['Mock', 'it is not needed: Postfix adds the header field once by itself'],
    ['QueueID', '"log: {queue_id: ...}"'],
    ['Reason_Message', '"replies: {fail: {text: ...}}", a text for each result'],
    ['Per_User', '"rules", each with "when: {recipient: ...}"'],
  ],
  'pyspf-milter': [
    ['Socket', MILTER],
    ['PidFile', `it has no place here: ${SYSTEMD}`],
    ['UserID', `it has no place here: ${SYSTEMD}`],
    ['UMask', `it has no place here: ${SYSTEMD}`],
    ['InternalHosts', '"skip: {networks: [...]}", and names go to "skip: {helo_names: [...]}"'],
    ['MacroList', BY_MACRO],
    ['MacroListVerify', BY_MACRO],
  ],
  'spf-milter': [
    ['authserv_id', AUTHSERV_ID],
    ['definitive_helo_results', '"checks: {helo_decides: [...]}"'],
    ['delete_incoming_authentication_results', '"headers: {strip_forged: ...}"'],
    ...['fail', 'softfail', 'permerror', 'temperror'].flatMap((result): readonly Row[] => [
      [`${result}_reply_code`, `"replies: {${result}: {code: ...}}", and 4xx goes with the action "defer"`],
      [`${result}_status_code`, `"replies: {${result}: {status: ...}}"`],
      [`${result}_reply_text`, `"replies: {${result}: {text: ...}}"`],
    ]),
    ['fail_reply_text_exp', '"replies: {fail: {text_exp: ...}}"'],
    ['header', HEADERS_ADD],
    ['include_all_results', '"headers: {identities: both}"'],
    ['include_mailfrom_local_part', '"headers: {local_part: ...}"'],
    ['log_destination', '"log: {to: ...}"'],
    ['log_level', '"log: {level: ...}"'],
    ['syslog_facility', '"log: {facility: ...}"'],
    ['max_lookups', '"limits: {terms: ...}"'],
    ['max_void_lookups', '"limits: {void: ...}", and with "void_counting: query" they are counted as there'],
    ['timeout_secs', TIME],
    ['reject_results', MAIL_FROM],
    ['reject_helo_results', HELO],
    ['skip_senders', '"skip: {senders: [...]}"'],
    ['skip_senders_file', '"skip: {senders_file: ...}"'],
    ['socket', MILTER],
    ['trust_authenticated_senders', '"skip: {authenticated: ...}"'],
    ['trusted_networks', '"skip: {networks: [...]}"'],
    ['verify_helo', '"checks: {helo: ...}"'],
  ],
  'smf-spf': [
    ['WhitelistIP', '"skip: {networks: [...]}"'],
    ['WhitelistPTR', '"skip: {ptr_domains: [...]}"'],
    ['WhitelistFrom', '"skip: {senders: [...]}", with whole addresses or domains'],
    ['WhitelistTo', '"skip: {recipients: [...]}", with whole addresses or domains'],
    ['FixedClientIP', '"check_as: ADDRESS"'],
    ['ClientIPNAT', '"client_map: {10.0.0.1: 192.0.2.1}"'],
    ['SkipNDR', '"skip: {null_sender: true}"'],
    ['SkipAuth', '"skip: {authenticated: true}"'],
    ['RejectReason', '"replies: {fail: {text: ...}}", a text for each result'],
    ['RefuseFail', '"actions: {mail_from: {fail: reject}}"'],
    ['RefuseSPFNone', '"actions: {mail_from: {none: reject}}"'],
    [
      'RefuseSPFNoneHelo',
      'here it is a rule with "when: {null_sender: true}", and "actions: {helo: {none: reject}}"',
    ],
    ['SoftFail', '"actions: {mail_from: {fail: defer}}"'],
    ['AcceptTempError', '"actions: {mail_from: {temperror: accept}}", or "defer"'],
    ['TagSubject', TAG_SUBJECT],
    ['Tag', '"headers: {subject_tag: ...}"'],
    ['AddHeader', HEADERS_ADD],
    ['AddReceivedHeader', HEADERS_ADD],
    ['Quarantine', '"quarantine", an action: it puts mail on hold'],
    ['QuarantineBox', 'no mail is sent elsewhere; the action "quarantine" puts it on hold'],
    ['TTL', '"dns: {cache: {max_ttl: ...}}": answers of the DNS are kept, not results'],
    ['User', `it has no place here: ${SYSTEMD}`],
    ['Daemonize', `it has no place here: ${SYSTEMD}`],
    ['Syslog', '"log: {facility: ...}"'],
    ['LogTo', '"log: {to: ...}"'],
    ['AuthservID', AUTHSERV_ID],
    ['RelaxedLocalPart', 'it is not needed: local parts have no limit'],
  ],
};

/** Names of no program that people try all the same. */
const OTHERS: readonly Row[] = [
  ['reject', 'the section "actions" here: results to reject go there as "fail: reject"'],
];

const HINTS: ReadonlyMap<string, string> = new Map([
  ...Object.entries(TABLE).flatMap(([program, rows]) =>
    rows.map(([name, here]): Row => {
      const hint = here.startsWith('"') ? `here it is ${here}` : here;
      return [name, `an option of ${program}; ${hint}`];
    }),
  ),
  ...OTHERS,
]);

/** What to tell somebody who wrote an option of another program; null for any other word. */
export function oldNameHint(name: string): string | null {
  return HINTS.get(name) ?? null;
}
