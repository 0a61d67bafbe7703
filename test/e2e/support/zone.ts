/** The names that the end-to-end tests ask for: one for each SPF result, and some that try the way to them. */

/** The client that every record below speaks of. */
export const CLIENT = '192.0.2.10';
export const CLIENT_V6 = '2001:db8::10';

/** What check_host can say (RFC 7208 §2.6), in the order of the tables. */
export const RESULTS = ['pass', 'fail', 'softfail', 'neutral', 'none', 'permerror', 'temperror'] as const;
export type Result = (typeof RESULTS)[number];

/** A name whose SPF check for CLIENT gives that result; HELO and MAIL FROM have names of their own. */
export function nameFor(result: Result, identity: 'helo' | 'mail'): string {
  return `${result}.${identity}.example`;
}

/** Zones that the name server has no data for: it answers SERVFAIL, and so does the resolver (temperror). */
export const BROKEN_ZONES = [nameFor('temperror', 'helo'), nameFor('temperror', 'mail')];

/** A zone whose name server does not answer at all. */
export const SILENT_ZONE = 'silent.example';

const OF_RESULT = ['helo', 'mail'].map(
  (identity) => `
pass.${identity}.example.      TXT "v=spf1 ip4:${CLIENT} ip6:${CLIENT_V6} -all"
fail.${identity}.example.      TXT "v=spf1 -all"
softfail.${identity}.example.  TXT "v=spf1 ~all"
neutral.${identity}.example.   TXT "v=spf1 ?all"
none.${identity}.example.      TXT "no sender policy here"
permerror.${identity}.example. TXT "v=spf1 moo -all"`,
);

/** More than a UDP answer of 1232 octets can hold: the resolver truncates it, and TCP must be used. */
const LONG = Array.from({ length: 80 }, (_, i) => `"ip4:198.51.100.${i + 1} "`).join(' ');

/** A record for each way of asking DNS, which passes for CLIENT and nobody else; and a hostile explanation. */
const WAYS = `
include.way.example.  TXT "v=spf1 include:deeper.way.example -all"
deeper.way.example.   TXT "v=spf1 redirect=pass.mail.example"
mx.way.example.       TXT "v=spf1 mx -all"
                      MX 10 host.way.example.
host.way.example.     A ${CLIENT}
                      AAAA ${CLIENT_V6}
a.way.example.        TXT "v=spf1 a:alias.way.example -all"
alias.way.example.    CNAME host.way.example.
cname.way.example.    CNAME pass.mail.example.
ptr.way.example.      TXT "v=spf1 ptr:way.example -all"
exists.way.example.   TXT "v=spf1 exists:%{l}.%{ir}.list.way.example -all"
user+tag=a.10.2.0.192.list.way.example. A 127.0.0.2
long.way.example.     TXT "v=spf1 " ${LONG} "ip4:${CLIENT} -all"
10.2.0.192.in-addr.arpa. PTR host.way.example.
why.way.example.      TXT "v=spf1 exp=because.way.example -all"
because.way.example.  TXT "no\\013\\010\\010action=OK\\010\\010"`;

/** Whoever sends for these shall be refused unless SPF (or DKIM) says that they may (RFC 7489 §6.3). */
const DMARC = RESULTS.filter((result) => result !== 'temperror').flatMap((result) =>
  (['helo', 'mail'] as const).map(
    (identity) => `_dmarc.${nameFor(result, identity)}. TXT "v=DMARC1; p=reject"`,
  ),
);

/** The root zone of the tests, as a master file. */
export const ZONE = `$ORIGIN .
$TTL 60
.           SOA ns.example. root.example. 1 3600 600 86400 60
            NS ns.example.
ns.example. A 127.0.0.1
${OF_RESULT.join('\n')}
${DMARC.join('\n')}
${WAYS}
`;
