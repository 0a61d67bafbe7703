/** The real daemon on a built-in zone, and a played session. Needs no network but the loopback. */
import { connect, type Socket } from 'node:net';
import { once } from 'node:events';

import { loadConfig, printProblems } from '../config/index.js';
import { milterConversation } from '../frontend/index.js';
import { parseZone, zoneLookup } from '../resolver/index.js';
import { listen, showAddress } from '../server/index.js';
import { systemClock, type Converse } from '../util/index.js';
import { Watch } from '../verdict/index.js';
import { playMilter } from './demo-milter.js';
import { milterRules } from './milter-rules.js';
import { configuredJudge, policyOver } from './policy-service.js';

/** The whole DNS of the demonstration. */
const ZONE = `
pass.example:
  - TXT: v=spf1 ip4:192.0.2.0/24 mx -all
  - MX: [10, mail.pass.example]
mail.pass.example:
  - A: 198.51.100.25
  - TXT: v=spf1 a -all
fail.example:
  - TXT: v=spf1 include:pass.example -all exp=why.fail.example
why.fail.example:
  - TXT: "%{i} is none of our servers; see www.%{d}"
softfail.example:
  - TXT: v=spf1 mx ~all
broken.example:
  - TXT: v=spf1 ipv4:192.0.2.1 -all
unlucky.example: SERVFAIL
`;

interface Scene {
  readonly what: string;
  readonly client: string;
  readonly helo: string;
  readonly sender: string;
  readonly recipients: readonly string[];
}

const BOB = 'bob@receiver.example';
const CAROL = 'carol@receiver.example';

const SCENES: readonly Scene[] = [
  {
    what: 'mail from a server that its domain names, to two recipients: one field for the message',
    client: '198.51.100.25',
    helo: 'mail.pass.example',
    sender: 'alice@pass.example',
    recipients: [BOB, CAROL],
  },
  {
    what: 'forged mail: refused for every recipient, in the words of the domain',
    client: '203.0.113.9',
    helo: 'host.example.org',
    sender: 'alice@fail.example',
    recipients: [BOB, CAROL],
  },
  {
    what: 'a server that uses the name of another in HELO',
    client: '203.0.113.9',
    helo: 'mail.pass.example',
    sender: 'dave@unknown.example',
    recipients: [BOB],
  },
  {
    what: 'a bounce: the HELO name is all there is to check',
    client: '198.51.100.25',
    helo: 'mail.pass.example',
    sender: '',
    recipients: [BOB],
  },
  {
    what: 'a domain that is not sure',
    client: '203.0.113.9',
    helo: 'host.example.org',
    sender: 'erin@softfail.example',
    recipients: [BOB],
  },
  {
    what: 'a broken record: recorded, not refused',
    client: '192.0.2.1',
    helo: 'host.example.org',
    sender: 'frank@broken.example',
    recipients: [BOB],
  },
  {
    what: 'a name server that is ill: recorded, not refused',
    client: '192.0.2.1',
    helo: 'host.example.org',
    sender: 'grace@unlucky.example',
    recipients: [BOB],
  },
];

/** Plays all scenes; `print` gets the lines. */
export async function demo(print: (line: string) => void): Promise<void> {
  const zone = await parseZone(ZONE);
  if (!zone.ok) throw new Error(`the zone of the demonstration: ${zone.error[0]?.message ?? ''}`);
  const loaded = await loadConfig({
    path: '/dev/null',
    overrides: [{ option: 'hostname', flag: 'demo', value: 'mx.receiver.example' }],
  });
  if (!loaded.ok) throw new Error(printProblems(loaded.error));
  const { config } = loaded.value;
  const lookup = zoneLookup(zone.value);
  const report = (): void => undefined;

  const judge = configuredJudge(config, lookup, systemClock, report);
  const policy = await open('policy', policyOver(judge, systemClock, report));
  print(`The policy server listens on ${policy.where}, as it would for Postfix.`);
  for (const [index, scene] of SCENES.entries()) await play(scene, index, policy.socket, print);
  await policy.close();

  const rules = milterRules(config, { lookup, clock: systemClock, watch: new Watch(systemClock, report) });
  const settings = { rules: () => rules, listener: null, clock: systemClock, report };
  const milter = await open('milter', milterConversation(settings));
  print('');
  print(`The milter listens on ${milter.where}, as it would for Postfix or Sendmail.`);
  print('');
  print('A message that passes: it gets fields, and loses one that claims to be ours');
  await playMilter(milter.socket, print);
  await milter.close();
}

interface Opened {
  readonly where: string;
  /** Connected to it. */
  readonly socket: Socket;
  close(): Promise<unknown>;
}

async function open(service: 'policy' | 'milter', converse: Converse): Promise<Opened> {
  const listener = await listen({ kind: 'tcp', host: '127.0.0.1', port: 0 }, converse, {
    service,
    clock: systemClock,
    report: () => undefined,
  });
  const { address } = listener;
  if (address.kind !== 'tcp') throw new Error('it was to listen on TCP');
  const socket = connect(address.port, address.host);
  return {
    where: showAddress(address),
    socket,
    close() {
      socket.end();
      return listener.drain(1000);
    },
  };
}

async function play(
  scene: Scene,
  index: number,
  socket: Socket,
  print: (line: string) => void,
): Promise<void> {
  const { what, client, helo, sender, recipients } = scene;
  print('');
  print(`${index + 1}. ${what}`);
  print(`   client ${client}, HELO ${helo}, MAIL FROM:<${sender}>`);
  for (const recipient of recipients) {
    const request = [
      'request=smtpd_access_policy',
      'protocol_state=RCPT',
      `client_address=${client}`,
      `helo_name=${helo}`,
      `sender=${sender}`,
      `recipient=${recipient}`,
      `instance=demo.${index}`,
    ];
    socket.write(`${request.join('\n')}\n\n`);
    const [reply] = (await once(socket, 'data')) as [Buffer];
    print(`   RCPT TO:<${recipient}>`);
    print(`   ${reply.toString('latin1').trimEnd()}`);
  }
}
