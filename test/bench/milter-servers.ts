/** The milters that are compared, and how each of them is started. */
import { writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';

import { freePort, type Programs } from './programs.js';
import {
  DEBIAN_SETTINGS,
  listening,
  serve,
  serverOf,
  withPydns,
  type Address,
  type Server,
} from './servers.js';

export interface MilterServer extends Server {
  readonly address: Address;
}

/** The kinds of sockets that milters are asked over. */
export const SOCKETS = ['tcp', 'unix'] as const;
export type SocketKind = (typeof SOCKETS)[number];

/** An address that nobody listens at. `name`: of the file, where it is one, which must not be there yet. */
export async function freeAddress(kind: SocketKind, folder: string, name: string): Promise<Address> {
  return kind === 'tcp' ? { port: await freePort() } : { path: join(folder, `${name}.sock`) };
}

/** Our daemon, as a milter alone. */
export async function startMilterDaemon(
  programs: Programs,
  folder: string,
  address: Address,
  dnsPort: number,
): Promise<MilterServer> {
  const milter = 'port' in address ? `127.0.0.1:${address.port}` : `unix:${address.path}`;
  const child = await serve(programs, folder, { milter }, address, dnsPort);
  return { address, ...serverOf(programs, child) };
}

/** Continues with everything, inserts one field, and does nothing else: what Node and the machine allow. */
export async function startMilterFloor(
  programs: Programs,
  folder: string,
  address: Address,
): Promise<MilterServer> {
  const child = programs.fork('floor-milter-process', [JSON.stringify(address)]);
  await listening('the milter that does nothing', child, address, folder);
  return { address, ...serverOf(programs, child) };
}

/** Debian's pyspf-milter, with Debian's own settings but for where it listens and who it is. */
export async function startPyspfMilter(
  programs: Programs,
  path: string,
  folder: string,
  address: Address,
): Promise<MilterServer> {
  const name = `pyspf-milter-${'port' in address ? address.port : basename(address.path)}`;
  const config = join(folder, `${name}.conf`);
  const text = `${DEBIAN_SETTINGS}Socket = ${'port' in address ? `inet:${address.port}@127.0.0.1` : `local:${address.path}`}
PidFile = ${join(folder, `${name}.pid`)}
UserID = root
InternalHosts = 127.0.0.1
`;
  writeFileSync(config, text);
  const child = programs.start([...withPydns(folder), path, config], join(folder, 'pyspf-milter.log'));
  await listening('pyspf-milter', child, address, folder);
  return { address, ...serverOf(programs, child) };
}
