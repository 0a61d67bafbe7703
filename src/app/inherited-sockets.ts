/** Socket activation: the sockets that systemd has bound and handed over (sd_listen_fds(3)). */
import type { ListenAddress as ConfiguredAddress } from '../config/index.js';
import { ListenError, type ListenAddress } from '../server/index.js';

/** Behind the standard streams. */
const FIRST_DESCRIPTOR = 3;

/** What sd_listen_fds_with_names(3) calls a descriptor when nobody has named any. */
const UNNAMED = 'unknown';

/** So many of the names there are stand in an error. */
const MAX_SHOWN = 8;

/**
 * The file descriptors that the environment of a process says were handed over to it, by their
 * FileDescriptorName=, of which several may have the same. None if they are meant for another process than `pid`,
 * or if the variables contradict each other.
 */
export function inheritedSockets(
  environment: Readonly<Record<string, string | undefined>>,
  pid: number,
): ReadonlyMap<string, readonly number[]> {
  const sockets = new Map<string, number[]>();
  const { LISTEN_PID, LISTEN_FDS = '', LISTEN_FDNAMES } = environment;
  if (LISTEN_PID !== String(pid) || !/^[1-9]\d{0,2}$/.test(LISTEN_FDS)) return sockets;
  const count = Number(LISTEN_FDS);
  const names = LISTEN_FDNAMES?.split(':') ?? Array.from({ length: count }, () => UNNAMED);
  if (names.length !== count) return sockets;
  for (const [index, name] of names.entries()) {
    const descriptors = sockets.get(name) ?? [];
    descriptors.push(FIRST_DESCRIPTOR + index);
    sockets.set(name, descriptors);
  }
  return sockets;
}

/** What an address of the configuration has the daemon listen on. Throws a `ListenError` if it is a socket of
 *  systemd and was not handed over. */
export function socketsOf(
  address: ConfiguredAddress,
  inherited: ReadonlyMap<string, readonly number[]>,
): readonly ListenAddress[] {
  if (address.kind !== 'systemd') return [address];
  const name = address.socket;
  const descriptors = inherited.get(name);
  if (descriptors !== undefined) return descriptors.map((fd) => ({ kind: 'inherited', name, fd }));
  const names = [...inherited.keys()].slice(0, MAX_SHOWN).map((other) => JSON.stringify(other));
  const others = names.length > 0 ? `; handed over: ${names.join(', ')}` : ' or any other';
  throw new ListenError('not-inherited', `systemd has not handed over a socket named "${name}"${others}`);
}
