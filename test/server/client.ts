/** The other end of a connection, and ways to wait for what happens without a word about time. */
import { connect, type Socket } from 'node:net';
import { setTimeout } from 'node:timers/promises';

import type { ListenAddress } from '../../src/server/index.js';

export class Client {
  readonly socket: Socket;
  got = '';
  hasEnded = false;
  isClosed = false;

  constructor(address: ListenAddress) {
    if (address.kind === 'inherited') throw new Error('it does not say where to connect');
    this.socket =
      address.kind === 'unix'
        ? connect({ path: address.path, allowHalfOpen: true })
        : connect({ host: address.host, port: address.port, allowHalfOpen: true });
    this.socket.on('data', (chunk: Buffer) => {
      this.got += chunk.toString('latin1');
    });
    this.socket.on('end', () => {
      this.hasEnded = true;
      this.socket.end();
    });
    this.socket.on('error', () => undefined); // a reset is what some tests are about
    this.socket.on('close', () => {
      this.isClosed = true;
    });
  }

  send(text: string): void {
    this.socket.write(text, 'latin1');
  }

  /** Sends and waits for this very answer to everything so far. */
  async ask(text: string, got: string): Promise<void> {
    this.send(text);
    await until(() => this.got === got);
  }

  async closed(): Promise<void> {
    await until(() => this.isClosed);
  }
}

/** Waits until something is so; if it never is, the test runs out of time and this line is in its stack. */
export async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await setTimeout(1);
}
