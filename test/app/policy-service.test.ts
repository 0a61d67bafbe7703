/** Options that reach the judge: a policy conversation as the configuration wants it, without sockets. */
import { describe, expect, test } from '@jest/globals';

import { configuredJudge, policyOver } from '../../src/app/policy-service.js';
import { loadConfig, printProblems, type Config } from '../../src/config/index.js';
import type { Lookup } from '../../src/dns/index.js';
import type { Event } from '../../src/events/index.js';
import { filesOf } from '../config/files.js';
import { ManualClock } from '../support/manual-clock.js';
import { bytesOf, requestText } from '../support/policy-request.js';
import { zone } from '../support/zone.js';

async function configOf(text: string): Promise<Config> {
  const loaded = await loadConfig({ path: 'f', files: filesOf({ f: `hostname: mx.example.net\n${text}` }) });
  if (!loaded.ok) throw new Error(printProblems(loaded.error));
  return loaded.value.config;
}

/** A service, and what it reported. */
class Service {
  readonly events: Event[] = [];
  readonly clock = new ManualClock();
  readonly #replies: string[] = [];
  readonly #receive: (text: string) => Promise<void> | undefined;
  #messages = 0;

  constructor(config: Config, lookup: Lookup) {
    const report = (event: Event): void => void this.events.push(event);
    const judge = configuredJudge(config, lookup, this.clock, report);
    const conversation = policyOver(
      judge,
      this.clock,
      report,
    )({
      peer: 'a test',
      host: null,
      send: (bytes) => this.#replies.push(Buffer.from(bytes).toString('latin1')),
      close: () => undefined,
      hangUp: () => undefined,
    });
    this.#receive = (text) => conversation.receive(bytesOf(text));
  }

  /** The first word of the action, and for a field its result. */
  async asked(sender: string, client = '192.0.2.1'): Promise<string> {
    const instance = `i.${this.#messages++}`;
    await this.#receive(requestText({ sender, client_address: client, helo_name: 'localhost', instance }));
    const reply = this.#replies.pop() ?? '';
    return /^action=(?:PREPEND Received-SPF: )?(\S+)/.exec(reply)?.[1] ?? reply;
  }

  /** The kinds of what was reported, but for messages. */
  get reported(): string[] {
    return this.events.map(({ kind }) => kind).filter((kind) => kind !== 'message-judged');
  }
}

const DNS = {
  'ill.example': 'servfail',
  'mx.example': {
    TXT: ['v=spf1 mx ?all'],
    MX: [
      [1, 'm1.mx.example'],
      [2, 'm2.mx.example'],
      [3, 'm3.mx.example'],
    ],
  },
} as const;

describe('dns.outage_guard', () => {
  const guard = 'window: 10s, min_checks: 3, ratio: 0.6';

  test.each([
    {
      option: `{${guard}}`,
      replies: ['DEFER_IF_PERMIT', 'DEFER_IF_PERMIT', 'temperror', 'temperror'],
      reported: ['dns-outage-began'],
    },
    {
      option: `{${guard}, then: accept}`,
      replies: ['DEFER_IF_PERMIT', 'DEFER_IF_PERMIT', 'temperror', 'temperror'],
      reported: ['dns-outage-began'],
    },
    {
      option: `{${guard}, then: off}`,
      replies: ['DEFER_IF_PERMIT', 'DEFER_IF_PERMIT', 'DEFER_IF_PERMIT', 'DEFER_IF_PERMIT'],
      reported: [],
    },
  ])('$option', async ({ option, replies, reported }) => {
    const service = new Service(await configOf(`profile: strict\ndns: {outage_guard: ${option}}`), zone(DNS));
    for (const reply of replies) expect(await service.asked('user@ill.example')).toBe(reply);
    expect(service.reported).toEqual(reported);
  });

  test('window', async () => {
    const config = await configOf(`profile: strict\ndns: {outage_guard: {${guard}}}`);
    const service = new Service(config, zone(DNS));
    const got: string[] = [];
    for (let i = 0; i < 4; i++) {
      got.push(await service.asked('user@ill.example'));
      await service.clock.advance(10_000);
    }
    expect(got).toEqual(Array.from({ length: 4 }, () => 'DEFER_IF_PERMIT'));
  });
});

test.each([
  { option: 'term', result: 'neutral' },
  { option: 'query', result: 'permerror' },
])('limits.void_counting: $option', async ({ option, result }) => {
  const service = new Service(await configOf(`limits: {void_counting: ${option}}`), zone(DNS));
  expect(await service.asked('user@mx.example', '2001:db8::1')).toBe(result);
});

test.each([
  { option: 'true', inFlight: ['mx.example TXT', 'mx.example MX', 'other.example A'] },
  { option: 'false', inFlight: ['mx.example TXT', 'mx.example MX'] },
])('dns.prefetch: $option', async ({ option, inFlight }) => {
  const dns = zone({ ...DNS, 'mx.example': { TXT: ['v=spf1 mx a:other.example ?all'] } });
  const lookup: Lookup = (name, type, deadline) => {
    const answer = dns(name, type, deadline);
    return type === 'TXT' ? Promise.resolve(answer) : new Promise(() => undefined);
  };
  const service = new Service(await configOf(`dns: {prefetch: ${option}}`), lookup);
  void service.asked('user@mx.example');
  await service.clock.advance(0);
  expect(dns.asked).toEqual(inFlight);
});

describe('log.level of a rule', () => {
  const RULES = `rules:
  - {name: quiet, when: {sender: quiet.example}, then: {log: {level: error}}}
  - {name: loud, when: {sender: loud.example}, then: {skip: true, log: {level: debug}}}
  - {name: as for all, when: {sender: same.example}, then: {log: {level: notice}}}
  - {name: of other things, when: {sender: other.example}, then: {limits: {void: 3}}}`;

  test.each([
    { sender: 'a@quiet.example', level: 'error' },
    { sender: 'a@loud.example', level: 'debug' },
    { sender: 'a@same.example', level: null },
    { sender: 'a@other.example', level: null },
    { sender: 'a@norule.example', level: null },
  ])('is that of its mail: $sender, $level', async ({ sender, level }) => {
    const service = new Service(await configOf(`log: {level: notice}\n${RULES}`), zone(DNS));
    await service.asked(sender);
    expect(service.events).toMatchObject([{ kind: 'message-judged', level }]);
  });
});
