/** What is done about the results of both identities, and what is said. */
import { describe, expect, test } from '@jest/globals';

import type { Lookup } from '../../src/dns/index.js';
import type { Event } from '../../src/events/index.js';
import { IpAddress } from '../../src/net/index.js';
import { SPF_RESULTS, splitAddress, type SpfResult } from '../../src/smtp/index.js';
import { DEFAULT_LIMITS } from '../../src/spf/index.js';
import { octetsOfText } from '../../src/util/index.js';
import {
  createJudge,
  PROFILES,
  type Actions,
  type Judge,
  type ProfileName,
  type Transaction,
  type Verdict,
  type VerdictSettings,
} from '../../src/verdict/index.js';
import { zone, type OwnerLiteral, type ZoneLiteral } from '../support/zone.js';

const CLIENT = '192.0.2.1';

/** A record for each result. */
const RECORDS: Readonly<Record<SpfResult, OwnerLiteral>> = {
  pass: { TXT: [`v=spf1 ip4:${CLIENT} -all`] },
  none: { TXT: ['no record'] },
  neutral: { TXT: ['v=spf1 ?all'] },
  softfail: { TXT: ['v=spf1 ~all'] },
  fail: { TXT: ['v=spf1 -all'] },
  permerror: { TXT: ['v=spf1 moo'] },
  temperror: { TXT: 'servfail' },
};

/** `fail.helo.example`, `pass.from.example` and so on. */
const ZONE: ZoneLiteral = Object.fromEntries(
  SPF_RESULTS.flatMap((result) => [
    [`${result}.helo.example`, RECORDS[result]],
    [`${result}.from.example`, RECORDS[result]],
  ]),
);

const SETTINGS: VerdictSettings = {
  ...PROFILES.standard,
  receiver: 'mx.example.net',
  limits: DEFAULT_LIMITS,
  timeMs: 20_000,
  prefetch: false,
  outage: null,
};

class Desk {
  readonly events: Event[] = [];
  now = 5000;
  readonly judge: Judge;

  constructor(lookup: Lookup = zone(ZONE), settings: Partial<VerdictSettings> = {}) {
    const clock = { now: () => this.now, wall: () => 0, after: () => () => undefined };
    const report = (event: Event): void => void this.events.push(event);
    this.judge = createJudge({ ...SETTINGS, ...settings }, { lookup, clock, report });
  }

  /** The verdict, which must come at once. */
  verdict(asked: Transaction): Verdict {
    const verdict = this.judge(asked);
    if (verdict instanceof Promise) throw new Error('a promise, though every answer is at hand');
    return verdict;
  }
}

function transaction(helo: string, sender: string, other: Partial<Transaction> = {}): Transaction {
  return {
    client: IpAddress.parse(CLIENT),
    helo: octetsOfText(helo),
    sender: splitAddress(octetsOfText(sender)),
    authenticated: false,
    ...other,
  };
}

/** `m:pass` a field with the result of MAIL FROM, `h:pass` of HELO, `Rm` and `Rh` a refusal because of
 *  either, `Dm` and `Dh` one for now. */
function brief({ decision }: Verdict): string {
  switch (decision.do) {
    case 'skip':
      return 'skip';
    case 'accept': {
      const field = /^Received-SPF: ([a-z]+) .* identity=(helo|mailfrom);/.exec(decision.field);
      return `${field?.[2]?.charAt(0) ?? '?'}:${field?.[1] ?? '?'}`;
    }
    case 'reject':
    case 'defer':
      return (decision.do === 'reject' ? 'R' : 'D') + decision.identity.charAt(0);
  }
}

/** The cells of a row: MAIL FROM pass, none, neutral, softfail, fail, permerror, temperror, null sender. */
function row(judge: Desk, helo: SpfResult): string {
  const senders = [...SPF_RESULTS.map((result) => `user@${result}.from.example`), ''];
  return senders.map((sender) => brief(judge.verdict(transaction(`${helo}.helo.example`, sender)))).join(' ');
}

const ACCEPTED = 'm:pass m:none m:neutral m:softfail m:fail m:permerror m:temperror';

describe('HELO × MAIL FROM', () => {
  test.each([
    { helo: 'pass', cells: 'm:pass m:none m:neutral m:softfail Rm m:permerror m:temperror h:pass' },
    { helo: 'none', cells: 'm:pass m:none m:neutral m:softfail Rm m:permerror m:temperror h:none' },
    { helo: 'neutral', cells: 'm:pass m:none m:neutral m:softfail Rm m:permerror m:temperror h:neutral' },
    { helo: 'softfail', cells: 'm:pass m:none m:neutral m:softfail Rm m:permerror m:temperror h:softfail' },
    { helo: 'fail', cells: 'Rh Rh Rh Rh Rm Rh Rh Rh' },
    { helo: 'permerror', cells: 'm:pass m:none m:neutral m:softfail Rm m:permerror m:temperror h:permerror' },
    { helo: 'temperror', cells: 'm:pass m:none m:neutral m:softfail Rm m:permerror m:temperror h:temperror' },
  ] as const)('standard, HELO $helo', ({ helo, cells }) => {
    expect(row(new Desk(), helo)).toBe(cells);
  });

  test.each([
    { helo: 'pass', cells: 'm:pass m:none m:neutral Rm Rm Rm Dm h:pass' },
    { helo: 'none', cells: 'm:pass m:none m:neutral Rm Rm Rm Dm h:none' },
    { helo: 'neutral', cells: 'm:pass m:none m:neutral Rm Rm Rm Dm h:neutral' },
    { helo: 'softfail', cells: 'Rh Rh Rh Rm Rm Rm Rh Rh' }, // reject is stronger than defer
    { helo: 'fail', cells: 'Rh Rh Rh Rm Rm Rm Rh Rh' },
    { helo: 'permerror', cells: 'm:pass m:none m:neutral Rm Rm Rm Dm h:permerror' },
    { helo: 'temperror', cells: 'm:pass m:none m:neutral Rm Rm Rm Dm h:temperror' },
  ] as const)('strict, HELO $helo', ({ helo, cells }) => {
    expect(row(new Desk(undefined, PROFILES.strict), helo)).toBe(cells);
  });

  test.each(SPF_RESULTS)('dmarc, HELO %s', (helo) => {
    expect(row(new Desk(undefined, PROFILES.dmarc), helo)).toBe(`${ACCEPTED} h:${helo}`);
  });

  test('monitor decides what standard would, so that the log can say it', () => {
    expect(PROFILES.monitor.actions).toEqual(PROFILES.standard.actions);
  });

  test('a deferral because of HELO is stronger than an acceptance', () => {
    const { mailFrom, helo } = PROFILES.standard.actions;
    const actions: Actions = { mailFrom, helo: { ...helo, temperror: 'defer' } };
    expect(row(new Desk(undefined, { actions }), 'temperror')).toBe('Dh Dh Dh Dh Rm Dh Dh Dh');
  });

  test('what was found is told of both, whatever is decided', () => {
    const verdict = new Desk().verdict(transaction('fail.helo.example', 'user@none.from.example'));
    expect([verdict.helo?.result, verdict.mailFrom?.result]).toEqual(['fail', 'none']);
  });
});

test.each<{ profile: ProfileName; dryRun: boolean }>([
  { profile: 'standard', dryRun: false },
  { profile: 'dmarc', dryRun: false },
  { profile: 'strict', dryRun: false },
  { profile: 'monitor', dryRun: true },
])('$profile only watches: $dryRun', ({ profile, dryRun }) => {
  const desk = new Desk(undefined, PROFILES[profile]);
  expect(desk.verdict(transaction('pass.helo.example', '')).dryRun).toBe(dryRun);
  expect(desk.verdict(transaction('pass.helo.example', '', { client: null })).dryRun).toBe(dryRun);
});

describe('which checks are made', () => {
  test.each([
    {
      what: 'both identities',
      helo: 'pass.helo.example',
      sender: 'user@pass.from.example',
      asked: ['pass.helo.example TXT', 'pass.from.example TXT'],
    },
    {
      what: 'one for a null sender',
      helo: 'pass.helo.example',
      sender: '',
      asked: ['pass.helo.example TXT'],
    },
    {
      what: 'none for a HELO name that is no full domain name', // RFC 7208 §2.3
      helo: 'localhost',
      sender: 'user@pass.from.example',
      asked: ['pass.from.example TXT'],
    },
    { what: 'none for address literals', helo: '[192.0.2.1]', sender: 'user@[192.0.2.1]', asked: [] },
    { what: 'none without HELO and sender', helo: '', sender: '', asked: [] },
  ])('$what', ({ helo, sender, asked }) => {
    const dns = zone(ZONE);
    new Desk(dns).verdict(transaction(helo, sender));
    expect(dns.asked).toEqual(asked);
  });

  test('both begin at once, and the verdict is the same when answers take their time', async () => {
    const dns = zone(ZONE, { async: true });
    const verdict = new Desk(dns).judge(transaction('softfail.helo.example', 'user@fail.from.example'));
    expect(dns.asked).toEqual(['softfail.helo.example TXT', 'fail.from.example TXT']);
    expect(verdict).toBeInstanceOf(Promise);
    expect(await verdict).toEqual(
      new Desk().verdict(transaction('softfail.helo.example', 'user@fail.from.example')),
    );
  });

  test('one deadline is handed to both', () => {
    const deadlines: number[] = [];
    const dns = zone(ZONE);
    const lookup: Lookup = (name, type, deadline) => {
      deadlines.push(deadline);
      return dns(name, type, deadline);
    };
    new Desk(lookup, { timeMs: 300 }).verdict(transaction('pass.helo.example', 'user@pass.from.example'));
    expect(deadlines).toEqual([5300, 5300]);
  });

  test('limits are handed down', () => {
    const dns = zone({ 'a.example': { TXT: ['v=spf1 a mx -all'], A: ['192.0.2.9'] } });
    const desk = new Desk(dns, { limits: { ...DEFAULT_LIMITS, terms: 1 } });
    expect(brief(desk.verdict(transaction('localhost', 'user@a.example')))).toBe('m:permerror');
  });
});

describe('who is not checked', () => {
  test.each([
    { what: 'unknown', client: 'unknown', why: 'client-unknown' },
    { what: 'IPv4 loopback', client: '127.0.0.1', why: 'loopback' },
    { what: 'all of 127/8', client: '127.255.255.255', why: 'loopback' },
    { what: 'IPv6 loopback', client: '::1', why: 'loopback' },
    { what: 'mapped loopback', client: '::ffff:127.0.0.1', why: 'loopback' },
    { what: '10/8', client: '10.255.0.1', why: 'private-client' },
    { what: '172.16/12', client: '172.31.255.255', why: 'private-client' },
    { what: '192.168/16', client: '192.168.0.1', why: 'private-client' },
    { what: '100.64/10', client: '100.127.255.255', why: 'private-client' },
    { what: '169.254/16', client: '169.254.1.1', why: 'private-client' },
    { what: 'fe80::/10', client: 'febf::1', why: 'private-client' },
    { what: 'fc00::/7', client: 'fdff::1', why: 'private-client' },
    { what: 'mapped 10/8', client: '::ffff:10.0.0.1', why: 'private-client' },
    { what: 'next to 172.16/12', client: '172.32.0.0', why: null },
    { what: 'next to 100.64/10', client: '100.128.0.0', why: null },
    { what: 'next to fe80::/10', client: 'fec0::1', why: null },
    { what: 'documentation', client: '198.51.100.1', why: null },
    { what: 'benchmarks', client: '198.18.0.1', why: null },
    { what: 'documentation, IPv6', client: '2001:db8::1', why: null },
  ])('$what: $why', ({ client, why }) => {
    const dns = zone(ZONE);
    const asked = transaction('fail.helo.example', '', { client: IpAddress.parse(client) });
    const { decision, helo, mailFrom } = new Desk(dns).verdict(asked);
    if (why === null) {
      expect(decision.do).toBe('reject');
    } else {
      expect({ decision, helo, mailFrom }).toEqual({
        decision: { do: 'skip', why },
        helo: null,
        mailFrom: null,
      });
      expect(dns.asked).toEqual([]);
    }
  });

  test('an authenticated client, wherever it is', () => {
    const desk = new Desk();
    for (const client of [CLIENT, '10.0.0.1']) {
      const other = { authenticated: true, client: IpAddress.parse(client) };
      const { decision } = desk.verdict(transaction('fail.helo.example', 'user@fail.from.example', other));
      expect(decision).toEqual({ do: 'skip', why: 'authenticated' });
    }
    expect(desk.events).toEqual([]);
  });

  test('a client with a private address is reported at most once an hour', () => {
    const desk = new Desk();
    const ask = (client: string): void => {
      desk.verdict(transaction('pass.helo.example', '', { client: IpAddress.parse(client) }));
    };
    ask('127.0.0.1');
    expect(desk.events).toEqual([]);
    ask('172.18.0.1');
    desk.now += 3_599_999;
    ask('172.18.0.2');
    expect(desk.events).toEqual([{ kind: 'private-client', client: '172.18.0.1' }]);
    desk.now += 1;
    ask('172.18.0.3');
    expect(desk.events.slice(1)).toEqual([{ kind: 'private-client', client: '172.18.0.3' }]);
  });
});
