/** A throw-away Sendmail in the lab: a port for each filter under test, delivery into files that the test reads. */
import { spawnSync } from 'node:child_process';
import { chownSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { SENDMAIL_ROOT } from '../../support/requires.js';
import type { Lab } from './lab.js';
import { startSaslauthd } from './logins.js';
import { SmtpClient, type Visitor } from './smtp-client.js';
import { until } from './until.js';

/** What a port asks: the socket and the equates of a filter, as INPUT_MAIL_FILTER has them. */
export type MailFilters = Readonly<Record<string, string>>;

const NOBODY = 65534;
const FIRST_PORT = 11025;
const PROGRAM = `${SENDMAIL_ROOT}/usr/libexec/sendmail/sendmail`;
const CF_FOLDER = `${SENDMAIL_ROOT}/usr/share/sendmail/cf`;

/** Where Sendmail looks for what its SASL library reads: nobody but root may write to any folder on the way there. */
const SASL_FOLDER = '/mnt';

/** Takes a message on its standard input; the folder and the name of the file are its arguments. */
const DELIVER = `umask 022
cat >"$1/.$2" && mv "$1/.$2" "$1/$2"
`;

export class Sendmail<F extends MailFilters> {
  readonly #lab: Lab;
  readonly #ports: ReadonlyMap<string, number>;

  private constructor(lab: Lab, ports: ReadonlyMap<string, number>) {
    this.#lab = lab;
    this.#ports = ports;
  }

  /** `clients`: addresses from which there will be sessions. */
  static async start<F extends MailFilters>(
    lab: Lab,
    filters: F,
    clients: readonly string[],
  ): Promise<Sendmail<F>> {
    const ports = new Map(Object.keys(filters).map((name, i) => [name, FIRST_PORT + i]));
    for (const folder of ['sm', 'sm/queue', 'sm/mail', 'sm/sasl'])
      mkdirSync(lab.path(folder), { mode: 0o711 });
    chownSync(lab.path('sm/mail'), NOBODY, NOBODY);
    lab.write('sm/deliver.sh', DELIVER);
    lab.write('sm/sendmail.cf', configuration(lab, filters, ports));
    for (const client of clients) {
      const [prefix, more] = client.includes(':') ? ['128', ['nodad']] : ['32', []];
      await lab.run('ip', 'address', 'replace', `${client}/${prefix}`, 'dev', 'lo', ...more);
    }
    const saslauthd = lab.path('sm/saslauthd');
    await startSaslauthd(lab, saslauthd);
    lab.write('sm/sasl/Sendmail.conf', `pwcheck_method: saslauthd\nsaslauthd_path: ${saslauthd}\n`);
    await lab.run('mount', '--bind', lab.path('sm/sasl'), SASL_FOLDER);
    // It waits a minute for a name with dots in it, if it does not find one.
    const hosts = lab.write('sm/hosts', '127.0.0.1 mx.lab.example localhost\n::1 mx.lab.example localhost\n');
    await lab.run('mount', '--bind', hosts, '/etc/hosts');
    const run = `hostname mx.lab.example && exec ${PROGRAM} -Am -C ${lab.path('sm/sendmail.cf')} -bD`;
    const program = await lab.start('sendmail', [
      ...['env', `LD_LIBRARY_PATH=${libraries()}`, 'unshare', '--uts', '--', 'sh', '-c', run],
    ]);
    for (const port of ports.values()) await lab.listening(program, port);
    return new Sendmail<F>(lab, ports);
  }

  /** An SMTP session on the port of a filter, from one of the lab's addresses. */
  async session(filter: keyof F & string, { client, helo, login }: Visitor): Promise<SmtpClient> {
    if (login !== undefined) throw new Error("Sendmail takes nobody's word for a login: see logIn");
    const socket = await this.#lab.connect(this.#ports.get(filter) ?? 0, client);
    if (socket === undefined) throw new Error(`nobody listens for ${filter}`);
    return SmtpClient.greet(socket, helo);
  }

  /** Whether a message whose end of DATA got this reply waits in the queue for somebody to look at it. */
  isQuarantined(reply: string | null): boolean {
    return existsSync(this.#lab.path(`sm/queue/hf${queueId(reply)}`));
  }

  /** A message whose end of DATA got this reply. */
  async delivered(reply: string | null): Promise<string> {
    const id = queueId(reply);
    const file = this.#lab.path(`sm/mail/${id}`);
    return until(
      `the delivery of ${id}`,
      () => (existsSync(file) ? readFileSync(file, 'latin1') : undefined),
      () => `in the queue: ${readdirSync(this.#lab.path('sm/queue')).join(' ')}`,
    );
  }
}

function queueId(reply: string | null): string {
  const id = /^250 2\.0\.0 (\w+) Message accepted for delivery$/.exec(reply ?? '')?.[1];
  if (id === undefined) throw new Error(`not queued: ${reply ?? 'no recipient'}`);
  return id;
}

/** The text of sendmail.cf. */
function configuration(lab: Lab, filters: MailFilters, ports: ReadonlyMap<string, number>): string {
  const define = (name: string, value: string): string => `define(\`${name}', \`${value}')dnl`;
  const listen = (name: string, family: string, address: string): string =>
    `DAEMON_OPTIONS(\`Family=${family}, Addr=${address}, Port=${ports.get(name) ?? ''}, Name=${name}, InputMailFilters=${name}')dnl`;
  const lines = [
    'divert(-1)dnl',
    `include(\`${CF_FOLDER}/m4/cf.m4')dnl`,
    "OSTYPE(`linux')dnl",
    define('confDOMAIN_NAME', 'mx.lab.example'),
    define('QUEUE_DIR', lab.path('sm/queue')),
    define('STATUS_FILE', lab.path('sm/statistics')),
    define('HELP_FILE', ''),
    define('confPID_FILE', lab.path('sm/sendmail.pid')),
    define('confCONTROL_SOCKET_NAME', ''),
    define('confTO_IDENT', '0'),
    define('confDONT_PROBE_INTERFACES', 'True'),
    define('confQUEUE_LA', '100000'), // however busy the machine is
    define('confREFUSE_LA', '100000'),
    define('confDEF_USER_ID', `${NOBODY}:${NOBODY}`),
    define('confDELIVERY_MODE', 'i'),
    define('confBAD_RCPT_THROTTLE', '0'),
    define('confAUTH_MECHANISMS', 'PLAIN LOGIN'),
    "undefine(`ALIAS_FILE')dnl",
    ...['no_default_msa', 'promiscuous_relay', 'accept_unresolvable_domains', 'nocanonify'].map(
      (feature) => `FEATURE(\`${feature}')dnl`,
    ),
    ...Object.keys(filters).flatMap((name) => [
      listen(name, 'inet', '127.0.0.1'),
      listen(name, 'inet6', '::1'),
    ]),
    ...Object.entries(filters).map(([name, equates]) => `MAIL_FILTER(\`${name}', \`${equates}')dnl`),
    "MAILER(`local')dnl",
    "MAILER(`smtp')dnl",
    'LOCAL_RULE_0',
    'R$* <@ $+ > $*\t$#deliver $@ here $: $1 < @ $2 > $3',
    'R$+\t$#deliver $@ here $: $1',
    // For the SASL library, which lies beside Sendmail with its modules.
    'LOCAL_CONFIG',
    `ESASL_PATH=${libraries('sasl2')}`,
    `ESASL_CONF_PATH=${SASL_FOLDER}`,
    'MAILER_DEFINITIONS',
    `Mdeliver, P=/bin/sh, F=lmnDFMu8, S=EnvFromSMTP/HdrFromL, R=EnvToSMTP, E=\\n, D=/, U=${NOBODY}:${NOBODY}, T=DNS/RFC822/X-Unix, A=sh ${lab.path('sm/deliver.sh')} ${lab.path('sm/mail')} $i $u`,
  ];
  const mc = lab.path('sm/lab.mc');
  writeFileSync(mc, `${lines.join('\n')}\n`);
  const m4 = spawnSync(`${SENDMAIL_ROOT}/usr/bin/m4`, [`-D_CF_DIR_=${CF_FOLDER}/`, mc], {
    env: { LD_LIBRARY_PATH: libraries() },
    encoding: 'utf8',
  });
  if (m4.status !== 0) throw new Error(`m4: ${m4.stderr}`);
  // What is read from /etc/mail is not there, and nobody needs it.
  return m4.stdout.replaceAll(/^F.*$/gm, '');
}

/** The folders of the libraries that lie beside it, or those of this name in them. */
function libraries(name = ''): string {
  const folder = `${SENDMAIL_ROOT}/usr/lib`;
  return readdirSync(folder)
    .filter((machine) => machine.endsWith('-linux-gnu'))
    .map((machine) => join(folder, machine, name))
    .join(':');
}
