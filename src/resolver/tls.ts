/** DNS over TLS (RFC 7858), the strict profile of RFC 8310 §5: who is not proven to be the server gets no question. */
import type * as Tls from 'node:tls';

import { hostOf, type ServerAddress } from '../dns/index.js';
import type { Clock } from '../util/index.js';

/** What all connections of a resolver share: parsing the certificates of a whole system takes its time. */
export interface TlsContext {
  readonly tls: typeof Tls;
  readonly secureContext: Tls.SecureContext;
}

/** `ca` holds certificates in PEM; null for those that come with Node. Loads what most resolvers never need. */
export function createTlsContext(ca: string | null): TlsContext {
  const tls = process.getBuiltinModule('node:tls');
  const secureContext = tls.createSecureContext({ minVersion: 'TLSv1.2', ...(ca === null ? {} : { ca }) });
  return { tls, secureContext };
}

/** Opens connections to one server, and resumes the session of the last one (RFC 8446 §2.2). */
export class TlsOpener {
  readonly #server: ServerAddress;
  readonly #name: string | null;
  readonly #context: TlsContext;
  readonly #clock: Clock;
  #session: Buffer | null = null;
  /** When the certificate ends that the session stands on, in `Clock.wall` milliseconds. */
  #sessionEnds = 0;

  constructor(server: ServerAddress, name: string | null, context: TlsContext, clock: Clock) {
    this.#server = server;
    this.#name = name;
    this.#context = context;
    this.#clock = clock;
  }

  /** A socket that is on its way: it says `secureConnect` when the server has shown who it is. */
  open(): Tls.TLSSocket {
    const { tls, secureContext } = this.#context;
    // On resumption the server shows no certificate, so an old one would never be found to have expired.
    const session = this.#clock.wall() < this.#sessionEnds ? this.#session : null;
    this.#session = null; // if it leads nowhere, it is not tried again
    const identity = this.#name ?? this.#server.address.toString();
    const socket = tls.connect({
      host: hostOf(this.#server),
      port: this.#server.port,
      secureContext,
      minVersion: 'TLSv1.2',
      ALPNProtocols: ['dot'],
      rejectUnauthorized: true, // said here, it is not for the environment to change
      checkServerIdentity: (_host, certificate: Tls.PeerCertificate) =>
        tls.checkServerIdentity(identity, certificate),
      ...(this.#name === null ? {} : { servername: this.#name }), // SNI is for names (RFC 6066 §3)
      ...(session === null ? {} : { session }),
    });
    socket.setNoDelay();
    socket.on('secureConnect', () => {
      if (socket.isSessionReused()) this.#session ??= session;
      else this.#sessionEnds = Date.parse(socket.getPeerCertificate().valid_to) || 0;
    });
    socket.on('session', (ticket) => {
      this.#session = ticket;
    });
    return socket;
  }
}
