/** The files of `broken`, and for each all that is told: line and column, key, what is wrong, what to do. */
export const BROKEN: readonly (readonly [file: string, lines: readonly string[]])[] = [
  ['01-unknown-key.yml', ['2:1  profil: unknown key; did you mean "profile"?']],
  ['02-unknown-key-in-section.yml', ['2:3  dns.tiemout: unknown key; did you mean "timeout"?']],
  [
    '03-key-without-its-section.yml',
    ['1:1  timeout: unknown key; write it as "timeout" in the section "dns"'],
  ],
  ['04-dotted-key.yml', ['1:1  "dns.timeout": unknown key; write it as "timeout" in the section "dns"']],
  [
    '05-value-for-a-section.yml',
    ['1:9  server: expected keys, one a line and indented; the keys are: max_connections, drain'],
  ],
  [
    '06-key-of-nothing.yml',
    [
      '1:1  colour: unknown key; the keys here are: profile, dry_run, hostname, include, listen, checks, actions, replies, headers, skip, forwarders, client_map, check_as, limits, dns, iprev, log, server, rules',
    ],
  ],
  [
    '07-section-of-another-name.yml',
    ['1:1  reject: unknown key; the section "actions" here: results to reject go there as "fail: reject"'],
  ],
  [
    '08-old-policyd-spf.yml',
    [
      '1:1  HELO_reject: unknown key; an option of policyd-spf; here it is "actions: {helo: ...}", with an action for each result: "fail: reject"',
      '2:1  Mail_From_reject: unknown key; an option of policyd-spf; here it is "actions: {mail_from: ...}", with an action for each result: "fail: reject"',
      '3:1  skip_addresses: unknown key; an option of policyd-spf; here it is "skip: {networks: [...]}"',
      '4:1  Header_Type: unknown key; an option of policyd-spf; here it is "headers: {add: ...}", a list of received-spf, authentication-results',
      '5:1  Per_User: unknown key; an option of policyd-spf; here it is "rules", each with "when: {recipient: ...}"',
    ],
  ],
  [
    '09-old-pyspf-milter.yml',
    [
      '1:1  Socket: unknown key; an option of pyspf-milter; here it is "listen: {milter: ...}"',
      '2:1  InternalHosts: unknown key; an option of pyspf-milter; here it is "skip: {networks: [...]}", and names go to "skip: {helo_names: [...]}"',
      '3:1  MacroListVerify: unknown key; an option of pyspf-milter; here it is "skip: {macros: {...}}"; but there MacroList names the connections that are checked',
    ],
  ],
  [
    '10-old-spf-milter.yml',
    [
      '1:1  socket: unknown key; an option of spf-milter; here it is "listen: {milter: ...}"',
      '2:1  reject_results: unknown key; an option of spf-milter; here it is "actions: {mail_from: ...}", with an action for each result: "fail: reject"',
      '3:1  fail_reply_text: unknown key; an option of spf-milter; here it is "replies: {fail: {text: ...}}"',
      '4:1  max_lookups: unknown key; an option of spf-milter; here it is "limits: {terms: ...}"',
      '5:1  trusted_networks: unknown key; an option of spf-milter; here it is "skip: {networks: [...]}"',
    ],
  ],
  [
    '11-old-smf-spf.yml',
    [
      '1:1  WhitelistIP: unknown key; an option of smf-spf; here it is "skip: {networks: [...]}"',
      '2:1  RefuseFail: unknown key; an option of smf-spf; here it is "actions: {mail_from: {fail: reject}}"',
      '3:1  TagSubject: unknown key; an option of smf-spf; here it is "headers: {tag_subject: ...}", with the results: [softfail, fail]',
      '4:1  SoftFail: unknown key; an option of smf-spf; here it is "actions: {mail_from: {fail: defer}}"',
    ],
  ],
  [
    '12-old-file-as-it-is.yml',
    [
      '1:1  the file holds no keys; "HELO_reject" is an option of policyd-spf; here it is "actions: {helo: ...}", with an action for each result: "fail: reject"',
    ],
  ],
  [
    '13-yaml-at-sign.yml',
    [
      '3:7  plain value cannot start with reserved character @; write example.com, without the @, or put the value in quotes',
    ],
  ],
  [
    '14-yaml-star.yml',
    [
      '3:7  skip.senders[0]: "*.example.com" begins with a star, which YAML takes for an alias; write it without the star, as ".example.com", or in quotes',
    ],
  ],
  [
    '15-yaml-colon-at-the-end.yml',
    [
      '3:7  skip.networks[0]: expected a network, found a key; put an address that ends in a colon in quotes: "2001:db8::"',
    ],
  ],
  [
    '16-yaml-percent.yml',
    ['3:11  plain value cannot start with directive indicator character %; put the value in quotes'],
  ],
  [
    '17-yaml-second-colon.yml',
    ['3:11  a second key on one line; a value with ": " in it, or a colon at its end, needs quotes'],
  ],
  ['18-yaml-tab.yml', ['2:1  tabs are not allowed as indentation; indent with blanks']],
  ['19-yaml-key-twice.yml', ['4:1  profile: written twice, in line 1 and here; remove one of them']],
  [
    '20-yaml-tag.yml',
    ['1:19  hostname: tags such as "!secret" are not used; leave it out, or put the value in quotes'],
  ],
  [
    '21-yaml-brackets.yml',
    ['2:16  unexpected scalar at node end; put an address with brackets in quotes: "[::1]:8895"'],
  ],
  [
    '22-yaml-second-document.yml',
    ['2:1  a second document begins here; a file is one document; remove the line with "---"'],
  ],
  ['23-yaml-open-quote.yml', ['3:1  a text in quotes has no end']],
  [
    '24-yaml-indentation.yml',
    [
      '3:1  all mapping items must start at the same column; keys of one section begin in the same column, and brackets are closed',
    ],
  ],
  [
    '25-yaml-list-that-holds-itself.yml',
    ['2:13  skip.networks[0].networks[0].networks[0].networks[0].networks[0].networks: nested too deeply'],
  ],
  [
    '26-spellings.yml',
    [
      '1:10  note: dry_run: "yes" is taken as true',
      '3:9  note: checks.helo: "NO" is taken as false',
      '5:9  note: limits.time: 20 is taken as seconds; better written 20s',
      '7:10  note: log.level: no value is given: info is used',
      '8:12  log.results: "alle" is not a result; one of pass, none, neutral, softfail, fail, permerror, temperror',
    ],
  ],
  ['27-profile.yml', ['1:10  profile: "stict" is not known here; did you mean "strict"?']],
  [
    '28-truth.yml',
    [
      '2:9  checks.helo: "maybe" is neither true nor false',
      '3:14  checks.mail_from: expected true or false, found a list',
    ],
  ],
  [
    '29-duration.yml',
    [
      '2:12  dns.timeout: "soon" is not a duration; examples: 500ms, 3s, 1m',
      '4:9  limits.time: "11m" is out of range; it can be 100ms to 10m',
    ],
  ],
  [
    '30-number.yml',
    ['2:9  limits.void: "-1" is not a whole number', '3:10  limits.terms: "ten" is not a whole number'],
  ],
  [
    '31-size-and-share.yml',
    [
      '2:17  dns.cache.size: "5TB" is not a size; examples: 512KiB, 64MiB, 1GiB',
      '3:25  dns.outage_guard.ratio: "50" is out of range; it can be 0.01 to 1',
    ],
  ],
  [
    '32-host-name.yml',
    ['1:11  hostname: "localhost" is not a host name: it has no domain; example: mx.example.net'],
  ],
  [
    '33-listener.yml',
    [
      '3:7  listen.policy[0]: "8895" is not an address to listen on; write 127.0.0.1:8895',
      '4:7  listen.policy[1]: "localhost:8895" is not an address to listen on; write 127.0.0.1:8895',
      '5:7  listen.policy[2]: "spf/policy" is not an absolute path; write it from the root; what Postfix calls unix:spf/policy is below /var/spool/postfix',
      '6:8  listen.policy[3].sockt: unknown key; did you mean "socket"?',
      '7:30  listen.policy[4].mode: "rw" is not a file mode; example: "0660"',
    ],
  ],
  [
    '34-networks.yml',
    [
      '3:7  skip.networks[0]: "192.0.2.0/33" is not a network; examples: 192.0.2.1, 192.0.2.0/24, 192.0.2.1-192.0.2.9, "2001:db8::/32", loopback, private',
      '4:7  skip.networks[1]: "192.0.2.9-192.0.2.1" is not a range: the first address is the greater one',
      '5:7  skip.networks[2]: "mx.example.net" is not a network; examples: 192.0.2.1, 192.0.2.0/24, 192.0.2.1-192.0.2.9, "2001:db8::/32", loopback, private',
      '6:7  warning: skip.networks[3]: "192.0.2.7/24" is taken as 192.0.2.0/24',
    ],
  ],
  [
    '35-address-patterns.yml',
    [
      '3:7  skip.senders[0]: "user@exa mple.com" is not an address or a domain: only letters, digits, hyphens, underscores and dots can be in it; examples: user@example.com, example.com, .example.com (all below it)',
      '4:7  skip.senders[1]: "/(/" is not a regular expression: Unterminated group',
      '5:7  skip.senders[2]: "a..example" is not an address or a domain: one of its parts is empty or longer than 63 octets; examples: user@example.com, example.com, .example.com (all below it)',
    ],
  ],
  [
    '36-results.yml',
    ['2:24  checks.helo_decides[1]: "sofftail" is not a result that can decide; did you mean "softfail"?'],
  ],
  [
    '37-actions.yml',
    [
      '3:11  actions.mail_from.fail: "refuse" is not an action; one of accept | reject | defer | quarantine (or hold) | {postfix: an action of access(5)}',
      '4:5  actions.mail_from.softfial: unknown key; did you mean "softfail"?',
      '5:15  actions.mail_from.neutral.postfx: unknown key; did you mean "postfix"?',
      '7:21  actions.helo.pass.postfix: "two words\\n" is not an action of access(5); examples: {postfix: permit_auth_destination}, {postfix: "PREPEND X-SPF: pass"}',
    ],
  ],
  [
    '38-reply-code.yml',
    [
      '3:11  replies.fail.code: "250" is not the code of a refusal; 4xx refuses for now, 5xx for good; example: 550',
      '4:13  replies.fail.status: "5.7" is not an enhanced status code; example: 5.7.23',
    ],
  ],
  [
    '39-macros.yml',
    [
      '3:11  replies.fail.text: "%{x}" is no macro; a percent sign is written as two of them',
      '5:11  replies.softfail.text: "%{exp}" has no value in this text; besides the macros of RFC 7208 there are %{mechanism} %{record} %{reason} %{result} %{domain}',
    ],
  ],
  [
    '40-headers.yml',
    [
      '2:23  headers.add[1]: "authentication-result" is not a header field; did you mean "authentication-results"?',
      '3:16  headers.authserv_id: "two words" is not an authserv-id: it has a character that would need quotes; example: mx.example.net',
      '4:13  headers.receiver: "hidden" is not known here; one of hostname, unknown',
    ],
  ],
  [
    '41-name-servers.yml',
    [
      '2:13  dns.servers[0]: "dns.example" is not the address of a name server; examples: 127.0.0.1, "[::1]:5353", tls://9.9.9.9@dns.quad9.net, quad9-tls',
      '2:26  dns.servers[1]: "127.0.0.1:0" is not the address of a name server: the port is none; examples: 127.0.0.1, "[::1]:5353", tls://9.9.9.9@dns.quad9.net, quad9-tls',
      '2:39  dns.servers[2]: "tls://9.9.9.9@a b" is not the address of a name server: what follows the @ is not the name of a host; examples: 127.0.0.1, "[::1]:5353", tls://9.9.9.9@dns.quad9.net, quad9-tls',
      '3:11  dns.tls_ca: "ca.pem" is not an absolute path; example: /etc/ssl/certs/my-ca.pem',
    ],
  ],
  [
    '42-client-map.yml',
    [
      '2:13  client_map."10.0.0.1": "192.0.2.300" is not an IP address; examples: 192.0.2.1, "2001:db8::1"',
      '3:3  client_map.inner: "inner" is not an IP address; examples: 192.0.2.1, "2001:db8::1"',
    ],
  ],
  [
    '43-check-as.yml',
    ['1:11  check_as: "mx.example.net" is not an IP address; examples: 192.0.2.1, "2001:db8::1"'],
  ],
  [
    '44-log.yml',
    [
      '2:7  log.to: "sylog" is nowhere to log to; did you mean "syslog"?',
      '3:13  log.facility: "post" is not known here; one of auth, authpriv, cron, daemon, ftp, kern, local0, local1, local2, local3, local4, local5, local6, local7, lpr, mail, news, syslog, user, uucp',
      '4:19  log.results[1]: "fial" is not a result; did you mean "fail"?',
    ],
  ],
  [
    '45-senders-file.yml',
    [
      '2:17  skip.senders_file: "senders.txt" is not an absolute path of a file; example: /etc/spfwarden/senders',
    ],
  ],
  [
    '46-senders-in-the-file.yml',
    [
      '/etc/spfwarden/senders:3:1  "a..example" is not an address or a domain: one of its parts is empty or longer than 63 octets; examples: user@example.com, example.com, .example.com (all below it)',
    ],
  ],
  [
    '47-forwarders.yml',
    [
      '2:5  forwarders[0]: it does not say which hosts forward; name them by "spf_of", "networks" or "ptr_domains"',
      '4:5  forwarders[1].netwroks: unknown key; did you mean "networks"?',
      '5:5  forwarders[2]: expected a forwarder, found a value; a forwarder is {name: ..., networks: [...]}, or with "spf_of" or "ptr_domains"',
    ],
  ],
  [
    '48-forwarders-without-effect.yml',
    ['4:3  note: forwarders: forwarders change nothing: no fail, softfail or neutral stops mail'],
  ],
  [
    '49-code-and-status.yml',
    [
      '4:13  replies.fail.status: the code 550 and the status 4.7.23 begin with different digits; codes 4xx have a status 4.x.x and are for now, codes 5xx have a status 5.x.x and are for good',
    ],
  ],
  [
    '50-reject-for-now.yml',
    [
      '3:16  actions.mail_from.temperror: "reject" is for good, and replies.temperror.code is 451; write "defer"; or give replies.temperror a code 5xx and a status 5.x.x',
    ],
  ],
  [
    '51-long-reply.yml',
    [
      '3:11  warning: replies.fail.text: with macros of common length the reply has 478 octets, and is cut at 450; make it shorter',
    ],
  ],
  [
    '52-listener-twice.yml',
    [
      '2:28  warning: listen.policy[1]: there is no directory /run/nowhere; make it, or the socket cannot be opened',
      '2:54  listen.policy[2]: 127.0.0.1 port 8895 is listened on twice; remove one of them',
    ],
  ],
  [
    '53-unwise-limits.yml',
    [
      '2:10  warning: limits.terms: RFC 7208 section 4.6.4 says 10; results will differ from those of other sites',
      '3:9  warning: limits.time: Postfix waits only 100 seconds for an answer; stay well below, 20s is good',
      '5:20  dns.cache.min_ttl: min_ttl is more than max_ttl; raise the one or lower the other',
    ],
  ],
  [
    '54-dmarc.yml',
    [
      '3:17  warning: checks.helo_decides: DMARC needs the result of MAIL FROM, and HELO ends the check before it; leave it empty with the profile dmarc',
    ],
  ],
  [
    '55-milter.yml',
    [
      '2:11  listen.milter: "inet:8894@localhost" is not an address to listen on; write 127.0.0.1:8894',
      '4:14  actions.reject_at: "data" is not known here; one of helo, mail, rcpt',
      '6:23  headers.tag_subject[1]: "sofftail" is not a result; did you mean "softfail"?',
      '7:16  headers.subject_tag: expected a text, found a list; put a text that begins with a bracket in quotes: "[SPF]"',
      '10:5  skip.macros.daemon-name: "daemon-name" is not the name of a macro; example: {daemon_name: [ORIGINATING], auth_type: any}',
      '11:16  skip.macros.auth_type: expected the value of a macro, found keys',
      '13:15  warning: limits.stage_time: Sendmail waits only 10 seconds for an answer, if R is not set in INPUT_MAIL_FILTER; with Postfix stay below 30s',
      '15:20  rules[0].when.macros: expected macros with their values, found a list; example: {daemon_name: [ORIGINATING], auth_type: any}',
      '16:22  rules[0].then.actions.reject_at: not possible in a rule; it is the same for all mail; the keys here are: mail_from, helo, strict_domains, only_no_mail_domains',
    ],
  ],
  [
    '56-rules.yml',
    [
      '2:5  rules[0]: the rule does not say what to do; "then" holds: skip, profile, dry_run, checks, actions, replies, headers, forwarders, check_as, limits, iprev, log',
      '4:5  rules[1].nmae: unknown key; did you mean "name"?',
      '5:5  rules[1].recipient: unknown key; write it below "when"',
      '6:18  rules[1].then.skip: "maybe" is neither true nor false',
      '7:12  rules[2].when.recipent: unknown key; did you mean "recipient"?',
      '10:27  rules[2].then.actions.mail_from.fail: "refuse" is not an action; one of accept | reject | defer | quarantine (or hold) | {postfix: an action of access(5)}',
      '11:7  rules[2].then.listen: not possible in a rule; it is the same for all mail; the keys here are: skip, profile, dry_run, checks, actions, replies, headers, forwarders, check_as, limits, iprev, log',
      '12:16  rules[2].then.profile: "stict" is not known here; did you mean "strict"?',
      '13:5  rules[3]: expected a rule, found a value; a rule is {name: ..., when: {...}, then: {...}}',
    ],
  ],
  [
    '57-rules-of-one-name.yml',
    [
      '3:12  rules[1].name: "twice" is the name of the rule in 57-rules-of-one-name.yml:2 too; the log tells rules by their names',
    ],
  ],
  [
    '58-rules-never-reached.yml',
    [
      '5:5  warning: rules[1]: the rule "one host of it" never applies: "partner", line 2, stands before it and covers it; the first rule that fits is taken; put the narrower one first',
      '10:5  warning: rules[3]: the rule "boss" never applies: "everybody", line 8, stands before it and has no condition; the first rule that fits is taken; put the narrower one first',
      '13:40  rules[3].then.actions.mail_from.temperror: "reject" is for good, and replies.temperror.code is 451; write "defer"; or give replies.temperror a code 5xx and a status 5.x.x',
      '14:36  rules[3].then.replies.softfail.status: the code 550 and the status 4.7.23 begin with different digits; codes 4xx have a status 4.x.x and are for now, codes 5xx have a status 5.x.x and are for good',
    ],
  ],
  [
    '59-include.yml',
    [
      '59-include.d/10-log.yml:2:10  note: log.level: 59-include.yml:3 gives another value; this one is used',
      '59-include.d/10-log.yml:3:11  log.format: "xml" is not known here; one of text, json',
      '59-include.d/20-more.yml:1:10  include: only the main file can include others; name it there',
      '59-include.d/20-more.yml:3:23  skip.networks[1]: "192.0.2.0/33" is not a network; examples: 192.0.2.1, 192.0.2.0/24, 192.0.2.1-192.0.2.9, "2001:db8::/32", loopback, private',
    ],
  ],
  ['60-include-of-nothing.yml', ['nowhere.yml  cannot be read: there is no such file']],
];
