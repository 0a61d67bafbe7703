/** A process of its own: answers DUNNO to whatever ends in an empty line, which no policy server can undercut. */
import { createServer, type AddressInfo } from 'node:net';

const LF = 0x0a;
const DUNNO = Buffer.from('action=DUNNO\n\n');

const server = createServer({ noDelay: true }, (socket) => {
  socket.on('data', (chunk) => {
    // The load generator sends one request at a time and waits, so a chunk's end is a request's end.
    if (chunk.at(-1) === LF && chunk.at(-2) === LF) socket.write(DUNNO);
  });
  socket.on('error', () => socket.destroy());
});
server.listen({ port: 0, host: '127.0.0.1', backlog: 1024 }, () => {
  process.send?.((server.address() as AddressInfo).port);
});
process.on('disconnect', () => process.exit(0)); // the benchmark is gone
