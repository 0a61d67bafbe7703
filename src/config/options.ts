/**
 * The option table: every option once, with its kind, its default and its documentation. The reader of the
 * file, the type `Config`, `conf/spfwarden.yml` and `man/spfwarden.yml.5` all follow from it.
 */
import type { ProfileName } from '../verdict/index.js';
import { certificateFile } from './certificate-file.js';
import { dnsServers } from './dns-server.js';
import { hostName } from './host-name.js';
import { boolean, choice, duration, fraction, integer, memory, orAuto, type Kind } from './kind.js';
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
      'They are asked in the order given, but one that is slower than others or fails waits behind them;',
      'such a server gets a copy of a question every minute or so, to see whether it is better now.',
      'With "tls://ADDRESS@NAME" it is DNS over TLS, on port 853 if no other is given, and never anything else;',
      'the certificate must be for the name, or without "@NAME" for the address.',
      '"google", "cloudflare" and "quad9" stand for the addresses of these public resolvers,',
      'and "google-tls", "cloudflare-tls" and "quad9-tls" for the same over TLS.',
    ],
    examples: ['servers: [127.0.0.1, "[::1]:5353"]', 'servers: tls://9.9.9.9@dns.quad9.net'],
  }),
  'dns.tls_ca': option({
    kind: certificateFile,
    default: 'system',
    doc: [
      'A file of certificates in PEM: the authorities that may vouch for a server of DNS over TLS.',
      'With "system" they are those that this system trusts.',
    ],
  }),
  'dns.rotate': option({
    kind: orAuto(boolean),
    default: 'auto',
    doc: [
      'Whether each question begins with another server, to spread the load.',
      'With "auto" it is what resolv.conf(5) says, if its servers are asked; else "false".',
    ],
  }),
  'dns.timeout': option({
    kind: orAuto(duration('50ms', '60s')),
    default: 'auto',
    doc: [
      'How long one server may take to answer one question.',
      'The first time, the next server (or the same one again) is asked after half of it;',
      'what the slow one says is still taken.',
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
  'dns.ipv6': option({
    kind: boolean,
    default: 'true',
    doc: [
      'Whether AAAA records are asked for; "false" is for mail servers that IPv6 does not reach.',
      'They are needed for IPv6 clients only: without them "a", "mx" and "ptr" match no such client,',
      'and its mail may be refused.',
    ],
  }),
  'dns.prefetch': option({
    kind: boolean,
    default: 'true',
    doc: [
      'Whether questions are asked before their term is reached.',
      'It makes checks faster that have to wait for the DNS, and changes no result.',
      'Some of the answers are then not needed.',
    ],
  }),
  'dns.cache.entries': option({
    kind: integer(1, 10_000_000, [0]),
    default: '50000',
    doc: [
      'Answers that are kept; 0 for no cache.',
      'What was not used for longest makes room.',
      'The SPF record that was read from an answer is kept with it.',
    ],
  }),
  'dns.cache.size': option({
    kind: memory('1MiB', '4GiB'),
    default: '64MiB',
    doc: ['Memory that they may take, whatever their number.'],
  }),
  'dns.cache.min_ttl': option({
    kind: duration('0s', '1h'),
    default: '0s',
    doc: [
      'Records are kept at least so long, even if their own time to live is shorter.',
      'A domain that changes its records then waits for it.',
    ],
  }),
  'dns.cache.max_ttl': option({
    kind: duration('1s', '7d'),
    default: '1d',
    doc: ['Records are kept at most so long, even if their own time to live is longer.'],
  }),
  'dns.cache.negative_ttl': option({
    kind: duration('0s', '15m'),
    default: '5m',
    doc: ['That a name has no such records is believed at most so long.'],
  }),
  'dns.cache.failure_ttl': option({
    kind: duration('0s', '30s'),
    default: '5s',
    doc: [
      'How long servers are not asked again after they failed to answer a question.',
      'Shorter than a deferred message takes to come back, or it meets the same failure.',
    ],
  }),
  'dns.cache.serve_stale': option({
    kind: duration('0s', '7d'),
    default: '0s',
    doc: [
      'How long after their time to live records are still used when the servers fail; 0s for not at all.',
      'A server that takes longer than 1.8s fails in this sense.',
      'Mail is then judged by what its domain said before, and not deferred; each use is logged.',
    ],
  }),
  'dns.outage_guard.window': option({
    kind: duration('1s', '1h'),
    default: '60s',
    doc: ['Time over which checks are counted, to notice that the DNS is ill.'],
  }),
  'dns.outage_guard.min_checks': option({
    kind: integer(1, 1_000_000),
    default: '20',
    doc: [
      'Checks within the window from which on their results tell.',
      'A message is one check, whether HELO, MAIL FROM or both had to be looked up.',
    ],
  }),
  'dns.outage_guard.ratio': option({
    kind: fraction(0.01),
    default: '0.5',
    doc: [
      'Share of them that must end in temperror for an outage to begin.',
      'A message counts as such if HELO or MAIL FROM has that result.',
      'The outage is over when the share falls below half of this;',
      'or, with fewer than min_checks, when the window has no temperror left.',
      'Beginning and end are logged.',
    ],
  }),
  'dns.outage_guard.then': option({
    kind: choice(['accept', 'off']),
    default: 'accept',
    doc: [
      'What becomes of mail that a temperror would refuse or defer, during an outage.',
      'With "accept" it goes on, with its result in the header field.',
      'With "off" nothing is counted, and a temperror means what the profile says.',
    ],
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
  'limits.void_counting': option({
    kind: choice(['term', 'query']),
    default: 'term',
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
