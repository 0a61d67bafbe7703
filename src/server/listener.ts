/** A listening socket and the connections that came through it. */
import { createServer, type Server, type Socket } from 'node:net';
import type { Report } from '../events/index.js';
import { IpAddress, type NetworkSet } from '../net/index.js';
import { Bag, type Clock, type Converse } from '../util/index.js';
import { Connection, type ConnectionOptions } from './connection.js';
import { showAddress, type ListenAddress } from './listen-address.js';
import { ListenError } from './listen-error.js';
import { bindPath, claimPath } from './unix-socket.js';

export interface ListenOptions {
  readonly service: 'policy' | 'milter';
  readonly clock: Clock;
  readonly report: Report;
  /** Who may connect over TCP; others are closed at once. Null: whoever can. With an inherited unix socket, an error. */
  readonly allow?: NetworkSet | null;
  /** Further connections are closed at once. */
  readonly maxConnections?: number;
  /** See `ConnectionOptions`. */
  readonly requestTimeMs?: number;
  readonly idleTimeMs?: number;
  readonly readTimeMs?: number;
}

export interface Listener {
  /** As it is: with the port that the system chose, where it was to choose. */
  readonly address: ListenAddress;
  /** How many connections there are now. */
  readonly connections: number;
  /**
   * Stops accepting, closes what is between requests, lets requests in progress be answered, and gives up
   * those that are not after `limitMs`. Resolves with the number of these, when all sockets are closed. May
   * be called again with a shorter limit.
   */
  drain(limitMs: number): Promise<number>;
}

const MAX_CONNECTIONS = 1000;
const REQUEST_TIME_MS = 30_000;
const READ_TIME_MS = 60_000;
const REPORT_INTERVAL_MS = 60_000;

/** Probes of a dead peer begin after so long: a mail server that lost its power says no good-bye. */
const KEEP_ALIVE_AFTER_MS = 60_000;

/** After a restart all processes of a mail server come at once. */
const BACKLOG = 1024;

/** Listens, or rejects with a `ListenError`. Each connection gets a conversation of its own. */
export async function listen(
  address: ListenAddress,
  converse: Converse,
  options: ListenOptions,
): Promise<Listener> {
  try {
    if (address.kind === 'unix') await claimPath(address.path);
    const listener = new SocketListener(address, converse, options);
    await listener.open();
    options.report({ kind: 'listening', service: options.service, address: showAddress(listener.address) });
    return listener;
  } catch (error) {
    throw ListenError.from(showAddress(address), error);
  }
}

class SocketListener implements Listener {
  #address: ListenAddress;
  readonly #server: Server;
  readonly #options: ListenOptions;
  readonly #connections = new Bag<Connection>();
  /** Resolve the calls of `drain` that wait for the last connection. */
  readonly #waiting = new Set<() => void>();
  #abandoned = 0;
  readonly #lastReportMs = new Map<string, number>();

  constructor(address: ListenAddress, converse: Converse, options: ListenOptions) {
    this.#address = address;
    this.#options = options;
    const { service, clock, report, maxConnections = MAX_CONNECTIONS } = options;
    const connectionOptions: ConnectionOptions = {
      service,
      clock,
      report,
      requestTimeMs: options.requestTimeMs ?? REQUEST_TIME_MS,
      idleTimeMs: options.idleTimeMs ?? null,
      readTimeMs: options.readTimeMs ?? READ_TIME_MS,
    };
    this.#server = createServer({
      allowHalfOpen: true, // whoever has said all still wants its answers
      noDelay: true,
      keepAlive: true,
      keepAliveInitialDelay: KEEP_ALIVE_AFTER_MS,
    });
    this.#server.maxConnections = maxConnections;
    this.#server.on('connection', (socket) => {
      this.#accept(socket, converse, connectionOptions);
    });
    this.#server.on('drop', () => {
      this.#reportNowAndThen({ kind: 'connection-limit', service, limit: maxConnections });
    });
  }

  get address(): ListenAddress {
    return this.#address;
  }

  get connections(): number {
    return this.#connections.size;
  }

  async open(): Promise<void> {
    const server = this.#server;
    const address = this.#address;
    const listening = new Promise<void>((resolve, reject) => {
      server.once('listening', resolve);
      server.once('error', reject);
    });
    try {
      if (address.kind === 'unix') bindPath(server, address, BACKLOG);
      else if (address.kind === 'inherited') server.listen({ fd: address.fd }, BACKLOG);
      else server.listen({ host: address.host, port: address.port, backlog: BACKLOG });
    } catch (error) {
      server.close();
      throw error;
    }
    await listening;
    // From here on, an error is one of accept(2): no descriptors left, above all. The next may succeed.
    server.on('error', (error) => {
      const { service } = this.#options;
      this.#reportNowAndThen({ kind: 'accept-failed', service, why: error.message });
    });
    const bound = server.address();
    if (bound !== null && typeof bound === 'object') {
      if (address.kind === 'tcp') this.#address = { ...address, port: bound.port };
    } else if (address.kind === 'inherited' && (this.#options.allow ?? null) !== null) {
      server.close();
      const why = 'it is a unix socket, whose clients have no addresses to allow';
      throw new ListenError('not-inet', `cannot listen on ${showAddress(address)}: ${why}`);
    }
  }

  async drain(limitMs: number): Promise<number> {
    const closed = new Promise<void>((resolve) => {
      this.#server.close(() => {
        resolve();
      });
    });
    for (const connection of this.#connections.all()) connection.drain();
    await this.#allGone(limitMs);
    this.#abandoned += this.#connections.size;
    for (const connection of this.#connections.all()) connection.abandon();
    await closed;
    return this.#abandoned;
  }

  #accept(socket: Socket, converse: Converse, options: ConnectionOptions): void {
    const address = this.#address;
    const peer = (): string => {
      const { remoteAddress, remotePort = 0 } = socket;
      if (address.kind !== 'tcp' && remoteAddress === undefined) return showAddress(address);
      return showAddress({ kind: 'tcp', host: remoteAddress ?? '?', port: remotePort });
    };
    if (!this.#isAllowed(socket)) {
      socket.destroy();
      this.#reportNowAndThen({ kind: 'connection-refused', service: options.service, peer: peer() });
      return;
    }
    const host = (): string | null => socket.remoteAddress ?? null;
    const connection = new Connection(
      { input: socket, output: socket, peer, host },
      converse,
      options,
      () => {
        this.#connections.remove(connection);
        if (this.#connections.size === 0) for (const resolve of this.#waiting) resolve();
      },
    );
    this.#connections.add(connection);
  }

  #isAllowed(socket: Socket): boolean {
    const { allow = null } = this.#options;
    if (allow === null || this.#address.kind === 'unix') return true;
    const { remoteAddress } = socket; // asks the system
    const client = remoteAddress === undefined ? null : IpAddress.parse(remoteAddress.replace(/%.*$/, ''));
    return client !== null && allow.has(client);
  }

  #allGone(limitMs: number): Promise<void> {
    if (this.#connections.size === 0) return Promise.resolve();
    return new Promise((resolve) => {
      const done = (): void => {
        cancel();
        this.#waiting.delete(done);
        resolve();
      };
      const cancel = this.#options.clock.after(limitMs, done);
      this.#waiting.add(done);
    });
  }

  /** Reports an event of a kind that can come by the thousand, once a minute at most. */
  #reportNowAndThen(event: Parameters<Report>[0]): void {
    const nowMs = this.#options.clock.now();
    const lastMs = this.#lastReportMs.get(event.kind);
    if (lastMs !== undefined && nowMs - lastMs < REPORT_INTERVAL_MS) return;
    this.#lastReportMs.set(event.kind, nowMs);
    this.#options.report(event);
  }
}
