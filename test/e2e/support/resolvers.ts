/** Name servers of other people, each for one scenario of the published suite at a time: nsd has its zone, the
 *  others are resolvers that ask the tests' own name server. */
import { mkdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

import type { SuiteScenario } from '../../support/suite.js';
import type { Lab, Program } from './lab.js';
import { masterName, masterZones } from './master-file.js';
import { until } from './until.js';

/** Where each of them listens, on 127.0.0.1. */
export const PORT = 5301;

/** Where the tests' own name server listens, on an address for each scenario. */
export const RESPONDER_PORT = 5300;

/** Of the scenario with that index. */
export function responderAddress(index: number): string {
  return `127.0.73.${index + 1}`;
}

export interface NameServer {
  readonly name: string;
  /** Without it this one is left out. */
  readonly program: string;
  /** Writes what it needs into its folder and gives the words that run it. */
  prepare(write: Write, folder: string, scenario: SuiteScenario, index: number): readonly string[];
}

/** Writes a file of that name into the folder of a name server and returns its path. */
type Write = (file: string, text: string) => string;

export const NAME_SERVERS: readonly NameServer[] = [
  { name: 'nsd', program: 'nsd', prepare: prepareNsd },
  { name: 'unbound', program: 'unbound', prepare: prepareUnbound },
  { name: 'Knot Resolver', program: 'kresd', prepare: prepareKnot },
  { name: 'BIND', program: 'named', prepare: prepareBind },
];

/** What the responder writes when it listens everywhere. */
export const READY = 'ready\n';

/** The tests' own name server, for the resolvers to ask. */
export async function startResponders(lab: Lab): Promise<void> {
  const script = fileURLToPath(new URL('responder-program.js', import.meta.url));
  const responder = await lab.start('responder', [process.execPath, script]);
  await until('the responder', () => responder.output().endsWith(READY) || undefined, responder.output);
}

/** Starts one of them for a scenario and waits until it listens. */
export async function startServer(
  lab: Lab,
  server: NameServer,
  scenario: SuiteScenario,
  index: number,
): Promise<Program> {
  const name = `${server.program}-${index}`;
  const folder = lab.path(name);
  mkdirSync(folder);
  const argv = server.prepare((file, text) => lab.write(`${name}/${file}`, text), folder, scenario, index);
  const program = await lab.start(name, argv);
  await lab.listening(program, PORT);
  return program;
}

function prepareNsd(write: Write, folder: string, { zone }: SuiteScenario): readonly string[] {
  const zones = masterZones(zone).map(({ apex, file }, i) => {
    if (file !== null) write(`zone-${i}`, file);
    return `zone:\n  name: "${masterName(apex)}"\n  zonefile: "zone-${i}"\n`;
  });
  const conf = `server:
  ip-address: 127.0.0.1@${PORT}
  username: ""
  zonesdir: "${folder}"
  zonelistfile: "${folder}/zones"
  pidfile: ""
  xfrdfile: ""
  xfrdir: "${folder}"
  database: ""
  server-count: 1
remote-control:
  control-enable: no
${zones.join('')}`;
  return ['nsd', '-d', '-c', write('conf', conf)];
}

function prepareUnbound(write: Write, folder: string, _: SuiteScenario, index: number): readonly string[] {
  const conf = `server:
  interface: 127.0.0.1@${PORT}
  username: ""
  chroot: ""
  directory: "${folder}"
  pidfile: ""
  use-syslog: no
  do-daemonize: no
  do-not-query-localhost: no
  module-config: "iterator"
  num-threads: 1
  # Reverse names of networks for documentation are answered from outside, too.
  unblock-lan-zones: yes
  insecure-lan-zones: yes
forward-zone:
  name: "."
  forward-addr: ${responderAddress(index)}@${RESPONDER_PORT}
remote-control:
  control-enable: no
`;
  return ['unbound', '-d', '-c', write('conf', conf)];
}

function prepareKnot(write: Write, folder: string, _: SuiteScenario, index: number): readonly string[] {
  const conf = `net.listen('127.0.0.1', ${PORT}, { kind = 'dns' })
trust_anchors.remove('.')
cache.size = 10 * MB
policy.add(policy.all(policy.FORWARD('${responderAddress(index)}@${RESPONDER_PORT}')))
`;
  return ['kresd', '-n', '-c', write('conf', conf), folder];
}

function prepareBind(write: Write, folder: string, _: SuiteScenario, index: number): readonly string[] {
  const conf = `options {
  directory "${folder}";
  listen-on port ${PORT} { 127.0.0.1; };
  listen-on-v6 { none; };
  pid-file none;
  session-keyfile none;
  forwarders { ${responderAddress(index)} port ${RESPONDER_PORT}; };
  forward only;
  dnssec-validation no;
  empty-zones-enable no;
  servfail-ttl 0;
};
controls {};
`;
  return ['named', '-g', '-n', '1', '-c', write('conf', conf)];
}
