/** The reverse name check (RFC 8601 §3): results, what is asked for them, and how long that may take. */
import { describe, expect, test } from '@jest/globals';

import type { Lookup } from '../../src/dns/index.js';
import {
  checkIprev,
  confirmedNames,
  describeIprev,
  type IprevContext,
  type IprevOutcome,
  type IprevResult,
} from '../../src/iprev/index.js';
import { ManualClock } from '../support/manual-clock.js';
import { zone, type ZoneLiteral } from '../support/zone.js';
import { address, contextOf, delayed } from './scene.js';

const IP4 = '192.0.2.1';
const IP6 = '2001:db8::1';
const REVERSE4 = '1.2.0.192.in-addr.arpa';
const REVERSE6 = `1.${'0.'.repeat(23)}8.b.d.0.1.0.0.2.ip6.arpa`;

interface Row {
  readonly says: string;
  readonly ip?: string;
  readonly zone: ZoneLiteral;
  readonly names?: number;
  readonly result: IprevResult;
  readonly confirmed?: readonly string[];
  /** Some fields of the outcome. */
  readonly outcome?: object;
  readonly words: string;
  readonly asked: readonly string[];
}

const many = (count: number): readonly string[] => Array.from({ length: count }, (_, i) => `h${i}.example`);

const rows: readonly Row[] = [
  {
    says: 'a name that leads back is pass',
    zone: { [REVERSE4]: { PTR: ['mta.example'] }, 'mta.example': { A: ['198.51.100.1', IP4] } },
    result: 'pass',
    confirmed: ['mta.example'],
    words: 'mta.example leads back to it',
    asked: [`${REVERSE4} PTR`, 'mta.example A'],
  },
  {
    says: 'of IPv6 the AAAA records count: a host may have both',
    ip: IP6,
    zone: { [REVERSE6]: { PTR: ['mta.example'] }, 'mta.example': { A: [IP4], AAAA: [IP6] } },
    result: 'pass',
    confirmed: ['mta.example'],
    words: 'mta.example leads back to it',
    asked: [`${REVERSE6} PTR`, 'mta.example AAAA'],
  },
  {
    says: 'an address of the other family is none',
    ip: IP6,
    zone: { [REVERSE6]: { PTR: ['mta.example'] }, 'mta.example': { A: [IP4] } },
    result: 'fail',
    outcome: { names: ['mta.example'] },
    words: 'none of its names leads back to it',
    asked: [`${REVERSE6} PTR`, 'mta.example AAAA'],
  },
  {
    says: 'a mapped address is asked about as IPv4',
    ip: '::ffff:192.0.2.1',
    zone: { [REVERSE4]: { PTR: ['mta.example'] }, 'mta.example': { A: [IP4] } },
    result: 'pass',
    confirmed: ['mta.example'],
    words: 'mta.example leads back to it',
    asked: [`${REVERSE4} PTR`, 'mta.example A'],
  },
  {
    says: 'all names that lead back are named, in the order of the PTR answer',
    zone: {
      [REVERSE4]: { PTR: ['b.example', 'x.example', 'a.example'] },
      'a.example': { A: [IP4] },
      'b.example': { A: [IP4] },
      'x.example': { A: ['198.51.100.1'] },
    },
    result: 'pass',
    confirmed: ['b.example', 'a.example'],
    words: 'b.example leads back to it',
    asked: [`${REVERSE4} PTR`, 'b.example A', 'x.example A', 'a.example A'],
  },
  {
    says: 'aliases are followed on both ways (RFC 2317)',
    zone: {
      [REVERSE4]: { CNAME: '1.0-127.2.0.192.in-addr.arpa' },
      '1.0-127.2.0.192.in-addr.arpa': { PTR: ['www.example'] },
      'www.example': { CNAME: 'host.example' },
      'host.example': { A: [IP4] },
    },
    result: 'pass',
    confirmed: ['www.example'],
    words: 'www.example leads back to it',
    asked: [`${REVERSE4} PTR`, 'www.example A'],
  },
  {
    says: 'no such reverse name is permerror (§3)',
    zone: {},
    result: 'permerror',
    words: 'no reverse name (PTR record)',
    asked: [`${REVERSE4} PTR`],
  },
  {
    says: 'a reverse name without a PTR record is permerror, too',
    zone: { [REVERSE4]: { TXT: ['x'] } },
    result: 'permerror',
    words: 'no reverse name (PTR record)',
    asked: [`${REVERSE4} PTR`],
  },
  {
    says: 'a PTR query that fails is temperror',
    zone: { [REVERSE4]: 'servfail' },
    result: 'temperror',
    outcome: { cause: { kind: 'lookup', name: REVERSE4, type: 'PTR', why: 'servfail' } },
    words: `DNS failed with SERVFAIL for PTR of ${REVERSE4}`,
    asked: [`${REVERSE4} PTR`],
  },
  {
    says: 'a name that does not exist leads nowhere',
    zone: { [REVERSE4]: { PTR: ['gone.example'] } },
    result: 'fail',
    outcome: { names: ['gone.example'] },
    words: 'none of its names leads back to it',
    asked: [`${REVERSE4} PTR`, 'gone.example A'],
  },
  {
    says: 'a forward query that fails is temperror where no other name leads back',
    zone: {
      [REVERSE4]: { PTR: ['a.example', 'b.example', 'c.example'] },
      'a.example': { A: ['198.51.100.1'] },
      'b.example': 'refused',
      'c.example': 'servfail',
    },
    result: 'temperror',
    outcome: { cause: { kind: 'lookup', name: 'b.example', type: 'A', why: 'refused' } },
    words: 'DNS refused to answer for A of b.example',
    asked: [`${REVERSE4} PTR`, 'a.example A', 'b.example A', 'c.example A'],
  },
  {
    says: 'and is passed over where one does',
    zone: {
      [REVERSE4]: { PTR: ['a.example', 'b.example'] },
      'a.example': 'servfail',
      'b.example': { A: [IP4] },
    },
    result: 'pass',
    confirmed: ['b.example'],
    words: 'b.example leads back to it',
    asked: [`${REVERSE4} PTR`, 'a.example A', 'b.example A'],
  },
  {
    says: 'of ten names the tenth counts',
    zone: { [REVERSE4]: { PTR: many(10) }, 'h9.example': { A: [IP4] } },
    result: 'pass',
    confirmed: ['h9.example'],
    words: 'h9.example leads back to it',
    asked: [`${REVERSE4} PTR`, ...many(10).map((name) => `${name} A`)],
  },
  {
    says: 'the eleventh does not, and is not asked for',
    zone: { [REVERSE4]: { PTR: many(11) }, 'h10.example': { A: [IP4] } },
    result: 'fail',
    outcome: { names: many(10) },
    words: 'none of its names leads back to it',
    asked: [`${REVERSE4} PTR`, ...many(10).map((name) => `${name} A`)],
  },
  {
    says: 'the limit is what it is told to be, and names that are none use it up',
    names: 2,
    zone: { [REVERSE4]: { PTR: ['a b.example', 'h.example', 'mta.example'] }, 'mta.example': { A: [IP4] } },
    result: 'fail',
    outcome: { names: ['h.example'] },
    words: 'none of its names leads back to it',
    asked: [`${REVERSE4} PTR`, 'h.example A'],
  },
  {
    says: 'names that no host has are not taken',
    zone: {
      [REVERSE4]: {
        PTR: [
          'a(b.example',
          'a\r\nX-Evil: b.example',
          'j\xc3\xb6.example',
          'a+b.example',
          '*.example',
          'mta',
          '.',
        ],
      },
      'a+b.example': { A: [IP4] },
    },
    result: 'fail',
    outcome: { names: [] },
    words: 'its reverse name (PTR record) is not the name of a host',
    asked: [`${REVERSE4} PTR`],
  },
  {
    says: 'a final dot is no part of a name, and two spellings are one name',
    zone: { [REVERSE4]: { PTR: ['MTA.example.', 'mta.Example'] }, 'mta.example': { A: [IP4] } },
    result: 'pass',
    confirmed: ['MTA.example'],
    words: 'MTA.example leads back to it',
    asked: [`${REVERSE4} PTR`, 'MTA.example A'],
  },
];

describe('checkIprev', () => {
  test.each(rows)('$says', async ({ ip = IP4, names = 10, ...row }) => {
    const atOnce = zone(row.zone);
    const outcome = checkIprev({ ip: address(ip) }, { ...contextOf(atOnce), names });
    if (outcome instanceof Promise) throw new Error('a promise, though every answer was at hand');
    expect(outcome).toMatchObject({ result: row.result, ...row.outcome });
    expect(confirmedNames(outcome)).toEqual(row.confirmed ?? []);
    expect(describeIprev(outcome)).toBe(row.words);
    expect(atOnce.asked).toEqual(row.asked);

    const later = zone(row.zone, { async: true });
    const promised = checkIprev({ ip: address(ip) }, { ...contextOf(later), names });
    expect(promised).toBeInstanceOf(Promise);
    expect(await promised).toEqual(outcome);
    expect(later.asked).toEqual(row.asked);
  });

  test('answers that come partly at once and partly later are put together in order', async () => {
    const names = zone({
      [REVERSE4]: { PTR: ['a.example', 'b.example', 'c.example'] },
      'a.example': { A: [IP4] },
      'b.example': { A: [IP4] },
      'c.example': { A: [IP4] },
    });
    const lookup: Lookup = (name, type, deadline) => {
      const answer = names(name, type, deadline);
      return name === 'b.example' ? Promise.resolve(answer) : answer;
    };
    const outcome = checkIprev({ ip: address(IP4) }, { ...contextOf(lookup), names: 10 });
    expect(outcome).toBeInstanceOf(Promise);
    expect(confirmedNames(await outcome)).toEqual(['a.example', 'b.example', 'c.example']);
  });

  test('addresses that our own configuration does not ask for are nobody’s fault', () => {
    const names = zone({ [REVERSE6]: { PTR: ['mta.example'] } });
    const lookup: Lookup = (name, type, deadline) =>
      type === 'AAAA' ? { kind: 'void', why: 'not-asked', ttl: 60 } : names(name, type, deadline);
    const outcome = checkIprev({ ip: address(IP6) }, { ...contextOf(lookup), names: 10 });
    expect(outcome).toEqual({ result: 'temperror', cause: { kind: 'not-asked' } });
    expect(describeIprev(outcome as IprevOutcome)).toBe('addresses of its kind are not looked up here');
  });
});

describe('time', () => {
  const literal: ZoneLiteral = {
    [REVERSE4]: { PTR: ['a.example', 'b.example', 'c.example'] },
    'a.example': { A: [IP4] },
    'c.example': { A: [IP4] },
  };
  const DEADLINE = 20_000;

  async function checkSlowly(
    delayMs: (name: string) => number,
  ): Promise<{ outcome: IprevOutcome; endedAfter: number; asked: readonly string[] }> {
    const clock = new ManualClock(1_000_000);
    const started = clock.now();
    const dns = zone(literal);
    const context: IprevContext = {
      lookup: delayed(dns, clock, delayMs),
      clock,
      deadline: started + DEADLINE,
      names: 10,
    };
    let endedAfter = NaN;
    const pending = Promise.resolve(checkIprev({ ip: address(IP4) }, context)).then((outcome) => {
      endedAfter = clock.now() - started;
      return outcome;
    });
    await clock.advance(60_000);
    return { outcome: await pending, endedAfter, asked: dns.asked };
  }

  const all = [`${REVERSE4} PTR`, 'a.example A', 'b.example A', 'c.example A'];

  test.each([
    {
      says: 'the names are asked for at the same time',
      delayMs: () => 1_000,
      outcome: { result: 'pass', names: ['a.example', 'c.example'] },
      endsAfter: 2_000,
      asked: all,
    },
    {
      says: 'who answers first does not matter',
      delayMs: (name: string) => (name === 'a.example' ? 9_000 : 1_000),
      outcome: { result: 'pass', names: ['a.example', 'c.example'] },
      endsAfter: 10_000,
      asked: all,
    },
    {
      says: 'a PTR query that ends with the deadline is temperror',
      delayMs: () => 30_000,
      outcome: { result: 'temperror', cause: { kind: 'deadline' } },
      endsAfter: DEADLINE,
      asked: [`${REVERSE4} PTR`],
    },
    {
      says: 'so are forward queries',
      delayMs: (name: string) => (name === REVERSE4 ? 1_000 : 30_000),
      outcome: { result: 'temperror', cause: { kind: 'deadline' } },
      endsAfter: DEADLINE,
      asked: all,
    },
    {
      says: 'a name that was confirmed by then is a pass',
      delayMs: (name: string) => (name === 'a.example' ? 30_000 : 1_000),
      outcome: { result: 'pass', names: ['c.example'] },
      endsAfter: DEADLINE,
      asked: all,
    },
    {
      says: 'nothing is asked once the deadline has come',
      delayMs: () => DEADLINE,
      outcome: { result: 'temperror', cause: { kind: 'deadline' } },
      endsAfter: DEADLINE,
      asked: [`${REVERSE4} PTR`],
    },
  ])('$says', async ({ delayMs, outcome, endsAfter, asked }) => {
    const run = await checkSlowly(delayMs);
    expect(run).toEqual({ outcome, endedAfter: endsAfter, asked });
    if (outcome.result === 'temperror') expect(describeIprev(run.outcome)).toBe('DNS took too long');
  });

  test('a time-out before the deadline is a failed lookup', () => {
    const dns = zone({ [REVERSE4]: 'timeout' });
    expect(checkIprev({ ip: address(IP4) }, { ...contextOf(dns), names: 10 })).toEqual({
      result: 'temperror',
      cause: { kind: 'lookup', name: REVERSE4, type: 'PTR', why: 'timeout' },
    });
  });
});
