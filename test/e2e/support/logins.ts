/** Logins of an SMTP client (RFC 4954): what it says, and the servers that mail servers ask about it. */
import { fileURLToPath } from 'node:url';

import type { Lab } from './lab.js';
import { READY } from './resolvers.js';
import type { SmtpClient } from './smtp-client.js';
import { until } from './until.js';

export const SASL_PORT = 5303;

/** Lines of main.cf: whoever has logged in there is known to Postfix. */
export const SASL_MAIN: readonly string[] = [
  'smtpd_sasl_auth_enable = yes',
  'smtpd_sasl_type = dovecot',
  `smtpd_sasl_path = inet:127.0.0.1:${SASL_PORT}`,
];

export const USER = 'somebody';
export const PASSWORD = 'swordfish';

/** What the client says, and the code of the reply to it. */
type Line = readonly [line: string, code: string];

/** An attempt, until the server has said what comes of it. */
export interface Login {
  readonly how: string;
  readonly lines: readonly Line[];
}

/** The usual one. */
export const LOGIN: Login = { how: 'PLAIN', lines: [[`AUTH PLAIN ${plain(USER, PASSWORD)}`, '235']] };

export const LOGINS: readonly Login[] = [
  LOGIN,
  {
    how: 'PLAIN, when asked',
    lines: [
      ['AUTH PLAIN', '334'],
      [plain(USER, PASSWORD), '235'],
    ],
  },
  {
    how: 'LOGIN',
    lines: [
      ['AUTH LOGIN', '334'],
      [base64(USER), '334'],
      [base64(PASSWORD), '235'],
    ],
  },
];

/** Those that Postfix and Sendmail answer with the same codes. */
export const REFUSED_LOGINS: readonly Login[] = [
  { how: 'PLAIN, wrong password', lines: [[`AUTH PLAIN ${plain(USER, 'sturgeon')}`, '535']] },
  { how: 'PLAIN, no such user', lines: [[`AUTH PLAIN ${plain('nobody', PASSWORD)}`, '535']] },
  {
    how: 'LOGIN, wrong password',
    lines: [
      ['AUTH LOGIN', '334'],
      [base64(USER), '334'],
      [base64('sturgeon'), '535'],
    ],
  },
  {
    how: 'LOGIN, given up',
    lines: [
      ['AUTH LOGIN', '334'],
      [base64(USER), '334'],
      ['*', '501'],
    ],
  },
];

/** More, as Postfix answers them. */
export const FAILED_LOGINS: readonly Login[] = [
  ...REFUSED_LOGINS,
  { how: 'PLAIN, no password', lines: [[`AUTH PLAIN ${plain(USER, '')}`, '535']] },
  { how: 'PLAIN, not base64', lines: [['AUTH PLAIN ***', '535']] },
  { how: 'a mechanism that is not offered', lines: [['AUTH EXTERNAL =', '535']] },
];

/** Plays one as far as it goes, which must be as far as it says. */
export async function logIn(smtp: SmtpClient, { lines }: Login): Promise<void> {
  for (const [line, code] of lines) await smtp.expect(code, line);
}

/** Starts the server that knows the user to Postfix, and waits until it listens. */
export function startSaslServer(lab: Lab): Promise<void> {
  return startProgram(lab, 'sasl-server');
}

/** The same for Sendmail; it listens on a unix socket. */
export function startSaslauthd(lab: Lab, path: string): Promise<void> {
  return startProgram(lab, 'saslauthd', path);
}

async function startProgram(lab: Lab, name: string, ...words: readonly string[]): Promise<void> {
  const script = fileURLToPath(new URL(`${name}.js`, import.meta.url));
  const program = await lab.start(name, [process.execPath, script, ...words]);
  await until(`the program ${name}`, () => program.output().endsWith(READY) || undefined, program.output);
}

/** The message of RFC 4616 §2, for whoever is to act as himself. */
function plain(user: string, password: string): string {
  return base64(`\0${user}\0${password}`);
}

function base64(text: string): string {
  return Buffer.from(text).toString('base64');
}
