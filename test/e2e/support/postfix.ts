/** A throw-away Postfix in the lab: smtpd services as a test wants them, delivery into a Maildir that it reads. */
import { chownSync, existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Lab } from './lab.js';
import { SmtpClient, type Visitor } from './smtp-client.js';
import { until } from './until.js';

/** An smtpd of its own for each set of parameters under test: main.cf name → value. */
export type SmtpdServices = Readonly<Record<string, Readonly<Record<string, string>>>>;

export interface PostfixOptions<S extends SmtpdServices> {
  readonly smtpd: S;
  /** Further lines of main.cf and master.cf. */
  readonly main?: readonly string[];
  readonly master?: readonly string[];
}

/** The mailbox belongs to nobody; the same numbers on every Debian. */
const NOBODY = 65534;
const FIRST_PORT = 10025;

const MASTER = `cleanup   unix  n - n - 0 cleanup
qmgr      unix  n - n 300 1 qmgr
rewrite   unix  - - n - - trivial-rewrite
bounce    unix  - - n - 0 bounce
defer     unix  - - n - 0 bounce
trace     unix  - - n - 0 bounce
proxymap  unix  - - n - - proxymap
anvil     unix  - - n - 1 anvil
virtual   unix  - n n - - virtual
postlog   unix-dgram n - n - 1 postlogd
`;

function main(lab: Lab): string {
  return `compatibility_level = 3.6
queue_directory = ${lab.path('queue')}
data_directory = ${lab.path('data')}
maillog_file = ${lab.path('maillog')}
maillog_file_prefixes = ${lab.folder}
myhostname = mx.lab.example
inet_interfaces = loopback-only
inet_protocols = all
mynetworks = 127.255.255.254/32
mydestination =
alias_maps =
alias_database =
virtual_mailbox_domains = rcpt.example
virtual_mailbox_base = ${lab.path('mail')}
virtual_mailbox_maps = static:inbox/
virtual_uid_maps = static:${NOBODY}
virtual_gid_maps = static:${NOBODY}
smtpd_authorized_xclient_hosts = 127.0.0.1
smtpd_error_sleep_time = 0
smtpd_client_connection_count_limit = 0
`;
}

/** A running Postfix with one port for each smtpd service, chrooted as on Debian. */
export class Postfix<S extends SmtpdServices> {
  readonly #lab: Lab;
  readonly #ports: ReadonlyMap<string, number>;

  private constructor(lab: Lab, ports: ReadonlyMap<string, number>) {
    this.#lab = lab;
    this.#ports = ports;
  }

  static async start<S extends SmtpdServices>(lab: Lab, options: PostfixOptions<S>): Promise<Postfix<S>> {
    for (const folder of ['etc', 'queue', 'data', 'mail']) mkdirSync(lab.path(folder), { recursive: true });
    await lab.run('chown', 'postfix', lab.path('data'));
    chownSync(lab.path('mail'), NOBODY, NOBODY);
    const ports = new Map(Object.keys(options.smtpd).map((name, i) => [name, FIRST_PORT + i]));
    const mainCf: string[] = [main(lab), ...(options.main ?? [])];
    const masterCf: string[] = [MASTER, ...(options.master ?? [])];
    for (const [service, parameters] of Object.entries(options.smtpd)) {
      // master.cf splits its lines at blanks, so the values stand in main.cf under names of their own.
      for (const [name, value] of Object.entries(parameters))
        mainCf.push(`lab_${service}_${name} = ${value}`);
      const overrides = Object.keys(parameters).map((name) => `-o ${name}=$lab_${service}_${name}`);
      masterCf.push(`127.0.0.1:${ports.get(service) ?? ''} inet n - y - - smtpd ${overrides.join(' ')}`);
    }
    lab.write('etc/main.cf', mainCf.join('\n') + '\n');
    lab.write('etc/master.cf', masterCf.join('\n') + '\n');
    const master = await lab.start('postfix', ['postfix', '-c', lab.path('etc'), 'start-fg'], 'maillog');
    for (const port of ports.values()) await lab.listening(master, port);
    return new Postfix<S>(lab, ports);
  }

  /** An SMTP session with one of the services, in which the client is who `visitor` says (XCLIENT). */
  async session(service: keyof S & string, visitor: Visitor): Promise<SmtpClient> {
    const socket = await this.#lab.connect(this.#ports.get(service) ?? 0);
    if (socket === undefined) throw new Error(`nobody listens for ${service}\n${this.log()}`);
    return SmtpClient.introduce(socket, visitor);
  }

  /** The copies, one for each recipient, of a message whose end of DATA got this reply. */
  async delivered(reply: string | null, copies: number): Promise<readonly string[]> {
    const id = queueId(reply);
    return until(
      `the delivery of ${id} to ${copies}`,
      () => {
        const found = mailIn(this.#lab.path('mail/inbox/new')).filter((text) => text.includes(` id ${id}`));
        return found.length < copies ? undefined : found;
      },
      () => this.log(),
    );
  }

  /** Whether the message whose end of DATA got this reply is in the hold queue, where cleanup(8) puts it at once. */
  isHeld(reply: string | null): boolean {
    return existsSync(this.#lab.path(`queue/hold/${queueId(reply)}`));
  }

  log(): string {
    return readFileSync(this.#lab.path('maillog'), 'utf8');
  }
}

/** By which Postfix knows a message whose end of DATA got this reply. */
export function queueId(reply: string | null): string {
  const id = /^250 .* queued as (\w+)$/.exec(reply ?? '')?.[1];
  if (id === undefined) throw new Error(`not queued: ${reply ?? 'no recipient'}`);
  return id;
}

function mailIn(folder: string): readonly string[] {
  if (!existsSync(folder)) return []; // virtual(8) makes it for the first message
  return readdirSync(folder).map((name) => readFileSync(join(folder, name), 'latin1'));
}

/** One header field as it was delivered, unfolded. */
export interface Field {
  readonly name: string;
  readonly value: string;
}

/** The header fields of a delivered message, from the top. */
export function fields(message: string): readonly Field[] {
  const [header = ''] = message.split('\n\n', 1);
  const unfolded = header.replaceAll(/\n(?=[ \t])/g, '');
  return unfolded.split('\n').map((line) => {
    const colon = line.indexOf(':');
    return { name: line.slice(0, colon), value: line.slice(colon + 1).trim() };
  });
}
