/** The parts of `man/spfwarden.yml.5` that the option table does not say, in mdoc(7). */

/** Of the text below; to be moved on when it or the table changes. */
const DATE = 'November 24, 2026';

export const HEAD = `.Dd ${DATE}
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
Quotes are needed round a text with a blank after a colon or before a hash,
round a text that begins with a bracket but is no list,
round an address with a colon at its end,
round a file mode, and round whatever begins with one of
.Ql @ ,
.Ql * ,
.Ql % ,
.Ql \\&!
and
.Ql & .
.Pp
.Ql spfwarden check
names everything that is wrong with the file, with line and column.
.Ql spfwarden config show
prints what is in force, and where each value comes from.
.Ss Precedence
What an option is worth is said, from the strongest to the weakest, by
.Bl -enum -compact
.It
the command line,
.It
the environment,
.It
the file and those that it includes,
.It
the profile, and
.It
the default.
.El
.Pp
A value that is not used has to be right all the same.
.Ss Environment
The variable of an option is its name in upper case, with
.Ql _
for each dot, after
.Ev SPFWARDEN_ :
.Ev SPFWARDEN_PROFILE ,
.Ev SPFWARDEN_DNS_CACHE_ENTRIES .
Several values stand with commas between them, as in
.Ql SPFWARDEN_SKIP_NETWORKS=loopback,192.0.2.0/24 ;
what begins with
.Ql \\&[
or
.Ql {
is read as YAML, where the option takes more than one text.
An empty variable says nothing.
.Ev SPFWARDEN_CONFIG
names the file when the command line does not.
Any other variable of that beginning is warned about.
.Ss Included files
The option
.Cm include
names further files, relative to the folder of the file itself.
They are read after it, in the order of the bytes of their names, at most 100, and cannot include others.
Sections merge, and lists append; of a single value the later is used, with a note that names both places.
.Ss Reload
On SIGHUP the files are read again; the environment is that of the start.
The new configuration takes effect as a whole.
One with errors changes nothing; the log names them, as
.Ql spfwarden check
does before.
Mail in progress is judged to its end by what it began with, over the milter protocol all mail of a connection.
Names that have been looked up are still known, and log files are opened again.
`;

export const PROFILES_HEAD = `.Sh PROFILES
The option
.Cm profile
changes the defaults of others as a whole; each of them can still be set.
Options that are not in the table have their defaults with any profile.
`;

export const DECISIONS = `.Sh ORDER OF DECISIONS
.Bl -enum -compact
.It
The client is settled, by
.Cm client_map .
.It
The first rule that fits is chosen.
What it says counts in all that follows.
.It
With
.Cm check_as
the client is judged as that address.
.It
Mail that
.Cm skip
names is not checked, unless the rule says so.
.It
HELO and MAIL FROM are checked, and the names of the client
.Pq Cm iprev .
.It
A sender of
.Cm skip.senders
that passes goes on, with
.Cm skip.senders_only_if_pass .
.It
Where the result of HELO is one of
.Cm checks.helo_decides ,
MAIL FROM is not acted upon.
.It
With
.Cm actions.strict_domains
softfail and neutral count as fail.
With
.Cm actions.only_no_mail_domains
none are rejected or put into quarantine but those of domains that send no mail.
.It
For hosts of
.Cm forwarders ,
fail, softfail and neutral are not acted upon.
.It
While the DNS is ill, temperror is not acted upon
.Pq Cm dns.outage_guard .
.It
Of the actions that are left, the strongest is taken: reject before defer, defer before quarantine, quarantine before
an action of Postfix, and that before accept.
Of two that are as strong, it is that of MAIL FROM, then that of HELO.
.It
In a dry run it is logged, and nothing else is done.
.El
`;

export const RULES_HEAD = `.Sh RULES
The option
.Cm rules
is a list.
Each rule has a
.Cm name ,
for the log; says below
.Cm when
whom it is for; and below
.Cm then
what is done otherwise.
The first rule that fits is taken, and only that one.
.Pp
All keys of
.Cm when
have to fit, and of several values in a list any one.
Without
.Cm when
a rule is for all mail.
The keys are
`;

export const RULES_THEN = `.Pp
A value with
.Ql \\&!
in front, which needs quotes, must not fit.
A
.Cm client
is written like
.Cm skip.networks ,
a
.Cm sender
or
.Cm recipient
like
.Cm skip.senders ,
a
.Cm helo
name is a domain
.Pq Ql example.com
or all domains below one
.Pq Ql .example.com ,
and
.Cm macros
are written like
.Cm skip.macros ,
but all of them have to fit.
.Cm listener
is the
.Cm name
of one in
.Cm listen ;
.Cm policy_context
is what Postfix has been given with a check_policy_service;
.Cm authenticated
and
.Cm null_sender
are
.Ql true
or
.Ql false .
.Pp
A recipient is known only at RCPT.
Over the milter protocol mail is refused no earlier then, and its header fields are those for the first recipient that was
not refused.
.Pp
.Cm then
has
.Cm skip
.Po
.Ql true :
such mail is not checked,
.Ql false :
it is, even where
.Cm skip
excepts it
.Pc ,
.Cm profile ,
which stands for all that profiles say (but it does not end a dry run that "dry_run: true" asks for), and any of these options, in their sections:
`;

export const RULES_TAIL = `.Pp
A dry run that the command line or the environment asks for holds for rules too.
.Pp
The
.Cm log.level
of a rule is for the line of each message: with
.Ql error ,
.Ql warning
or
.Ql notice
its mail has none, whatever becomes of it; with
.Ql info
or
.Ql debug
it has one even where the level for all mail would leave it out.
What
.Cm log.results
leaves out stays out.
`;

export const TAIL = `.Sh FILES
.Bl -tag -width Ds
.It Pa /etc/spfwarden/spfwarden.yml
Read when no other file is named with
.Fl c
or
.Ev SPFWARDEN_CONFIG .
.It Pa /etc/spfwarden/conf.d/*.yml
Included by it.
.It Pa spfwarden.schema.json
The JSON Schema of the file, for editors.
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
.Xr access 5 ,
.Xr resolv.conf 5 ,
.Xr smtpd 8 ,
.Xr spfwarden 8
.Rs
.%A S. Kitterman
.%T Sender Policy Framework (SPF) for Authorizing Use of Domains in Email, Version 1
.%R RFC 7208
.%D April 2014
.Re
.Rs
.%A M. Kucherawy
.%T Message Header Field for Indicating Message Authentication Status
.%R RFC 8601
.%D May 2019
.Re
`;
