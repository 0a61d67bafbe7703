/** What the options of the cache do to the questions that a name server sees. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from '@jest/globals';

import { openDns, type Dns } from '../../src/app/dns.js';
import { loadConfig, printProblems, type OptionName } from '../../src/config/index.js';
import { queryName } from '../../src/dns/index.js';
import type { Event } from '../../src/events/index.js';
import { parseZoneText } from '../../src/resolver/zone-file.js';
import type { Clock } from '../../src/util/index.js';
import { startResponder, type DnsResponder, type ResponderOptions } from '../support/dns-responder.js';
import { ManualClock } from '../support/manual-clock.js';

const ZONE = `
a.example:
  - TXT: v=spf1 -all
broken.example: SERVFAIL
`;

/** Of every answer, in seconds. */
const TTL = 60;

let responder: DnsResponder | null = null;
afterEach(async () => {
  await responder?.close();
  responder = null;
});

/** What the daemon would open with these options, and what its name server is asked. */
async function open(
  options: Partial<Record<OptionName, string>>,
  clock: Clock,
  react: ResponderOptions['react'] = () => 'usual',
): Promise<{ readonly dns: Dns; readonly queries: readonly unknown[] }> {
  const zone = parseZoneText(ZONE);
  if (!zone.ok) throw new Error(JSON.stringify(zone.error));
  responder = await startResponder(zone.value, { ttl: TTL, react });
  const given = { 'dns.servers': responder.address, 'dns.tries': '1', ...options };
  const loaded = await loadConfig({
    path: '/dev/null',
    overrides: Object.entries(given).map(([option, value]) => ({
      option: option as OptionName,
      flag: 'test',
      value,
    })),
  });
  if (!loaded.ok) throw new Error(printProblems(loaded.error));
  const dns = await openDns(loaded.value.config, clock, () => undefined);
  return { dns, queries: responder.queries };
}

interface Row {
  readonly options: Partial<Record<OptionName, string>>;
  readonly name: string;
  /** Seconds at which there is a question. */
  readonly at: readonly number[];
  /** Those at which the server is asked. */
  readonly asked: readonly number[];
  /** From then on the server fails. */
  readonly brokenFrom?: number;
  /** How many answers are records. */
  readonly found?: number;
}

describe('the cache', () => {
  test.each<Row>([
    { options: {}, name: 'a.example', at: [0, 59, 60], asked: [0, 60] },
    { options: { 'dns.cache.entries': '0' }, name: 'a.example', at: [0, 0, 59], asked: [0, 0, 59] },
    { options: { 'dns.cache.min_ttl': '100s' }, name: 'a.example', at: [0, 60, 99, 100], asked: [0, 100] },
    { options: { 'dns.cache.max_ttl': '10s' }, name: 'a.example', at: [0, 9, 10], asked: [0, 10] },
    { options: {}, name: 'no.example', at: [0, 59, 60], asked: [0, 60] },
    { options: { 'dns.cache.negative_ttl': '10s' }, name: 'no.example', at: [0, 9, 10], asked: [0, 10] },
    { options: {}, name: 'broken.example', at: [0, 4, 5], asked: [0, 5] },
    { options: { 'dns.cache.failure_ttl': '0s' }, name: 'broken.example', at: [0, 0], asked: [0, 0] },
    { options: {}, name: 'a.example', at: [0, 60, 62], asked: [0, 60], brokenFrom: 60, found: 1 },
    {
      options: { 'dns.cache.serve_stale': '1h' },
      name: 'a.example',
      at: [0, 60, 89, 90, 3660],
      asked: [0, 60, 90, 3660],
      brokenFrom: 60,
      found: 4,
    },
  ])('with $options: $name at $at', async ({ options, name, at, asked, brokenFrom, found }) => {
    const clock = new ManualClock();
    const { dns, queries } = await open(options, clock, (_query, usual) => {
      if (usual === null || brokenFrom === undefined || clock.now() < brokenFrom * 1000) return 'usual';
      const failure = Buffer.from(usual);
      failure.writeUInt8((failure.readUInt8(3) & 0xf0) | 2, 3); // SERVFAIL
      return { messages: [failure] };
    });
    const seen: number[] = [];
    let records = 0;
    for (const seconds of at) {
      await clock.advance(seconds * 1000 - clock.now());
      const before = queries.length;
      const answer = await dns.lookup(queryName(name), 'TXT', clock.now() + 20_000);
      if (queries.length > before) seen.push(seconds);
      if (answer.kind === 'records') records++;
    }
    dns.close();
    expect(seen).toEqual(asked);
    if (found !== undefined) expect(records).toBe(found);
    expect(clock.pending).toBe(0);
  });

  test.each(['0', '100'])('shares questions in flight, also with dns.cache.entries %s', async (entries) => {
    const { dns, queries } = await open({ 'dns.cache.entries': entries }, new ManualClock());
    const askers = Array.from({ length: 100 }, (_, i) =>
      Promise.resolve(dns.lookup(queryName(i % 2 === 0 ? 'a.example' : 'A.example'), 'TXT', 20_000)),
    );
    expect(new Set(await Promise.all(askers)).size).toBe(1);
    expect(queries).toHaveLength(1);
    dns.close();
  });
});

test.each([
  { text: 'nameserver 127.0.0.1\n', expected: [] },
  {
    text: 'nameserver x\nnameserver 127.0.0.1\noptions timeout:y\n',
    expected: ['line 1: not the address of a name server', 'line 3: an option without a number'],
  },
  { text: null, expected: ['the file cannot be read, the name server of this machine is asked'] },
])('what is wrong with resolv.conf is reported: $expected', async ({ text, expected }) => {
  const folder = mkdtempSync(join(tmpdir(), 'spfwarden-dns-'));
  const path = text === null ? folder : join(folder, 'resolv.conf');
  if (text !== null) writeFileSync(path, text);
  const loaded = await loadConfig({ path: '/dev/null' });
  if (!loaded.ok) throw new Error(printProblems(loaded.error));
  const events: Event[] = [];
  const dns = await openDns(loaded.value.config, new ManualClock(), (event) => events.push(event), path);
  dns.close();
  rmSync(folder, { recursive: true });
  expect(events).toStrictEqual(expected.map((why) => ({ kind: 'resolv-conf-problem', path, why })));
});
