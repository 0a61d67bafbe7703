/** What the options say of DNS over TLS, and what is asked over it. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, beforeEach, expect, test } from '@jest/globals';

import { openDns } from '../../src/app/dns.js';
import { loadConfig, printProblems, type OptionName } from '../../src/config/index.js';
import { queryName } from '../../src/dns/index.js';
import type { Event } from '../../src/events/index.js';
import { parseZoneText } from '../../src/resolver/zone-file.js';
import { systemClock } from '../../src/util/index.js';
import { Authority } from '../support/certificates.js';
import { startResponder, type DnsResponder } from '../support/dns-responder.js';

const authority = new Authority();
let folder = '';
let responder: DnsResponder;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'spfwarden-tls-'));
  writeFileSync(join(folder, 'ca.pem'), authority.cert);
  const zone = parseZoneText('a.example: [{TXT: v=spf1 -all}]');
  if (!zone.ok) throw new Error(JSON.stringify(zone.error));
  responder = await startResponder(zone.value, { tls: authority.issue({ names: ['dns.example'] }) });
});

afterEach(async () => {
  await responder.close();
  rmSync(folder, { recursive: true });
});

/** Asks one question with these options; what comes of it, and what the log would be told. */
async function ask(options: Partial<Record<OptionName, string>>) {
  const events: Event[] = [];
  const given = { 'dns.servers': `tls://${responder.address}@dns.example`, 'dns.tries': '1', ...options };
  const loaded = await loadConfig({
    path: '/dev/null',
    overrides: Object.entries(given).map(([option, value]) => ({
      option: option as OptionName,
      flag: 'test',
      value,
    })),
  });
  if (!loaded.ok) throw new Error(printProblems(loaded.error));
  const dns = await openDns(loaded.value.config, systemClock, (event) => events.push(event));
  const answer = await dns.lookup(queryName('a.example'), 'TXT', systemClock.now() + 5000);
  dns.close();
  return { answer, events };
}

test('an authority of our own is trusted when it is named', async () => {
  const { answer, events } = await ask({ 'dns.tls_ca': join(folder, 'ca.pem') });
  expect(answer).toMatchObject({ kind: 'records' });
  expect(events).toEqual([]);
});

test('and not when the system has not heard of it', async () => {
  const { answer } = await ask({});
  expect(answer).toEqual({ kind: 'failed', why: 'unreachable' });
  expect(responder.queries).toEqual([]);
});

test('every question has its event when the log wants it', async () => {
  const { events } = await ask({ 'dns.tls_ca': join(folder, 'ca.pem'), 'log.level': 'debug' });
  expect(events).toMatchObject([
    { kind: 'dns-question', name: 'a.example', type: 'TXT', transport: 'tls', outcome: 'records' },
  ]);
});
