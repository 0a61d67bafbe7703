/** The server that Sendmail's SASL library asks about a password, as a program in a lab: in the place of saslauthd(8),
 *  whose requests are four strings, each with its length in front. */
import { createServer, type Socket } from 'node:net';

import { PASSWORD, USER } from './logins.js';
import { READY } from './resolvers.js';

/** User, password, service, realm. */
const STRINGS = 4;

/** The strings of a request; null while it is not whole. */
function readRequest(octets: Buffer): readonly string[] | null {
  const strings: string[] = [];
  for (let at = 0; strings.length < STRINGS;) {
    if (octets.length < at + 2) return null;
    const start = at + 2;
    at = start + octets.readUInt16BE(at);
    if (octets.length < at) return null;
    strings.push(octets.toString('utf8', start, at));
  }
  return strings;
}

function converse(socket: Socket): void {
  let arrived = Buffer.alloc(0);
  socket.on('data', (chunk: Buffer) => {
    arrived = Buffer.concat([arrived, chunk]);
    const request = readRequest(arrived);
    if (request === null) return;
    const [user, password] = request;
    const answer = user === USER && password === PASSWORD ? 'OK' : 'NO';
    socket.end(Buffer.from([0, answer.length, ...Buffer.from(answer)]));
  });
}

const [, , path = ''] = process.argv;
const server = createServer((socket) => {
  socket.on('error', () => undefined); // Sendmail may be gone at any time
  converse(socket);
});
server.listen(path, () => process.stdout.write(READY));
