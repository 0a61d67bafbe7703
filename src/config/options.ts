/**
 * The option table: every option once, with its kind, its default and its documentation. The reader of the
 * file, the type `Config`, `conf/spfwarden.yml` and `man/spfwarden.yml.5` all follow from it.
 */
import type { ProfileName } from '../verdict/index.js';
import { dnsServers } from './dns-server.js';
import { hostName } from './host-name.js';
import { boolean, choice, duration, integer, orAuto, type Kind } from './kind.js';
import { listenAddresses } from './listen-address.js';

export interface Option<T> {
  readonly kind: Kind<T>;
  /** As an administrator writes it, and read by the same reader. */
  readonly default: string;
  /** One sentence a string. The first says what the option is, and is all that the sample file shows. */
  readonly doc: readonly [string, ...string[]];
  /** Further values worth showing, as lines of YAML below the key. */
  readonly examples?: readonly string[];
}

function option<T>(entry: Option<T>): Option<T> {
  return entry;
}

/** What the first part of a name stands for, in the order of the sample file. */
export const SECTIONS = {
  listen: 'where the mail server connects',
  dns: 'DNS',
  limits: 'limits (RFC 7208 section 4.6.4)',
  server: 'process',
  log: 'log',
} as const;

const PROFILE_NAMES = ['standard', 'dmarc', 'strict', 'monitor'] as const satisfies readonly ProfileName[];

export const OPTIONS = {
  profile: option({
    kind: choice(PROFILE_NAMES),
    default: 'standard',
    doc: [
      'What becomes of a result.',
      'With "standard" mail is refused when HELO or MAIL FROM has the result fail.',
      'With "dmarc" nothing is refused; a header field tells the result to DMARC software.',
      'With "strict" softfail is refused too, and for MAIL FROM permerror;',
      'mail whose MAIL FROM has the result temperror is deferred.',
      'With "monitor" mail is checked and the result logged, and nothing else is done.',
    ],
  }),
  dry_run: option({
    kind: boolean,
    default: 'false',
    doc: [
      'Judge and log only: nothing is refused and no header field is added.',
      'The log line says what would have been done.',
      'The profile "monitor" implies it.',
    ],
  }),
  hostname: option({
    kind: hostName,
    default: 'auto',
    doc: [
      "This host's name, for header fields and replies.",
      'With "auto" it is the name that the system has.',
    ],
  }),
  'listen.policy': option({
    kind: listenAddresses,
    default: '127.0.0.1:8895',
    doc: [
      'Address for check_policy_service of Postfix.',
      'An IPv6 address stands in brackets, and then all of it in quotes.',
      'A unix socket is made with mode 0660 if nothing else is said.',
      'A plain value is the short form; "owner", "group" and "mode" need the long one.',
    ],
    examples: [
      'policy: unix:/run/spfwarden/policy.sock',
      'policy: {socket: /var/spool/postfix/spfwarden/policy.sock, owner: spfwarden, group: postfix, mode: "0660"}',
      'policy: [127.0.0.1:8895, "[::1]:8895"]',
      'policy: {tcp: "[::1]:8895"}',
    ],
  }),
  'dns.servers': option({
    kind: dnsServers,
    default: 'system',
    doc: [
      'Which name servers are asked.',
      'With "system" they are those of resolv.conf(5).',
      'A caching resolver on the same machine is the best choice.',
    ],
    examples: ['servers: [127.0.0.1, "[::1]:5353"]'],
  }),
  'dns.timeout': option({
    kind: orAuto(duration('50ms', '60s')),
    default: 'auto',
    doc: [
      'How long one server may take to answer one question.',
      'With "auto" it is what resolv.conf(5) says, if its servers are asked and it says anything; else 3s.',
    ],
  }),
  'dns.tries': option({
    kind: orAuto(integer(1, 10)),
    default: 'auto',
    doc: [
      'How often each server is asked before the question counts as failed.',
      'With "auto" it is what resolv.conf(5) says, if its servers are asked and it says anything; else 2.',
    ],
  }),
  'dns.edns': option({
    kind: integer(512, 4096, [0]),
    default: '1232',
    doc: ['Largest UDP answer that is announced, in octets; 0 leaves EDNS out.'],
  }),
  'dns.tcp': option({
    kind: boolean,
    default: 'true',
    doc: ['Whether a truncated answer is asked for again over TCP.'],
  }),
  'limits.terms': option({
    kind: integer(1, 100),
    default: '10',
    doc: [
      'Terms of one check that need the DNS; leave it at 10.',
      'More is a permerror.',
      'With another limit than RFC 7208 has, results differ from those of other sites.',
    ],
  }),
  'limits.void': option({
    kind: integer(0, 100),
    default: '2',
    doc: ['Terms of one check whose questions find nothing.', 'More is a permerror.'],
  }),
  'limits.names': option({
    kind: integer(1, 100),
    default: '10',
    doc: [
      'MX names and PTR names that are looked up for one term.',
      'More MX names are a permerror, more PTR names are left out.',
    ],
  }),
  'limits.time': option({
    kind: duration('100ms', '10m'),
    default: '20s',
    doc: [
      'Time for one mail transaction, HELO and MAIL FROM together.',
      'What is not known by then is a temperror.',
      'Postfix waits 100 seconds for an answer, so stay well below.',
    ],
  }),
  'server.max_connections': option({
    kind: integer(1, 100_000),
    default: '1000',
    doc: ['Connections served at the same time.', 'Every smtpd(8) process of Postfix keeps one open.'],
  }),
  'server.drain': option({
    kind: duration('0s', '10m'),
    default: '30s',
    doc: ['On SIGTERM, how long running checks may take to end.'],
  }),
  'log.level': option({
    kind: choice(['error', 'warning', 'notice', 'info', 'debug']),
    default: 'info',
    doc: ['What is logged: this and what weighs more.', 'At "info" there is one line for each message.'],
  }),
  'log.format': option({
    kind: choice(['text', 'json']),
    default: 'text',
    doc: ['How a log line is written.', 'With "text" it is words and key=value, with "json" an object.'],
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

const NAMES: ReadonlySet<string> = new Set(OPTION_NAMES);

/** Safe with any text, `__proto__` included. */
export function isOptionName(name: string): name is OptionName {
  return NAMES.has(name);
}
