/** The part of the option table about the DNS. */
import { certificateFile } from './certificate-file.js';
import { dnsServers } from './dns-server.js';
import { boolean, choice, duration, fraction, integer, memory, orAuto } from './kind.js';
import { option } from './option.js';

export const DNS_OPTIONS = {
  'dns.servers': option({
    kind: dnsServers,
    default: 'system',
    reload: 'live',
    inRules: false,
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
    reload: 'live',
    inRules: false,
    doc: [
      'A file of certificates in PEM: the authorities that may vouch for a server of DNS over TLS.',
      'With "system" they are those that this system trusts.',
    ],
  }),
  'dns.rotate': option({
    kind: orAuto(boolean),
    default: 'auto',
    reload: 'live',
    inRules: false,
    doc: [
      'Whether each question begins with another server, to spread the load.',
      'With "auto" it is what resolv.conf(5) says, if its servers are asked; else "false".',
    ],
  }),
  'dns.timeout': option({
    kind: orAuto(duration('50ms', '60s')),
    default: 'auto',
    reload: 'live',
    inRules: false,
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
    reload: 'live',
    inRules: false,
    doc: [
      'How often each server is asked before the question counts as failed.',
      'With "auto" it is what resolv.conf(5) says, if its servers are asked and it says anything; else 2.',
    ],
  }),
  'dns.edns': option({
    kind: integer(512, 4096, [0]),
    default: '1232',
    reload: 'live',
    inRules: false,
    doc: ['Largest UDP answer that is announced, in octets; 0 leaves EDNS out.'],
  }),
  'dns.tcp': option({
    kind: boolean,
    default: 'true',
    reload: 'live',
    inRules: false,
    doc: ['Whether a truncated answer is asked for again over TCP.'],
  }),
  'dns.ipv6': option({
    kind: boolean,
    default: 'true',
    reload: 'live',
    inRules: false,
    doc: [
      'Whether AAAA records are asked for; "false" is for mail servers that IPv6 does not reach.',
      'They are needed for IPv6 clients only: without them "a", "mx" and "ptr" match no such client,',
      'and its mail may be refused.',
    ],
  }),
  'dns.prefetch': option({
    kind: boolean,
    default: 'true',
    reload: 'live',
    inRules: false,
    doc: [
      'Whether questions are asked before their term is reached.',
      'It makes checks faster that have to wait for the DNS, and changes no result.',
      'Some of the answers are then not needed.',
    ],
  }),
  'dns.cache.entries': option({
    kind: integer(1, 10_000_000, [0]),
    default: '50000',
    reload: 'live',
    inRules: false,
    doc: [
      'Answers that are kept; 0 for no cache.',
      'What was not used for longest makes room.',
      'The SPF record that was read from an answer is kept with it.',
    ],
  }),
  'dns.cache.size': option({
    kind: memory('1MiB', '4GiB'),
    default: '64MiB',
    reload: 'live',
    inRules: false,
    doc: ['Memory that they may take, whatever their number.'],
  }),
  'dns.cache.min_ttl': option({
    kind: duration('0s', '1h'),
    default: '0s',
    reload: 'live',
    inRules: false,
    doc: [
      'Records are kept at least so long, even if their own time to live is shorter.',
      'A domain that changes its records then waits for it.',
    ],
  }),
  'dns.cache.max_ttl': option({
    kind: duration('1s', '7d'),
    default: '1d',
    reload: 'live',
    inRules: false,
    doc: ['Records are kept at most so long, even if their own time to live is longer.'],
  }),
  'dns.cache.negative_ttl': option({
    kind: duration('0s', '15m'),
    default: '5m',
    reload: 'live',
    inRules: false,
    doc: ['That a name has no such records is believed at most so long.'],
  }),
  'dns.cache.failure_ttl': option({
    kind: duration('0s', '30s'),
    default: '5s',
    reload: 'live',
    inRules: false,
    doc: [
      'How long servers are not asked again after they failed to answer a question.',
      'Shorter than a deferred message takes to come back, or it meets the same failure.',
    ],
  }),
  'dns.cache.serve_stale': option({
    kind: duration('0s', '7d'),
    default: '0s',
    reload: 'live',
    inRules: false,
    doc: [
      'How long after their time to live records are still used when the servers fail; 0s for not at all.',
      'A server that takes longer than 1.8s fails in this sense.',
      'Mail is then judged by what its domain said before, and not deferred; each use is logged.',
    ],
  }),
  'dns.outage_guard.window': option({
    kind: duration('1s', '1h'),
    default: '60s',
    reload: 'live',
    inRules: false,
    doc: ['Time over which checks are counted, to notice that the DNS is ill.'],
  }),
  'dns.outage_guard.min_checks': option({
    kind: integer(1, 1_000_000),
    default: '20',
    reload: 'live',
    inRules: false,
    doc: [
      'Checks within the window from which on their results tell.',
      'A message is one check, whether HELO, MAIL FROM or both had to be looked up.',
    ],
  }),
  'dns.outage_guard.ratio': option({
    kind: fraction(0.01),
    default: '0.5',
    reload: 'live',
    inRules: false,
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
    reload: 'live',
    inRules: false,
    doc: [
      'What becomes of mail that a temperror would refuse or defer, during an outage.',
      'With "accept" it goes on, with its result in the header field.',
      'With "off" nothing is counted, and a temperror means what the profile says.',
    ],
  }),
} as const;
