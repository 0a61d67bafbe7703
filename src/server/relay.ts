/** Hands the conversation on a pair of streams to a server that is already running. */
import { connect, type Socket } from 'node:net';
import type { Readable, Writable } from 'node:stream';
import type { Clock } from '../util/index.js';
import type { ListenAddress } from './listen-address.js';

/** Long enough for a machine that is busy, short enough for a mail that waits. */
const CONNECT_TIME_MS = 200;

/**
 * Connects and copies both ways until both sides have ended. Resolves with false when nobody answers; then
 * nothing was read from the input. That one side breaks ends the other, and is no error: whoever asked asks
 * again.
 */
export async function relay(
  address: ListenAddress,
  clock: Clock,
  input: Readable = process.stdin,
  output: Writable = process.stdout,
): Promise<boolean> {
  const socket = await connected(address, clock);
  if (socket === null) return false;
  await new Promise<void>((resolve) => {
    const end = (): void => {
      input.destroy();
      socket.destroy();
      output.end(resolve); // the callback comes after an error, too
    };
    input.on('error', end);
    output.on('error', end);
    socket.on('error', end);
    socket.on('end', end);
    socket.on('close', end);
    if (socket.destroyed) end();
    input.pipe(socket);
    socket.pipe(output, { end: false });
  });
  return true;
}

function connected(address: ListenAddress, clock: Clock): Promise<Socket | null> {
  return new Promise((resolve) => {
    const socket =
      address.kind === 'unix'
        ? connect({ path: address.path, allowHalfOpen: true })
        : connect({ host: address.host, port: address.port, allowHalfOpen: true, noDelay: true });
    const giveUp = (): void => {
      cancel();
      socket.destroy();
      resolve(null);
    };
    const cancel = clock.after(CONNECT_TIME_MS, giveUp);
    socket.once('error', giveUp);
    socket.once('connect', () => {
      cancel();
      resolve(socket);
    });
  });
}
