/** Writes lines as datagrams: syslog over UDP (RFC 5426). */
import { createSocket, type Socket } from 'node:dgram';
import { isIPv6 } from 'node:net';

import { reason, type LineWriter, type WriteFailure } from './line-writer.js';

/** `host` is an address. Whether somebody receives there cannot be known (RFC 5426 §4.1). */
export function udpWriter(host: string, port: number): LineWriter {
  let socket: Socket | null = null;

  function open(): Socket {
    const opened = createSocket(isIPv6(host) ? 'udp6' : 'udp4');
    opened.on('error', () => undefined); // the callback of `send` is told
    opened.unref();
    return opened;
  }

  function send(line: string): Promise<void> {
    const sender = (socket ??= open());
    return new Promise((resolve, reject) => {
      sender.send(line, port, host, (error) => {
        if (error) reject(error);
        else resolve();
      });
    });
  }

  /** One after the other, so that a burst does not flood the receiver's buffer at once. A datagram that fails is
   *  not tried again, lest one that never works stops those behind it. */
  async function write(lines: readonly string[]): Promise<WriteFailure | null> {
    for (const [i, line] of lines.entries()) {
      try {
        await send(line);
      } catch (error) {
        return { why: reason(error), lost: 1, unwritten: lines.length - i - 1 };
      }
    }
    return null;
  }

  return {
    write(lines, done) {
      void write(lines).then(done);
    },
    reopen() {
      // There is no connection.
    },
    close() {
      socket?.close();
      socket = null;
    },
  };
}
