/** Where to listen. How an administrator writes it is the configuration's business. */

export type ListenAddress = ReachableAddress | InheritedAddress;

/** A socket that another process has bound and left to this one. */
interface InheritedAddress {
  readonly kind: 'inherited';
  /** What the other calls it. */
  readonly name: string;
  /** The file descriptor. */
  readonly fd: number;
}

/** What says by itself where to connect. */
export type ReachableAddress =
  | {
      readonly kind: 'tcp';
      readonly host: string;
      /** 0 lets the system choose. */
      readonly port: number;
    }
  | {
      readonly kind: 'unix';
      readonly path: string;
      /** Of the socket; whoever connects needs write permission. */
      readonly mode: number;
      /** Names or numbers; null leaves what the process has. */
      readonly owner: string | null;
      readonly group: string | null;
    };

/** `sun_path` with its final NUL (unix(7)). Node cuts a longer path off without a word. */
const MAX_PATH_OCTETS = 107;

/** `127.0.0.1:8895`, `[::1]:8895`, `unix:/path` or `systemd:name`. */
export function showAddress(address: ListenAddress): string {
  if (address.kind === 'unix') return `unix:${address.path}`;
  if (address.kind === 'inherited') return `systemd:${address.name}`;
  return `${address.host.includes(':') ? `[${address.host}]` : address.host}:${address.port}`;
}

/** What is wrong with the path of a unix socket, as a sentence, or null. */
export function pathProblem(path: string): string | null {
  if (!path.startsWith('/')) return `"${path}" must begin with /`;
  if (path.includes('\0') || path.endsWith('/')) return `"${path}" is no name of a socket`;
  const octets = Buffer.byteLength(path);
  if (octets <= MAX_PATH_OCTETS) return null;
  return `"${path}" has ${octets} octets, and a unix socket can have ${MAX_PATH_OCTETS}`;
}
