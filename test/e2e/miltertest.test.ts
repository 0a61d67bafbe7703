/** Our daemon and miltertest, a mail server's side of the milter protocol that is not ours. */
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';

import { parseZone } from '../../src/resolver/index.js';
import { startDaemon, type Daemon } from '../support/daemon.js';
import { startResponder, type DnsResponder } from '../support/dns-responder.js';
import { describeWith } from '../support/requires.js';

const FOLDER = join(process.cwd(), 'test/e2e/miltertest');

const ZONE = `
pass.example: [{TXT: "v=spf1 ip4:192.0.2.1 -all"}]
fail.example: [{TXT: "v=spf1 -all"}]
softfail.example: [{TXT: "v=spf1 ~all"}]
neutral.example: [{TXT: "v=spf1 ?all"}]
`;

const STAGES = ['helo', 'mail', 'rcpt'] as const;
type Stage = (typeof STAGES)[number];
const TRANSPORTS = ['a unix socket', 'TCP'] as const;

/** The line of each message: how it begins. */
const SCRIPTS: readonly { name: string; script: string; stage: Stage; lines: readonly string[] }[] = [
  { name: 'a message that is accepted', script: 'accepted', stage: 'rcpt', lines: ['ACCEPTED1: spf accept'] },
  { name: 'refused at RCPT', script: 'refused', stage: 'rcpt', lines: ['REFUSED1: spf reject'] },
  { name: 'refused at MAIL', script: 'refused', stage: 'mail', lines: ['REFUSED1: spf reject'] },
  { name: 'refused at HELO', script: 'refused', stage: 'helo', lines: ['NOQUEUE: spf reject'] },
  { name: 'a forged field', script: 'forged', stage: 'rcpt', lines: ['FORGED1: spf accept'] },
  {
    name: 'two messages, and one that is given up between them',
    script: 'two-messages',
    stage: 'rcpt',
    lines: ['FIRST1: spf accept', 'SECOND2: spf accept', 'THIRD3: spf accept'],
  },
  { name: 'quarantine', script: 'quarantine', stage: 'rcpt', lines: ['HELD1: spf hold'] },
  { name: 'a null sender', script: 'null-sender', stage: 'rcpt', lines: ['NULL1: spf accept'] },
];

describeWith('e2e/miltertest', ['miltertest'], () => {
  let dns: DnsResponder;
  let folder: string;
  const daemons = new Map<Stage, Daemon>();

  beforeAll(async () => {
    const zone = await parseZone(ZONE);
    if (!zone.ok) throw new Error(JSON.stringify(zone.error));
    dns = await startResponder(zone.value);
    folder = mkdtempSync(join(tmpdir(), 'spfwarden-miltertest-'));
    for (const stage of STAGES) {
      const config = {
        hostname: 'mx.receiver.example',
        listen: { policy: 'off', milter: [`unix:${socketOf(stage)}`, '127.0.0.1:0'] },
        dns: { servers: [dns.address] },
        actions: { reject_at: stage, mail_from: { softfail: 'quarantine' } },
      };
      daemons.set(stage, startDaemon(config, { environment: { SPFWARDEN_LISTEN_MILTER: undefined } }));
    }
  });
  afterAll(async () => {
    await Promise.all([...daemons.values()].map((daemon) => daemon.stop()));
    await dns.close();
    rmSync(folder, { recursive: true });
  });

  const socketOf = (stage: Stage): string => join(folder, `${stage}.sock`);

  describe.each(TRANSPORTS)('over %s', (transport) => {
    test.each(SCRIPTS)('$name', async ({ script, stage, lines }) => {
      const daemon = daemons.get(stage);
      if (daemon === undefined) throw new Error('it was not started');
      const port = await daemon.port(); // the later of its two listeners
      const socket = transport === 'TCP' ? `inet:${port}@127.0.0.1` : `unix:${socketOf(stage)}`;
      const from = daemon.stderr().length;
      expect(await miltertest({ folder: FOLDER, script, socket, stage })).toBe('');
      for (const line of lines) await daemon.said(new RegExp(`^${line} `, 'm'), from);
      expect(daemon.stderr().slice(from).trimEnd().split('\n')).toHaveLength(lines.length);
    });
  });
});

/** Runs the script with these variables; what it says is what is wrong. */
function miltertest(variables: Readonly<Record<string, string>>): Promise<string> {
  const words = Object.entries(variables).flatMap(([name, value]) => ['-D', `${name}=${value}`]);
  return new Promise((resolve) => {
    execFile('miltertest', [...words, '-s', join(FOLDER, 'run.lua')], (error, stdout) => {
      resolve(error === null || stdout !== '' ? stdout : error.message);
    });
  });
}
