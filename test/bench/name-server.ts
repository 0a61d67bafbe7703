/** The resolver that everybody asks: unbound with the generated zone at hand, or the tests' own name server. */
import { writeFileSync } from 'node:fs';
import { createSocket } from 'node:dgram';
import { join } from 'node:path';

import { encodeMessage, RD, TYPES } from '../support/dns-message.js';
import { until } from '../e2e/support/until.js';
import { freePort, programPath, type Programs } from './programs.js';
import type { World } from './world.js';

export interface NameServer {
  /** For people: which program it is. */
  readonly name: string;
  readonly port: number;
  readonly pid: number;
}

/** Starts it on the loopback address; `port` may be 0 for any. `seed` is that of the world. */
export async function startNameServer(
  programs: Programs,
  world: World,
  seed: number,
  folder: string,
  port: number,
): Promise<NameServer> {
  const unbound = programPath('unbound');
  if (unbound === null) {
    const { child, port: chosen } = await programs.listening('responder-process', [`${seed}`, `${port}`]);
    return { name: "the tests' own responder", port: chosen, pid: child.pid ?? 0 };
  }
  const chosen = port === 0 ? await freePort() : port;
  const path = join(folder, 'unbound.conf');
  writeFileSync(path, unboundConf(world, folder, chosen));
  const child = programs.start([unbound, '-d', '-c', path], join(folder, 'unbound.log'));
  await answering(chosen);
  return { name: 'unbound', port: chosen, pid: child.pid ?? 0 };
}

/** All data is local: an answer costs what one from a warm cache does, and there is nobody to ask. */
function unboundConf({ zone }: World, folder: string, port: number): string {
  const lines = [
    'server:',
    `interface: 127.0.0.1@${port}`,
    'username: ""',
    'chroot: ""',
    `directory: "${folder}"`,
    'pidfile: ""',
    'use-syslog: no',
    'num-threads: 1',
    'module-config: "iterator"',
    'edns-buffer-size: 1232',
    'max-udp-size: 1232',
    'so-rcvbuf: 4m',
    'incoming-num-tcp: 1000',
    'local-zone: "." static',
    `local-data: '. SOA ns.example. root.example. 1 3600 600 86400 3600'`,
  ];
  for (const [name, at] of zone) {
    if (at === 'refused') {
      lines.push(`local-zone: "${name}." always_refuse`);
      continue;
    }
    for (const [type, list] of Object.entries(at)) {
      for (const data of list as readonly unknown[])
        lines.push(`local-data: '${name}. ${rdata(type, data)}'`);
    }
  }
  return `${lines.join('\n')}\nremote-control:\ncontrol-enable: no\n`;
}

/** As a master file has it. The texts of the generated zone hold neither quotes nor backslashes. */
function rdata(type: string, data: unknown): string {
  if (type === 'MX' && Array.isArray(data)) return `MX ${data.join(' ')}.`;
  if (type !== 'TXT') return `${type} ${String(data)}`;
  const strings = String(data).match(/.{1,255}/g) ?? [];
  return `TXT ${strings.map((text) => `"${text}"`).join(' ')}`;
}

/** Waits until a server answers anything at all. */
async function answering(port: number): Promise<void> {
  const socket = createSocket('udp4');
  socket.on('error', () => undefined); // not there yet
  let hasAnswered = false;
  socket.on('message', () => (hasAnswered = true));
  const query = encodeMessage({
    id: 1,
    flags: RD,
    questions: [{ name: 'example', type: TYPES['SOA'] ?? 0 }],
  });
  await until(`a name server on port ${port}`, () => {
    socket.send(query, port, '127.0.0.1');
    return hasAnswered ? true : undefined;
  });
  socket.close();
}
