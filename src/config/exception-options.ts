/** The part of the option table about who is not checked, or is judged as somebody else. */
import { address, addressMap } from './address.js';
import { addressPatterns } from './address-patterns.js';
import { domainNames, domainsAndBelow } from './domain-names.js';
import { forwarders } from './forwarders.js';
import { boolean, choice, orOff } from './kind.js';
import { macroValues } from './macro-values.js';
import { networks } from './networks.js';
import { option } from './option.js';
import { absolutePath } from './path-kinds.js';

export const EXCEPTION_OPTIONS = {
  'skip.networks': option({
    kind: networks,
    default: '[loopback]',
    reload: 'live',
    inRules: false,
    doc: [
      'Clients in these networks.',
      '"loopback" is 127.0.0.0/8 and ::1;',
      '"private" is 10.0.0.0/8, 172.16.0.0/12, 192.168.0.0/16, 100.64.0.0/10, 169.254.0.0/16, fe80::/10 and fc00::/7.',
      'A list takes the place of the default, so name loopback in it.',
    ],
    examples: ['networks: [loopback, 192.0.2.0/24, 198.51.100.4-198.51.100.9, "2001:db8::/32"]'],
  }),
  'skip.authenticated': option({
    kind: boolean,
    default: 'true',
    reload: 'live',
    inRules: false,
    doc: ['Clients that have logged in (SMTP AUTH).'],
  }),
  'skip.private_clients': option({
    kind: choice(['warn', 'skip', 'check']),
    default: 'warn',
    reload: 'live',
    inRules: false,
    doc: [
      'Clients with private addresses outside of these networks.',
      'With "warn" they are not checked, and the log says so: mostly NAT or Docker hides the real client.',
      'With "skip" it does not say so; "check" is for test networks.',
      'Private is what the word "private" stands for in skip.networks.',
    ],
  }),
  'skip.senders': option({
    kind: addressPatterns,
    default: '[]',
    reload: 'live',
    inRules: false,
    doc: [
      'Mail from these addresses and domains.',
      'An address is user@example.com; a domain without what is below it example.com; what is below it .example.com;',
      'postmaster is this local part at any domain; /.../ is a regular expression for the whole address.',
      'An expression is without flags, since case never counts, and without a repetition inside of a repetition.',
      'Anybody can use such a sender, so see senders_only_if_pass.',
    ],
    examples: ['senders: [user@example.com, example.net, .example.net, "/^bounce-.*@example\\\\.org$/"]'],
  }),
  'skip.senders_file': option({
    kind: orOff(absolutePath),
    default: 'off',
    reload: 'live',
    inRules: false,
    doc: [
      'A file with more of them, one a line; # begins a comment.',
      'It is read again with the configuration.',
    ],
  }),
  'skip.senders_only_if_pass': option({
    kind: boolean,
    default: 'false',
    reload: 'live',
    inRules: false,
    doc: [
      'Whether senders count only when SPF passes.',
      'They are then checked, and a pass exempts them from all else that would stop them.',
    ],
  }),
  'skip.recipients': option({
    kind: addressPatterns,
    default: '[]',
    reload: 'live',
    inRules: false,
    doc: ['Mail to these addresses and domains.', 'They are written like senders.'],
    examples: ['recipients: [postmaster, user@example.net]'],
  }),
  'skip.helo_names': option({
    kind: domainNames,
    default: '[]',
    reload: 'live',
    inRules: false,
    doc: ['Clients with these HELO names.', 'A name counts only if it has the address of the client.'],
    examples: ['helo_names: [mail.example.com]'],
  }),
  'skip.ptr_domains': option({
    kind: domainsAndBelow,
    default: '[]',
    reload: 'live',
    inRules: false,
    doc: [
      'Clients whose reverse DNS name is one of these, or below one.',
      'The name counts only if it leads back to the client.',
    ],
    examples: ['ptr_domains: [example.com]'],
  }),
  'skip.null_sender': option({
    kind: boolean,
    default: 'false',
    reload: 'live',
    inRules: false,
    doc: ['Bounces, which have no sender (MAIL FROM:<>).'],
  }),
  'skip.macros': option({
    kind: macroValues,
    default: '{}',
    reload: 'live',
    inRules: false,
    doc: [
      'Connections over the milter protocol that have one of these milter macros.',
      'A macro has a value, a list of them, or "any" for any at all.',
      'Postfix says as daemon_name what milter_macro_daemon_name is, which can differ for each service in master.cf.',
    ],
    examples: ['macros: {daemon_name: [ORIGINATING, submission], client_ptr: localhost}'],
  }),
  forwarders: option({
    kind: forwarders,
    default: '[]',
    reload: 'live',
    inRules: true,
    doc: [
      'Hosts whose fail, softfail and neutral is not acted upon, since they forward mail.',
      'The header field shows the result, and the name of the forwarder.',
      'The hosts are those that pass the SPF record of a domain of "spf_of", those in "networks",',
      'and those with a name in "ptr_domains" that leads back to them.',
      'With "recipients" it is so only for mail to these.',
    ],
    examples: [
      `forwarders:
  - name: big provider
    spf_of: [forwarder.example]
    networks: [203.0.113.0/24]
    ptr_domains: [out.forwarder.example]
    recipients: [me@example.net]`,
    ],
  }),
  client_map: option({
    kind: addressMap,
    default: '{}',
    reload: 'live',
    inRules: false,
    doc: ['Clients that are judged as others, by address.'],
    examples: ['client_map: {10.0.0.1: 192.0.2.1}'],
  }),
  check_as: option({
    kind: orOff(address),
    default: 'off',
    reload: 'live',
    inRules: true,
    doc: [
      'An address as which all clients are judged.',
      'It is for servers of outgoing mail: would it pass elsewhere?',
      'skip.networks, skip.authenticated, skip.macros and skip.private_clients then exempt nobody.',
    ],
  }),
} as const;
