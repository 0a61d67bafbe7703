/** The lab's name servers: nsd serves the zone of `zone.ts` as the root, unbound resolves from it at 127.0.0.1:53. */
import type { Lab } from './lab.js';
import { BROKEN_ZONES, SILENT_ZONE, ZONE } from './zone.js';

const NSD_PORT = 5300;
/** Nothing listens here. */
const DEAD_PORT = 5399;

function nsdConf(lab: Lab): string {
  const broken = BROKEN_ZONES.map((name) => `zone:\n  name: "${name}"\n  zonefile: "does-not-exist"\n`);
  return `server:
  ip-address: 127.0.0.1@${NSD_PORT}
  username: ""
  zonesdir: "${lab.folder}"
  zonelistfile: "${lab.path('nsd.zones')}"
  pidfile: ""
  xfrdfile: ""
  xfrdir: "${lab.folder}"
  database: ""
  server-count: 1
remote-control:
  control-enable: no
zone:
  name: "."
  zonefile: "zone"
${broken.join('')}`;
}

function unboundConf(lab: Lab): string {
  return `server:
  interface: 127.0.0.1
  port: 53
  username: ""
  chroot: ""
  directory: "${lab.folder}"
  pidfile: ""
  use-syslog: no
  do-daemonize: no
  do-not-query-localhost: no
  module-config: "iterator"
  num-threads: 1
  # unbound answers for the reverse of the documentation networks by itself unless told not to
  local-zone: "2.0.192.in-addr.arpa" nodefault
  local-zone: "8.b.d.0.1.0.0.2.ip6.arpa" nodefault
stub-zone:
  name: "."
  stub-addr: 127.0.0.1@${NSD_PORT}
stub-zone:
  name: "${SILENT_ZONE}"
  stub-addr: 127.0.0.1@${DEAD_PORT}
remote-control:
  control-enable: no
`;
}

/** Starts both and waits until they listen. `more`: further lines of the zone. */
export async function startNameServers(lab: Lab, more = ''): Promise<void> {
  lab.write('zone', `${ZONE}${more}`);
  const nsd = await lab.start('nsd', ['nsd', '-d', '-c', lab.write('nsd.conf', nsdConf(lab))]);
  await lab.listening(nsd, NSD_PORT);
  const unbound = await lab.start('unbound', [
    'unbound',
    '-d',
    '-c',
    lab.write('unbound.conf', unboundConf(lab)),
  ]);
  await lab.listening(unbound, 53);
}
