import { describe, expect, test } from '@jest/globals';

import type { Event, LogLevel } from '../../src/events/index.js';
import { LOG_LEVELS } from '../../src/telemetry/index.js';
import { bareFrame, prefixedFrame } from '../../src/telemetry/frame.js';
import { openLog } from '../../src/telemetry/log.js';
import type { ChangeableSettings } from '../../src/telemetry/settings.js';
import { winstonLogger } from '../../src/telemetry/winston-logger.js';
import type { Clock, Octets } from '../../src/util/index.js';
import { Memory, SETTINGS } from './memory.js';

const CLOCK: Clock = {
  now: () => 0,
  wall: () => Date.UTC(2026, 0, 2, 3, 4, 5, 6),
  after: () => () => undefined,
};

/** Everything that is written for some events. */
async function written(
  events: readonly Event[],
  change: Partial<ChangeableSettings> = {},
  frame = bareFrame,
): Promise<string> {
  const memory = new Memory();
  const place = { name: 'memory', writer: memory, frame };
  const settings = { ...SETTINGS, ...change };
  const log = await openLog(
    () => ({ lines: [place], troubles: null, openLogger: winstonLogger }),
    settings,
    CLOCK,
  );
  for (const event of events) log.report(event);
  await log.close();
  return memory.text;
}

type Judged = Extract<Event, { readonly kind: 'message-judged' }>;

function judged(change: Partial<Judged> = {}): Judged {
  return {
    kind: 'message-judged',
    frontend: 'policy',
    queueId: '4BxYz1' as Octets,
    instance: '' as Octets,
    client: '192.0.2.1' as Octets,
    helo: 'mx.example' as Octets,
    sender: 'a@example.com' as Octets,
    recipient: 'b@example.net' as Octets,
    heloResult: 'none',
    mailFromResult: 'pass',
    iprevResult: null,
    action: 'accept',
    rule: null,
    level: null,
    why: 'mail-from pass (mx)',
    dryRun: false,
    durationMs: 3.1415,
    ...change,
  };
}

const ACCEPTED =
  'spf accept client=192.0.2.1 helo=mx.example sender="a@example.com" helo_result=none mail_from=pass why="mail-from pass (mx)" ms=3.1';

describe('one message', () => {
  test.each([
    ['accepted', judged(), `4BxYz1: ${ACCEPTED}`],
    ['without a queue id', judged({ queueId: '' as Octets }), `NOQUEUE: ${ACCEPTED}`],
    [
      'with an instance in the place of a queue id',
      judged({ queueId: '' as Octets, instance: '1a.2b.3c.0' as Octets }),
      `NOQUEUE: ${ACCEPTED.replace(' ms=', ' instance=1a.2b.3c.0 ms=')}`,
    ],
    [
      'skipped',
      judged({ action: 'skip', heloResult: null, mailFromResult: null, why: 'loopback', durationMs: 0 }),
      '4BxYz1: spf skip client=192.0.2.1 helo=mx.example sender="a@example.com" why=loopback ms=0',
    ],
    [
      'with a null sender, only watched',
      judged({
        action: 'reject',
        sender: '' as Octets,
        mailFromResult: null,
        heloResult: 'fail',
        dryRun: true,
      }),
      '4BxYz1: spf reject client=192.0.2.1 helo=mx.example sender="" helo_result=fail why="mail-from pass (mx)" dry_run=true ms=3.1',
    ],
    [
      'with a UTF-8 sender',
      judged({ sender: 'gr\xc3\xbc\xc3\x9fe@example.com' as Octets }),
      `4BxYz1: ${ACCEPTED.replace('a@example.com', 'grüße@example.com')}`,
    ],
    [
      'with octets that are not UTF-8',
      judged({ sender: '\xff\xfe@example.com' as Octets }),
      `4BxYz1: ${ACCEPTED.replace('a@example.com', '\ufffd\ufffd@example.com')}`,
    ],
    [
      'with a forged line in the HELO name',
      judged({ helo: 'x\nNOQUEUE: spf accept' as Octets }),
      `4BxYz1: ${ACCEPTED.replace('helo=mx.example', 'helo="x\\nNOQUEUE: spf accept"')}`,
    ],
    [
      'with a forged fact in the HELO name',
      judged({ helo: 'x" mail_from=pass' as Octets }),
      `4BxYz1: ${ACCEPTED.replace('helo=mx.example', 'helo="x\\" mail_from=pass"')}`,
    ],
    [
      'held over the milter, by a rule',
      judged({
        frontend: 'milter',
        action: 'hold',
        mailFromResult: 'fail',
        rule: 'partner "x"',
        iprevResult: 'fail',
      }),
      `4BxYz1: ${ACCEPTED.replace('accept', 'hold').replace('mail_from=pass', 'mail_from=fail')} rule="partner \\"x\\"" iprev=fail`,
    ],
    [
      'given to a restriction',
      judged({ action: 'restrict' }),
      `4BxYz1: ${ACCEPTED.replace('accept', 'restrict')}`,
    ],
    ['with a queue id that is none', judged({ queueId: 'a: b' as Octets }), `"a: b": ${ACCEPTED}`],
  ])('%s', async (_, event, line) => {
    expect(await written([event])).toBe(`${line}\n`);
  });

  test('without its queue id, where that is not wanted', async () => {
    expect(await written([judged()], { queueId: false })).toBe(`${ACCEPTED}\n`);
    const text = await written([judged()], { queueId: false, format: 'json' });
    expect(JSON.parse(text)).not.toHaveProperty('queue_id');
  });

  test.each([
    ['none', 'b@example.net', ''],
    ['domain', 'b@example.net', ' recipient=example.net'],
    ['domain', '"b@x"@example.net', ' recipient=example.net'],
    ['domain', 'postmaster', ''], // not the name of a local user
    ['domain', 'b@x y', ' recipient="x y"'],
    ['full', 'b@example.net', ' recipient="b@example.net"'],
    ['full', 'postmaster', ' recipient=postmaster'],
    ['full', 'gr\xc3\xbc\xc3\x9fe@example.net', ' recipient="grüße@example.net"'],
    ['full', 'b\n" rule=x', ' recipient="b\\n\\" rule=x"'],
    ['full', '', ''],
  ] as const)('with recipients: %s, for %j', async (recipients, recipient, shown) => {
    const event = judged({ recipient: recipient as Octets });
    expect(await written([event], { recipients })).toBe(`4BxYz1: ${ACCEPTED}${shown}\n`);
  });

  test.each([
    ['MAIL FROM in it', judged({ mailFromResult: 'fail' }), true],
    ['HELO in it', judged({ heloResult: 'softfail', mailFromResult: null }), true],
    ['neither in it', judged(), false],
    ['nothing checked', judged({ action: 'skip', heloResult: null, mailFromResult: null }), false],
    ['a restriction', judged({ action: 'restrict' }), false],
    ['refused for something else', judged({ action: 'reject' }), true],
    ['deferred', judged({ action: 'defer' }), true],
    ['held', judged({ action: 'hold' }), true],
    ['refused, only watched', judged({ action: 'reject', dryRun: true }), true],
  ])('with results: [fail, softfail], %s', async (_, event, isThere) => {
    const text = await written([event], { results: new Set(['fail', 'softfail']) });
    expect(text !== '').toBe(isThere);
  });

  test.each(LOG_LEVELS.flatMap((own) => [null, ...LOG_LEVELS].map((level) => ({ own, level }))))(
    'at $own, with $level for the message itself',
    async ({ own, level }) => {
      const isThere = ['info', 'debug'].includes(level ?? own);
      const refused = judged({ level, action: 'reject' });
      expect(await written([judged({ level })], { level: own })).toBe(isThere ? `4BxYz1: ${ACCEPTED}\n` : '');
      expect((await written([refused], { level: own })) !== '').toBe(isThere);
      // Of what is no message the settings decide.
      const others = await written([judged({ level }), OTHERS.stopped.event], { level: own });
      expect(others.includes(OTHERS.stopped.line)).toBe(['notice', 'info', 'debug'].includes(own));
    },
  );

  test('with a level for itself it weighs what it always does', async () => {
    const text = await written([judged({ level: 'debug' })], { level: 'error', format: 'json' });
    expect(JSON.parse(text)).toMatchObject({ level: 'info' });
  });

  test('with a level for itself it is left out all the same, where results leave it out', async () => {
    expect(await written([judged({ level: 'debug' })], { results: new Set(['fail']) })).toBe('');
  });

  test('is one JSON object', async () => {
    const text = await written(
      [judged({ sender: 'a\x1b[2J\n"@example.com' as Octets, rule: 'r', iprevResult: 'pass' })],
      {
        format: 'json',
        recipients: 'full',
      },
    );
    expect(text.indexOf('\n')).toBe(text.length - 1);
    expect(JSON.parse(text)).toStrictEqual({
      time: '2026-01-02T03:04:05.006Z',
      level: 'info',
      event: 'message-judged',
      message: 'spf accept',
      action: 'accept',
      queue_id: '4BxYz1',
      client: '192.0.2.1',
      helo: 'mx.example',
      sender: 'a\x1b[2J\n"@example.com',
      helo_result: 'none',
      mail_from: 'pass',
      why: 'mail-from pass (mx)',
      ms: 3.1,
      recipient: 'b@example.net',
      rule: 'r',
      iprev: 'pass',
    });
  });
});

/** One of each kind: the compiler asks for a row when the union grows. */
const OTHERS: { readonly [Kind in Exclude<Event['kind'], 'message-judged'>]: Row<Kind> } = {
  'private-client': {
    event: { kind: 'private-client', client: '10.0.0.1' },
    level: 'warning',
    line: 'not checked, the address is not public: usually NAT or a container hides the real client client=10.0.0.1',
  },
  listening: {
    event: { kind: 'listening', service: 'policy', address: '127.0.0.1:8895' },
    level: 'notice',
    line: 'listening service=policy address=127.0.0.1:8895',
  },
  'connection-limit': {
    event: { kind: 'connection-limit', service: 'policy', limit: 1000 },
    level: 'warning',
    line: 'connection refused, there are as many as server.max_connections allows service=policy limit=1000',
  },
  'connection-refused': {
    event: { kind: 'connection-refused', service: 'milter', peer: '192.0.2.9:4711' },
    level: 'warning',
    line: 'connection refused, the listener does not allow its address service=milter peer=192.0.2.9:4711',
  },
  'protocol-error': {
    event: {
      kind: 'protocol-error',
      service: 'policy',
      peer: '127.0.0.1:4711',
      why: 'a line of 9000 octets',
    },
    level: 'warning',
    line: 'connection closed after a protocol error service=policy peer=127.0.0.1:4711 why="a line of 9000 octets"',
  },
  'actions-not-offered': {
    event: {
      kind: 'actions-not-offered',
      peer: '192.0.2.1:4711',
      actions: ['SMFIF_CHGHDRS', 'SMFIF_QUARANTINE'],
    },
    level: 'warning',
    line: 'the mail server does not let a milter make these changes, so they are left out peer=192.0.2.1:4711 actions="SMFIF_CHGHDRS SMFIF_QUARANTINE"',
  },
  'peer-not-reading': {
    event: { kind: 'peer-not-reading', service: 'policy', peer: 'unix' },
    level: 'warning',
    line: 'connection closed, the peer does not read its answers service=policy peer=unix',
  },
  'internal-error': {
    event: {
      kind: 'internal-error',
      where: 'policy',
      error: Object.assign(new Error('x'), { stack: 'E: x\n at y' }),
    },
    level: 'error',
    line: 'a bug in spfwarden, please report it where=policy error="E: x\\n at y"',
  },
  'accept-failed': {
    event: { kind: 'accept-failed', service: 'policy', why: 'accept EMFILE' },
    level: 'warning',
    line: 'a connection could not be accepted service=policy why="accept EMFILE"',
  },
  'config-refused': {
    event: { kind: 'config-refused', problems: 'f.yml:1:1  a: unknown key\n' },
    level: 'error',
    line: 'the configuration is refused, till it is good all mail passes and what would become of it is only logged problems="f.yml:1:1  a: unknown key\\n"',
  },
  'config-remark': {
    event: { kind: 'config-remark', text: 'f.yml:1:1  warning: a: unwise' },
    level: 'warning',
    line: 'a remark on the configuration remark="f.yml:1:1  warning: a: unwise"',
  },
  'config-reloaded': {
    event: { kind: 'config-reloaded', file: '/etc/spfwarden/spfwarden.yml', remarks: 2 },
    level: 'notice',
    line: 'the configuration is read anew and in force file=/etc/spfwarden/spfwarden.yml remarks=2',
  },
  'config-kept': {
    event: { kind: 'config-kept', problems: 'f.yml:1:1  a: unknown key\n' },
    level: 'error',
    line: 'the new configuration is refused, the one that is in force stays problem="f.yml:1:1  a: unknown key"',
  },
  'restart-needed': {
    event: { kind: 'restart-needed', options: ['listen.policy', 'log.to'] },
    level: 'warning',
    line: 'changed options keep their old values till a restart options="listen.policy log.to"',
  },
  'dns-outage-began': {
    event: { kind: 'dns-outage-began', checks: 40, failed: 31, windowMs: 60_000 },
    level: 'warning',
    line: 'the DNS is ill, too many checks end in temperror: till it is well no mail is refused or deferred for that checks=40 temperrors=31 seconds=60',
  },
  'dns-outage-ended': {
    event: { kind: 'dns-outage-ended', checks: 50, failed: 12, durationMs: 90_400 },
    level: 'notice',
    line: 'the DNS is well again checks=50 temperrors=12 after_seconds=90',
  },
  'dns-cache-stale': {
    event: { kind: 'dns-cache-stale', name: 'a.example', type: 'TXT', expiredMs: 90_400 },
    level: 'info',
    line: 'name servers fail, records are used whose time is over name=a.example type=TXT expired_seconds=90',
  },
  'dns-cache-figures': {
    event: {
      kind: 'dns-cache-figures',
      hits: 90,
      misses: 10,
      stale: 1,
      evicted: 2,
      entries: 7,
      bytes: 8192,
    },
    level: 'info',
    line: 'the DNS cache hits=90 misses=10 stale=1 evicted=2 entries=7 bytes=8192',
  },
  'dns-server-down': {
    event: { kind: 'dns-server-down', server: '192.0.2.1', why: 'connection refused' },
    level: 'warning',
    line: 'a name server does not answer server=192.0.2.1 why="connection refused"',
  },
  'dns-server-up': {
    event: { kind: 'dns-server-up', server: '192.0.2.1', downMs: 90_400 },
    level: 'notice',
    line: 'a name server answers again server=192.0.2.1 after_seconds=90',
  },
  'dns-queue-full': {
    event: { kind: 'dns-queue-full', refused: 12, waiting: 5000 },
    level: 'warning',
    line: 'DNS questions were not asked, too many are under way: their checks end in temperror refused=12 waiting=5000',
  },
  'dns-question': {
    event: {
      kind: 'dns-question',
      name: 'a.example',
      type: 'TXT',
      server: 'tls://192.0.2.1@dns.example',
      transport: 'tls',
      outcome: 'records',
      durationMs: 12.34,
    },
    level: 'debug',
    line: 'DNS question name=a.example type=TXT server="tls://192.0.2.1@dns.example" transport=tls outcome=records ms=12.3',
  },
  'resolv-conf-problem': {
    event: { kind: 'resolv-conf-problem', path: '/etc/resolv.conf', why: 'line 2: no address' },
    level: 'warning',
    line: 'resolv.conf is not used as it stands path=/etc/resolv.conf why="line 2: no address"',
  },
  stopping: {
    event: { kind: 'stopping', signal: 'SIGTERM', connections: 3 },
    level: 'notice',
    line: 'stopping signal=SIGTERM connections=3',
  },
  stopped: { event: { kind: 'stopped', abandoned: 0 }, level: 'notice', line: 'stopped abandoned=0' },
};

interface Row<Kind extends Event['kind']> {
  readonly event: Extract<Event, { readonly kind: Kind }>;
  readonly level: LogLevel;
  readonly line: string;
}

const ROWS = Object.values(OTHERS);

describe('every other event', () => {
  test.each(ROWS)('$event.kind as text', async ({ event, line }) => {
    expect(await written([event])).toBe(`${line}\n`);
  });

  test.each(ROWS)('$event.kind as JSON', async ({ event, level, line }) => {
    const object = JSON.parse(await written([event], { format: 'json' })) as Record<string, unknown>;
    expect(object).toMatchObject({ level, event: event.kind });
    expect(line.startsWith(String(object['message']))).toBe(true);
    expect(object).not.toHaveProperty('queue_id');
  });

  test.each(ROWS)('$event.kind is written at $level and above', async ({ event, level }) => {
    const at = LOG_LEVELS.indexOf(level);
    for (const [i, threshold] of LOG_LEVELS.entries()) {
      expect((await written([event], { level: threshold })) !== '').toBe(i >= at);
    }
  });
});

test('a configuration without a file is reloaded too', async () => {
  const text = await written([{ kind: 'config-reloaded', file: null, remarks: 0 }]);
  expect(text).toBe('the configuration is read anew and in force remarks=0\n');
});

test('a refused reload has a line for each problem, up to 50', async () => {
  const words = 'the new configuration is refused, the one that is in force stays';
  const few = 'f.yml:1:1  a\n\nf.yml:2:1  b';
  expect(await written([{ kind: 'config-kept', problems: few }])).toBe(
    `${words} problem="f.yml:1:1  a"\n${words} problem="f.yml:2:1  b"\n`,
  );
  const many = Array.from({ length: 53 }, (_, i) => `p${i}`).join('\n');
  const lines = (await written([{ kind: 'config-kept', problems: many }])).split('\n');
  expect(lines.slice(-3)).toStrictEqual([`${words} problem=p49`, `${words} more_problems=3`, '']);
  expect(lines).toHaveLength(52);
});

test.each([{ level: 'notice' }, { results: new Set(['fail'] as const) }] as const)(
  'a line that is not written is not made: %j',
  async (change) => {
    const event = judged();
    let looks = 0;
    Object.defineProperty(event, 'helo', { get: () => ++looks });
    expect(await written([event], change)).toBe('');
    expect(looks).toBe(0);
  },
);

test.each([
  [judged(), '<6>4BxYz1: '],
  [OTHERS.listening.event, '<5>listening '],
  [OTHERS['private-client'].event, '<4>not checked'],
  [OTHERS['internal-error'].event, '<3>a bug'],
])('a prefixed line of $kind begins with its severity', async (event, start) => {
  expect((await written([event], {}, prefixedFrame)).slice(0, start.length)).toBe(start);
});

test('lines keep their order, and none is lost in a burst', async () => {
  const events = Array.from({ length: 5000 }, (_, i) => judged({ queueId: `Q${i}` as Octets }));
  const ids = (await written(events)).split('\n').map((line) => line.slice(0, line.indexOf(':')));
  expect(ids).toStrictEqual([...events.map(({ queueId }) => String(queueId)), '']);
});
