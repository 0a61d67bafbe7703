/**
 * The option table: every option once, with its kind, its default and its documentation. The reader of the
 * file, the type `Config`, `conf/spfwarden.yml` and `man/spfwarden.yml.5` all follow from it.
 */
import { ACTION_OPTIONS, IPREV_OPTIONS } from './action-options.js';
import { DNS_OPTIONS } from './dns-options.js';
import { EXCEPTION_OPTIONS } from './exception-options.js';
import { HEADER_OPTIONS } from './header-options.js';
import { hostName } from './host-name.js';
import { boolean, choice, duration, integer, orOff } from './kind.js';
import { listenAddresses } from './listen-address.js';
import { LOG_OPTIONS } from './log-options.js';
import { option, type Option } from './option.js';
import { includePattern } from './path-kinds.js';
import { REPLY_OPTIONS } from './reply-options.js';

/** What the first part of a name stands for, in the order of the sample file. */
export const SECTIONS = {
  listen: 'where the mail server connects',
  checks: 'what is checked',
  actions: 'what is done',
  replies: 'what the sender is told',
  headers: 'header fields',
  skip: 'who is not checked',
  limits: 'limits (RFC 7208 section 4.6.4)',
  dns: 'DNS',
  iprev: 'iprev: the name of the client (RFC 8601 section 3)',
  log: 'log',
  server: 'process',
} as const;

const PROFILE_NAMES = ['standard', 'dmarc', 'strict', 'monitor'] as const;

export const OPTIONS = {
  profile: option({
    kind: choice(PROFILE_NAMES),
    default: 'standard',
    reload: 'live',
    inRules: true,
    doc: [
      'What becomes of a result: the defaults of other options, as a whole.',
      'With "standard" mail is refused when HELO or MAIL FROM has the result fail.',
      'With "dmarc" nothing is refused; a header field tells the result to DMARC software.',
      'With "strict" softfail is refused too, and for MAIL FROM permerror;',
      'mail whose MAIL FROM has the result temperror is deferred.',
      'With "monitor" nothing is done; the log says what "standard" would have done.',
    ],
  }),
  dry_run: option({
    kind: boolean,
    default: 'false',
    reload: 'live',
    inRules: true,
    doc: [
      'Judge and log only: nothing is refused and no header field is added.',
      'The log line says what would have been done.',
      'The profile "monitor" implies it.',
    ],
  }),
  hostname: option({
    kind: hostName,
    default: 'auto',
    reload: 'live',
    inRules: false,
    doc: [
      "This host's name, for header fields and replies.",
      'With "auto" it is the name that the system has.',
    ],
  }),
  include: option({
    kind: orOff(includePattern),
    default: 'conf.d/*.yml',
    reload: 'live',
    inRules: false,
    doc: [
      'Further files, read after this one.',
      'They are named relative to the folder of this one, and with a star they need not exist.',
      'They are read in the order of their names; sections merge, lists append.',
      'With "off" there are none.',
    ],
  }),
  'listen.policy': option({
    kind: listenAddresses,
    default: '127.0.0.1:8895',
    reload: 'restart',
    inRules: false,
    doc: [
      'Address for check_policy_service of Postfix.',
      'An IPv6 address stands in brackets, and then all of it in quotes.',
      'A unix socket is made with mode 0660 if nothing else is said.',
      'A plain value is the short form; "owner", "group", "mode", "allow" and "name" need the long one.',
      'With "systemd" it is the socket that systemd hands over with that FileDescriptorName=.',
      'Only clients in the networks of "allow" can connect, if it is given.',
      'Rules tell listeners by "name".',
    ],
    examples: [
      'policy: unix:/run/spfwarden/policy.sock',
      'policy: {socket: /var/spool/postfix/spfwarden/policy.sock, owner: spfwarden, group: postfix, mode: "0660"}',
      'policy: [127.0.0.1:8895, "[::1]:8895"]',
      'policy: {tcp: "[::1]:8895", allow: [loopback], name: inbound}',
    ],
  }),
  'listen.milter': option({
    kind: listenAddresses,
    default: '127.0.0.1:8894',
    reload: 'restart',
    inRules: false,
    doc: [
      'Address for smtpd_milters of Postfix, INPUT_MAIL_FILTER of Sendmail.',
      'It is written like listen.policy.',
    ],
    examples: [
      'milter: {socket: /var/spool/postfix/spfwarden/milter.sock, owner: spfwarden, group: postfix, mode: "0660"}',
      'milter: {systemd: milter}',
    ],
  }),
  ...ACTION_OPTIONS,
  ...REPLY_OPTIONS,
  ...HEADER_OPTIONS,
  ...EXCEPTION_OPTIONS,
  'limits.terms': option({
    kind: integer(1, 100),
    default: '10',
    reload: 'live',
    inRules: true,
    doc: [
      'Terms of one check that need the DNS; leave it at 10.',
      'More is a permerror.',
      'With another limit than RFC 7208 has, results differ from those of other sites.',
    ],
  }),
  'limits.void': option({
    kind: integer(0, 100),
    default: '2',
    reload: 'live',
    inRules: true,
    doc: ['Terms of one check whose questions find nothing.', 'More is a permerror.'],
  }),
  'limits.void_counting': option({
    kind: choice(['term', 'query']),
    default: 'term',
    reload: 'live',
    inRules: true,
    doc: [
      'What counts as finding nothing.',
      'With "term" it is a term as a whole.',
      'With "query" it is, besides, each host of "mx" and each name of "ptr" without an address.',
      'For an IPv6 client these are all that have only IPv4 addresses; three of them are then a permerror.',
    ],
  }),
  'limits.names': option({
    kind: integer(1, 100),
    default: '10',
    reload: 'live',
    inRules: true,
    doc: [
      'MX names and PTR names that are looked up for one term.',
      'More MX names are a permerror, more PTR names are left out.',
    ],
  }),
  'limits.time': option({
    kind: duration('100ms', '10m'),
    default: '20s',
    reload: 'live',
    inRules: true,
    doc: [
      'Time for one mail transaction, HELO and MAIL FROM together.',
      'What is not known by then is a temperror.',
      'Postfix waits 100 seconds for an answer of a policy server, so stay well below.',
      'Over the milter protocol limits.stage_time is what a command waits.',
    ],
  }),
  'limits.stage_time': option({
    kind: duration('100ms', '5m'),
    default: '8s',
    reload: 'live',
    inRules: false,
    doc: [
      'How long one SMTP command may be held up over the milter protocol.',
      'If the verdict is not there by then, the command is let go on,',
      'and the end of the message is answered by the verdict:',
      'it is refused then if no recipient may have it.',
      'Sendmail waits 10 seconds by default, Postfix 30.',
    ],
  }),
  ...DNS_OPTIONS,
  ...IPREV_OPTIONS,
  ...LOG_OPTIONS,
  'server.max_connections': option({
    kind: integer(1, 100_000),
    default: '1000',
    reload: 'restart',
    inRules: false,
    doc: ['Connections served at the same time.', 'Every smtpd(8) process of Postfix keeps one open.'],
  }),
  'server.drain': option({
    kind: duration('0s', '10m'),
    default: '30s',
    reload: 'restart',
    inRules: false,
    doc: ['On SIGTERM, how long running checks may take to end.'],
  }),
} as const;

export type OptionName = keyof typeof OPTIONS;

type ValueOf<O> = O extends Option<infer T> ? T : never;

/**
 * One whole configuration: immutable, every option there. All durations are milliseconds. It follows from
 * the table: an option that is not in it does not compile.
 */
export type Config = { readonly [Name in OptionName]: ValueOf<(typeof OPTIONS)[Name]> };

/** In the order of the table, which is the order of the sample file. */
export const OPTION_NAMES = Object.keys(OPTIONS) as OptionName[];

/**
 * What profiles change, as an administrator writes it: `standard` is what the table says. `monitor` judges as
 * `standard` does, so that the log says what that would have done.
 */
export const PROFILE_DEFAULTS: Readonly<
  Record<Config['profile'], Readonly<Partial<Record<OptionName, string>>>>
> = {
  standard: {},
  dmarc: {
    'actions.mail_from.fail': 'accept',
    'actions.helo.fail': 'accept',
  },
  strict: {
    'actions.mail_from.softfail': 'reject',
    'actions.mail_from.permerror': 'reject',
    'actions.mail_from.temperror': 'defer',
    'actions.helo.softfail': 'reject',
  },
  monitor: { dry_run: 'true' },
};
