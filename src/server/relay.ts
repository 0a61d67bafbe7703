/** Hands the conversation on a pair of streams to a server that is already running. */
import { connect, type Socket } from 'node:net';
import { PassThrough, type Readable, type Writable } from 'node:stream';
import type { Clock } from '../util/index.js';
import type { ReachableAddress } from './listen-address.js';

/** Long enough for a machine that is busy, short enough for a mail that waits. */
const CONNECT_TIME_MS = 200;

/** A first request is far smaller. */
const MAX_KEPT_OCTETS = 65_536;

/**
 * Connects and copies both ways until both sides have ended; then there is nothing more to do, and the result
 * is null. That one side breaks ends the other, and is no error: whoever asked asks again.
 *
 * When nobody answers, or the server goes before its first octet (it does at its limit of connections), the
 * result is an input that holds everything which has come, so that somebody else can answer.
 */
export async function relay(
  address: ReachableAddress,
  clock: Clock,
  input: Readable = process.stdin,
  output: Writable = process.stdout,
): Promise<Readable | null> {
  const socket = await connected(address, clock);
  if (socket === null) return input;
  return new Promise<Readable | null>((resolve) => {
    /** What was read before the first octet of a reply; null from then on, and when that is too much. */
    let kept: Buffer[] | null = [];
    let length = 0;
    const end = (): void => {
      input.destroy();
      socket.destroy();
      output.end(() => {
        resolve(null); // the callback comes after an error, too
      });
    };
    const keep = (chunk: Buffer): void => {
      length += chunk.length;
      if (length > MAX_KEPT_OCTETS) kept = null;
      kept?.push(chunk);
    };
    const serverGone = (): void => {
      const isIdle = input.readableEnded && length === 0;
      if (kept === null || isIdle || input.errored !== null || output.destroyed) {
        end();
        return;
      }
      input.off('data', keep).off('error', end).unpipe(socket).pause();
      output.off('error', end);
      socket.off('error', serverGone).off('end', serverGone).off('close', serverGone).unpipe(output);
      socket.destroy();
      resolve(givenBack(input, kept));
    };
    input.on('error', end);
    output.on('error', end);
    socket.on('error', serverGone);
    socket.on('end', serverGone);
    socket.on('close', serverGone);
    if (socket.destroyed) {
      serverGone();
      return;
    }
    socket.once('data', () => {
      kept = null;
      input.off('data', keep);
    });
    input.on('data', keep);
    input.pipe(socket);
    socket.pipe(output, { end: false });
  });
}

/** The input as if these had not been read. Nothing can be put back into one that has ended. */
function givenBack(input: Readable, kept: readonly Buffer[]): Readable {
  if (!input.readableEnded) {
    if (kept.length > 0) input.unshift(Buffer.concat(kept));
    return input;
  }
  const again = new PassThrough();
  again.end(Buffer.concat(kept));
  return again;
}

function connected(address: ReachableAddress, clock: Clock): Promise<Socket | null> {
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
