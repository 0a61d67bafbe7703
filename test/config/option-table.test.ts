import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';

import { OPTION_NAMES, OPTIONS, type OptionName } from '../../src/config/index.js';
import { oldNameHint } from '../../src/config/old-names.js';
import { PROFILE_DEFAULTS } from '../../src/config/options.js';
import { nowhere, scalar, type ConfigNode } from '../../src/config/node.js';
import { SEED } from '../support/seed.js';
import { silentReading } from './reading.js';

const startingWith = (...starts: readonly string[]): readonly OptionName[] =>
  OPTION_NAMES.filter((name) => starts.some((start) => name.startsWith(start)));

test('the defaults are those of the profile standard', async () => {
  expect(await silentReading('')).toMatchObject({
    include: 'conf.d/*.yml',
    'checks.helo': true,
    'checks.mail_from': true,
    'checks.helo_decides': new Set(),
    'actions.strict_domains': [],
    'actions.only_no_mail_domains': false,
    'actions.reject_at': 'rcpt',
    'actions.on_internal_error': 'accept',
    'replies.enhanced_status': true,
    'headers.add': null,
    'headers.authserv_id': null,
    'headers.identities': 'both',
    'headers.local_part': false,
    'headers.strip_forged': true,
    'headers.tag_subject': null,
    'headers.subject_tag': '[SPF:%{result}]',
    'headers.receiver': 'hostname',
    'headers.note_skipped': true,
    'skip.authenticated': true,
    'skip.private_clients': 'warn',
    'skip.senders': [],
    'skip.senders_file': null,
    'skip.senders_only_if_pass': false,
    'skip.recipients': [],
    'skip.helo_names': [],
    'skip.ptr_domains': [],
    'skip.null_sender': false,
    'skip.macros': new Map(),
    forwarders: [],
    client_map: new Map(),
    check_as: null,
    'iprev.check': false,
    'iprev.match_sender': false,
    'iprev.header': true,
    'log.to': [],
    'log.facility': 'mail',
    'log.tag': 'spfwarden',
    'log.results': 'all',
    'log.recipients': 'none',
    'log.queue_id': true,
  });
});

test.each([
  ['pass', 'accept', 550, '5.7.1'], // RFC 7372 §3.2 has 5.7.23 for a failed check
  ['none', 'accept', 550, '5.7.23'],
  ['neutral', 'accept', 550, '5.7.23'],
  ['softfail', 'accept', 550, '5.7.23'],
  ['fail', 'reject', 550, '5.7.23'],
  ['permerror', 'accept', 550, '5.7.24'],
  ['temperror', 'accept', 451, '4.7.24'],
])('by default %s leads to %s, and would be answered with %d %s', async (result, action, code, status) => {
  expect(await silentReading('')).toMatchObject({
    [`actions.mail_from.${result}`]: action,
    [`actions.helo.${result}`]: action,
    [`replies.${result}.code`]: code,
    [`replies.${result}.status`]: status,
  });
});

test('iprev by default accepts', async () => {
  expect(await silentReading('')).toMatchObject({
    'iprev.actions.pass': 'accept',
    'iprev.actions.fail': 'accept',
    'iprev.actions.permerror': 'accept',
    'iprev.actions.temperror': 'accept',
    'replies.iprev.code': 550,
    'replies.iprev.status': '5.7.25',
  });
});

describe('profiles', () => {
  test.each([
    [
      'dmarc',
      {
        'actions.mail_from.fail': 'accept',
        'actions.helo.fail': 'accept',
      },
    ],
    [
      'strict',
      {
        'actions.mail_from.softfail': 'reject',
        'actions.mail_from.permerror': 'reject',
        'actions.mail_from.temperror': 'defer',
        'actions.helo.softfail': 'reject',
      },
    ],
    ['monitor', { dry_run: true }],
  ] as const)('%s', async (profile, expected) => {
    const standard = await silentReading('listen: {policy: off}');
    const config = await silentReading(`listen: {policy: off}\nprofile: ${profile}`);
    expect(config).toStrictEqual({ ...standard, profile, ...expected });
    expect(Object.keys(PROFILE_DEFAULTS[profile])).toStrictEqual(Object.keys(expected));
  });
});

test('only what listens, logs and runs needs a restart', () => {
  const restart = OPTION_NAMES.filter((name) => OPTIONS[name].reload === 'restart');
  expect(restart).toStrictEqual(OPTION_NAMES.filter((name) => /^(?:listen\.|server\.|log\.to$)/.test(name)));
});

test('a rule can have whatever is decided for each message', () => {
  const inRules = OPTION_NAMES.filter((name) => OPTIONS[name].inRules);
  const decided = startingWith('checks.', 'actions.', 'replies.', 'headers.', 'limits.', 'iprev.');
  const others: readonly string[] = ['profile', 'dry_run', 'check_as', 'forwarders', 'log.level'];
  // These are needed before it is known which rule applies, or where none can be asked, or say who we are.
  const ofAllMail: readonly string[] = [
    'headers.authserv_id',
    'actions.reject_at',
    'actions.on_internal_error',
    'limits.stage_time',
  ];
  const expected = OPTION_NAMES.filter(
    (name) => (decided.includes(name) && !ofAllMail.includes(name)) || others.includes(name),
  );
  expect(inRules).toStrictEqual(expected);
});

test.each(OPTION_NAMES)('the values that %s takes are the ones that its schema names', (name) => {
  const { kind } = OPTIONS[name];
  expect(Object.keys(kind.schema).length).toBeGreaterThan(0);
  for (const word of kind.words ?? []) {
    expect(kind.read(scalar(name, word), () => undefined).ok).toBe(true);
    if ('enum' in kind.schema) expect(kind.schema['enum']).toContain(word);
  }
});

describe('whatever is written', () => {
  const place = nowhere('x');
  const text = fc.oneof(
    fc.string({ maxLength: 12, unit: 'binary' }),
    fc.stringMatching(/^[0-9a-f:./@!*%{}[\]a-z-]{0,20}$/),
    fc.constantFrom(
      'a@b.example',
      '192.0.2.1/24',
      '1.2.3.4-1.2.3.9',
      '%{exp}',
      '/(/',
      'udp://[::1]',
      '5.7.1',
      '::',
    ),
  );
  const { node } = fc.letrec<{ node: ConfigNode; scalar: ConfigNode; list: ConfigNode; map: ConfigNode }>(
    (tie) => ({
      node: fc.oneof({ maxDepth: 3 }, tie('scalar'), tie('list'), tie('map')),
      scalar: fc.record({
        kind: fc.constant('scalar'),
        place: fc.constant(place),
        text,
        plain: fc.boolean(),
      }),
      list: fc.record({
        kind: fc.constant('list'),
        place: fc.constant(place),
        items: fc.array(tie('node'), { maxLength: 3 }),
      }),
      map: fc.record({
        kind: fc.constant('map'),
        place: fc.constant(place),
        entries: fc.array(
          fc.record({
            key: fc.oneof(
              text,
              fc.constantFrom('postfix', 'tcp', 'socket', 'allow', 'name', 'networks', 'spf_of', '__proto__'),
            ),
            place: fc.constant(place),
            value: tie('node'),
          }),
          { maxLength: 3 },
        ),
      }),
    }),
  );

  test.each(OPTION_NAMES)('%s has a value, or problems that can be printed', (name) => {
    fc.assert(
      fc.property(node, (value) => {
        const told: string[] = [];
        const read = OPTIONS[name].kind.read(value, ({ message }) => told.push(message));
        if (!read.ok) {
          expect(read.error.length).toBeGreaterThan(0);
          told.push(...read.error.flatMap(({ message, hint }) => [message, hint ?? '']));
        }
        for (const line of told) expect(line).not.toMatch(/[\x00-\x1f\x7f-\x9f\u2028\u2029]/);
      }),
      { seed: SEED, numRuns: 200 },
    );
  });
});

describe('an option of another program', () => {
  test.each([
    [
      'HELO_reject',
      'an option of policyd-spf; here it is "actions: {helo: ...}", with an action for each result: "fail: reject"',
    ],
    ['Whitelist', 'an option of policyd-spf; here it is "forwarders", each with its "networks"'],
    ['Mock', 'an option of policyd-spf; it is not needed: Postfix adds the header field once by itself'],
    ['Socket', 'an option of pyspf-milter; here it is "listen: {milter: ...}"'],
    ['Tag', 'an option of smf-spf; here it is "headers: {subject_tag: ...}"'],
    [
      'delete_incoming_authentication_results',
      'an option of spf-milter; here it is "headers: {strip_forged: ...}"',
    ],
    [
      'UMask',
      'an option of pyspf-milter; it has no place here: the unit of systemd says it, and the mode of a socket stands in "listen"',
    ],
    ['permerror_reply_text', 'an option of spf-milter; here it is "replies: {permerror: {text: ...}}"'],
    ['WhitelistPTR', 'an option of smf-spf; here it is "skip: {ptr_domains: [...]}"'],
    ['reject', 'the section "actions" here: results to reject go there as "fail: reject"'],
    ['profile', null],
    ['__proto__', null],
  ])('%s', (name, hint) => {
    expect(oldNameHint(name)).toBe(hint);
  });

  /** What the old programs' manuals list. */
  const OLD = `
    authserv_id definitive_helo_results delete_incoming_authentication_results fail_reply_code fail_status_code
    fail_reply_text fail_reply_text_exp softfail_reply_code softfail_status_code softfail_reply_text
    permerror_reply_code permerror_status_code permerror_reply_text temperror_reply_code temperror_status_code
    temperror_reply_text header include_all_results include_mailfrom_local_part log_destination log_level
    syslog_facility max_lookups max_void_lookups timeout_secs reject_results reject_helo_results skip_senders
    skip_senders_file socket trust_authenticated_senders trusted_networks verify_helo
    debugLevel TestOnly defaultSeedOnly HELO_reject Mail_From_reject HELO_pass_restriction
    Mail_From_pass_restriction No_Mail Reject_Not_Pass_Domains PermError_reject TempError_Defer Prospective
    skip_addresses Whitelist HELO_Whitelist Domain_Whitelist Domain_Whitelist_PTR SPF_Enhanced_Status_Codes
    Header_Type Hide_Receiver Authserv_Id Lookup_Time Whitelist_Lookup_Time Void_Limit Mock QueueID
    Reason_Message Per_User Socket PidFile UserID UMask InternalHosts MacroList MacroListVerify
    WhitelistIP WhitelistPTR WhitelistFrom WhitelistTo FixedClientIP ClientIPNAT SkipNDR SkipAuth RejectReason
    RefuseFail RefuseSPFNone RefuseSPFNoneHelo SoftFail AcceptTempError TagSubject Tag AddHeader
    AddReceivedHeader Quarantine QuarantineBox TTL User Daemonize Syslog LogTo AuthservID RelaxedLocalPart`;

  test.each(OLD.trim().split(/\s+/))('%s leads to options that exist', (name) => {
    const hint = oldNameHint(name) ?? '';
    expect(hint).toMatch(/^an option of /);
    for (const [, written = ''] of hint.matchAll(/"([a-z_]+: \{[^"]*)"/g)) {
      const path = [...written.matchAll(/([a-z_]+):(?= [{[.])/g)].map(([, key]) => key).join('.');
      if (path.startsWith('when')) continue;
      expect(OPTION_NAMES.some((option) => option === path || option.startsWith(`${path}.`))).toBe(true);
    }
  });
});
