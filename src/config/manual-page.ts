/** Prints `man/spfwarden.yml.5` from the option table, in mdoc(7). */
import { OPTION_NAMES, OPTIONS, type OptionName } from './options.js';

/** Of the text below; to be moved on when the table changes. */
const DATE = 'November 24, 2026';

const HEAD = `.Dd ${DATE}
.Dt SPFWARDEN.YML 5
.Os
.Sh NAME
.Nm spfwarden.yml
.Nd configuration of the SPF verifier spfwarden
.Sh DESCRIPTION
The file
.Pa /etc/spfwarden/spfwarden.yml
configures
.Nm spfwarden .
It is read when the program starts; changes take effect with a restart.
An empty file, or none, is fine: every option has a default.
.Pp
It is written in YAML 1.2: a key, a colon, a blank and a value, one to a line.
Options whose name has a dot in it stand in a section:
.Cm dns.timeout
is the key
.Ql timeout ,
indented, below the line
.Ql dns\\&: ;
a section can stand in another.
A list is written
.Ql [a, b]
or with one item to a line, each after a hyphen and a blank.
A key without a value has its default.
Unknown keys are errors.
.Pp
Durations are a number with one of the units
.Ql ms ,
.Ql s ,
.Ql m ,
.Ql h
and
.Ql d ;
without a unit, seconds.
.Pp
Quotes are needed round an address in brackets or with a colon at its end,
round a file mode, and round whatever begins with one of
.Ql @ ,
.Ql * ,
.Ql %
and
.Ql & .
.Pp
.Ql spfwarden check
names everything that is wrong with the file, with line and column.
.Sh OPTIONS
`;

const TAIL = `.Sh FILES
.Bl -tag -width Ds
.It Pa /etc/spfwarden/spfwarden.yml
Read when no other file is named with
.Fl c .
.El
.Sh EXAMPLES
A unix socket for a Postfix whose
.Xr smtpd 8
runs in a chroot, and two weeks of watching before anything is refused:
.Bd -literal -offset indent
profile: monitor
listen:
  policy:
    socket: /var/spool/postfix/spfwarden/policy.sock
    group: postfix
    mode: "0660"
.Ed
.Sh SEE ALSO
.Xr resolv.conf 5 ,
.Xr smtpd 8
.Rs
.%A S. Kitterman
.%T Sender Policy Framework (SPF) for Authorizing Use of Domains in Email, Version 1
.%R RFC 7208
.%D April 2014
.Re
`;

/** The whole page. */
export function printManualPage(): string {
  const options = [...OPTION_NAMES].sort().map(entry).join('');
  return `${HEAD}.Bl -tag -width Ds\n${options}.El\n${TAIL}`;
}

function entry(name: OptionName): string {
  const { kind, default: text, doc, examples = [] } = OPTIONS[name];
  const lines = [
    `.It Cm ${escaped(name)}`,
    `Type: ${escaped(kind.takes)}.`,
    `Default:`,
    `.Ql ${escaped(text)} .`,
    '.Pp',
    ...doc.map(escaped),
  ];
  if (examples.length > 0) lines.push('.Bd -literal', ...examples.map(escaped), '.Ed');
  return `${lines.join('\n')}\n`;
}

/** Text that roff takes for nothing but text. */
function escaped(text: string): string {
  return text.replaceAll('\\', '\\e').replace(/^[.']/, '\\&$&');
}
