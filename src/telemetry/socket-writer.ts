/** Writes lines to a stream socket: of a syslog receiver (TCP), or of systemd's journal. */
import { once } from 'node:events';
import { connect, type NetConnectOpts, type Socket } from 'node:net';

import type { Clock } from '../util/index.js';
import { lost, reason, untouched, type LineWriter, type WriteFailure } from './line-writer.js';
import { pace } from './pace.js';

export interface Receiver {
  readonly address: NetConnectOpts;
  /** What a connection begins with. */
  readonly preamble: () => string;
}

/** How long it may take to connect, and how long a receiver may take nothing of what waits for it. */
const STUCK_MS = 20_000;

const CLOSED = new Error('the receiver has closed the connection');

/**
 * Connects with the first line, and again when the connection has ended and there is a further line. A line
 * counts as written when the system has taken it: a receiver that vanishes loses what was under way to it,
 * for nothing is acknowledged (RFC 6587 §4.2).
 */
export function socketWriter(receiver: Receiver, clock: Clock, stuckMs = STUCK_MS): LineWriter {
  let socket: Socket | null = null;
  let mayConnect = pace(clock);

  async function open(): Promise<Socket> {
    const opened = connect(receiver.address);
    socket = opened;
    opened.unref();
    opened.on('error', () => undefined); // whoever waits for it is told too
    opened.setTimeout(stuckMs, () => {
      if (opened.connecting || opened.writableLength > 0) {
        opened.destroy(new Error('the receiver takes nothing'));
      }
    });
    opened.resume(); // its end is seen only when it is read
    await once(opened, 'connect');
    const preamble = receiver.preamble();
    if (preamble !== '') opened.write(preamble);
    return opened;
  }

  async function write(lines: readonly string[]): Promise<WriteFailure | null> {
    let opened = socket;
    if (!opened?.writable) {
      if (!mayConnect()) return untouched(lines, CLOSED.message);
      try {
        opened = await open();
      } catch (error) {
        return untouched(lines, reason(error));
      }
    }
    const ready = opened;
    return new Promise((resolve) => {
      ready.write(lines.join(''), (error) => {
        // A write that was under way when the socket was destroyed is called back without an error.
        if (error || ready.destroyed) resolve(lost(lines, (ready.errored ?? error ?? CLOSED).message));
        else resolve(null);
      });
    });
  }

  function close(): void {
    if (socket === null) return;
    if (socket.connecting || socket.writableLength > 0) socket.destroy();
    else socket.destroySoon(); // all of it is on its way, and a receiver that stays does not hold us
    socket = null;
  }

  return {
    write(lines, done) {
      void write(lines).then(done);
    },
    reopen() {
      close();
      mayConnect = pace(clock);
    },
    close,
  };
}
