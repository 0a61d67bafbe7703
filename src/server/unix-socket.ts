/** A unix socket in the file system: whose path it is, and who may connect. */
import { lchownSync, lstatSync, statSync, unlinkSync } from 'node:fs';
import { connect, type Server } from 'node:net';
import { dirname } from 'node:path';
import { groupNumber, userNumber } from './accounts.js';
import { pathProblem, type ListenAddress } from './listen-address.js';
import { ListenError, systemCode } from './listen-error.js';

type UnixAddress = Extract<ListenAddress, { kind: 'unix' }>;

/**
 * Makes sure that a server may bind the path: throws if it is too long, if another server answers there, or if
 * something else than a socket is there. Removes a socket that nobody listens on any more, which a server
 * that was killed leaves behind.
 */
export async function claimPath(path: string): Promise<void> {
  const wrong = pathProblem(path);
  if (wrong !== null) throw new ListenError('bad-path', wrong);
  const directory = dirname(path);
  // Asked for here, as what the bind would say about it is EACCES.
  if (statSync(directory, { throwIfNoEntry: false })?.isDirectory() !== true) {
    throw new ListenError('no-directory', `there is no directory ${directory} for the socket ${path}`);
  }
  const there = lstatSync(path, { throwIfNoEntry: false }) ?? null;
  if (there === null) return;
  if (!there.isSocket()) {
    throw new ListenError('not-a-socket', `${path} exists and is not a socket; it will not be removed`);
  }
  const refusal = await connectionRefusal(path);
  if (refusal === null) {
    throw new ListenError('in-use', `another server is listening on ${path}`);
  }
  switch (systemCode(refusal)) {
    case 'ENOENT': // gone meanwhile
      return;
    case 'ECONNREFUSED':
      unlinkSync(path);
      return;
    default: // EACCES, EAGAIN: somebody may well be there
      throw new ListenError(
        'in-use',
        `${path} exists, and whether a server listens there is unknown`,
        refusal,
      );
  }
}

/**
 * Binds and listens, with the mode and the owners that the address says. The umask makes the mode, as a
 * `chmod` afterwards would leave a moment in which others could connect; the bind is done when `listen`
 * returns, although 'listening' comes later.
 */
export function bindPath(server: Server, address: UnixAddress, backlog: number): void {
  const owner = accountOf(address.owner, 'user', userNumber);
  const group = accountOf(address.group, 'group', groupNumber);
  const umask = process.umask(0o777 & ~address.mode);
  try {
    server.listen({ path: address.path, backlog });
  } finally {
    process.umask(umask);
  }
  // If the bind has failed, an 'error' is on its way, and the path is not ours.
  if (!server.listening || (owner === null && group === null)) return;
  const { uid, gid } = lstatSync(address.path);
  lchownSync(address.path, owner ?? uid, group ?? gid);
}

function accountOf(
  account: string | null,
  kind: string,
  numberOf: (account: string) => number | null,
): number | null {
  if (account === null) return null;
  const number = numberOf(account);
  if (number === null) throw new ListenError('unknown-account', `there is no ${kind} "${account}"`);
  return number;
}

/** Tries a connection: null if it was taken. */
function connectionRefusal(path: string): Promise<Error | null> {
  return new Promise((resolve) => {
    const probe = connect({ path });
    probe.once('connect', () => {
      probe.destroy();
      resolve(null);
    });
    probe.once('error', resolve);
  });
}
