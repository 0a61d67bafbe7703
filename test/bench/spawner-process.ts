/** A process of its own that does what spawn(8) does: runs a command for each connection, on its socket. */
import { spawn, type ChildProcess } from 'node:child_process';
import { createServer, type AddressInfo } from 'node:net';

const [program = '', ...args] = process.argv.slice(2);
const running = new Set<ChildProcess>();

function end(): void {
  for (const child of running) child.kill('SIGKILL');
  process.exit(0);
}

const server = createServer({ noDelay: true, pauseOnConnect: true }, (socket) => {
  const child = spawn(program, args, { stdio: [socket, socket, 'ignore'] });
  running.add(child);
  child.on('exit', () => running.delete(child));
  socket.on('error', () => undefined);
  socket.destroy(); // the child has its own
});
server.listen({ port: 0, host: '127.0.0.1', backlog: 1024 }, () => {
  process.send?.((server.address() as AddressInfo).port);
});
process.on('SIGTERM', end).on('disconnect', end);
