/** The server that Postfix asks about a login, as a program in a lab. It speaks Dovecot's authentication protocol, as
 *  far as a client of it needs: lines of fields with tabs between them. */
import { createServer, type Socket } from 'node:net';
import { createInterface } from 'node:readline';

import { PASSWORD, SASL_PORT, USER } from './logins.js';
import { READY } from './resolvers.js';

/** What a mechanism asks for, one response to each, and the name and password in these. */
interface Mechanism {
  readonly challenges: readonly string[];
  readonly read: (responses: readonly string[]) => readonly [user: string, password: string];
}

const MECHANISMS: ReadonlyMap<string, Mechanism> = new Map<string, Mechanism>([
  [
    'PLAIN', // RFC 4616: for whom to act (here nobody else), who it is, the password
    {
      challenges: [''],
      read: ([message = '']) => {
        const [, user = '', password = ''] = message.split('\0');
        return [user, password];
      },
    },
  ],
  [
    'LOGIN',
    { challenges: ['Username:', 'Password:'], read: ([user = '', password = '']) => [user, password] },
  ],
]);

/** A login that has begun: what the client has responded so far. */
interface Attempt {
  readonly mechanism: Mechanism;
  readonly responses: string[];
}

/** First of all. Postfix takes a server for the wrong one if the mechanisms do not come before SPID. */
const HANDSHAKE = [
  ['VERSION', '1', '2'],
  ...[...MECHANISMS.keys()].map((name) => ['MECH', name, 'plaintext']),
  ['SPID', `${process.pid}`],
  ['CUID', '1'],
  ['COOKIE', '0'.repeat(32)],
  ['DONE'],
];

async function converse(socket: Socket): Promise<void> {
  const attempts = new Map<string, Attempt>();
  const say = (...fields: readonly string[]): void => {
    socket.write(`${fields.join('\t')}\n`);
  };
  /** Asks for what is still missing, or says what comes of it. */
  const goOn = (id: string, { mechanism, responses }: Attempt): void => {
    const challenge = mechanism.challenges[responses.length];
    if (challenge !== undefined) {
      say('CONT', id, Buffer.from(challenge).toString('base64'));
      return;
    }
    attempts.delete(id);
    const [user, password] = mechanism.read(responses);
    if (user === USER && password === PASSWORD) say('OK', id, `user=${user}`);
    else say('FAIL', id, `user=${user}`); // the name is told in any case
  };

  for (const fields of HANDSHAKE) say(...fields);
  for await (const line of createInterface({ input: socket })) {
    const [command, id = '', ...parameters] = line.split('\t');
    if (command === 'AUTH') {
      const mechanism = MECHANISMS.get(parameters[0] ?? '');
      const initial = parameters.find((parameter) => parameter.startsWith('resp='))?.slice('resp='.length);
      if (mechanism === undefined) {
        say('FAIL', id);
        continue;
      }
      const attempt = { mechanism, responses: initial === undefined ? [] : [decoded(initial)] };
      attempts.set(id, attempt);
      goOn(id, attempt);
    } else if (command === 'CONT') {
      const attempt = attempts.get(id);
      if (attempt === undefined) throw new Error(`nothing has begun: ${line}`);
      attempt.responses.push(decoded(parameters[0] ?? ''));
      goOn(id, attempt);
    } // VERSION and CPID need no answer
  }
}

function decoded(base64: string): string {
  return Buffer.from(base64, 'base64').toString();
}

const server = createServer((socket) => {
  socket.on('error', () => undefined); // Postfix may be gone at any time
  void converse(socket);
});
server.listen(SASL_PORT, '127.0.0.1', () => process.stdout.write(READY));
