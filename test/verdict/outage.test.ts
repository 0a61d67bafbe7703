/** What an outage of the DNS does to mail, and what is said of it. */
import { describe, expect, test } from '@jest/globals';

import type { Lookup } from '../../src/dns/index.js';
import type { Event } from '../../src/events/index.js';
import { IpAddress } from '../../src/net/index.js';
import { splitAddress } from '../../src/smtp/index.js';
import { DEFAULT_LIMITS } from '../../src/spf/index.js';
import { octetsOfText } from '../../src/util/index.js';
import {
  createJudge,
  PROFILES,
  type Actions,
  type Judge,
  type Transaction,
  type Verdict,
  type VerdictSettings,
} from '../../src/verdict/index.js';
import { ManualClock } from '../support/manual-clock.js';
import { zone } from '../support/zone.js';

const DNS = zone({
  'well.example': { TXT: ['v=spf1 ip4:192.0.2.1 -all'] },
  'fail.example': { TXT: ['v=spf1 -all'] },
  'soft.example': { TXT: ['v=spf1 ~all'] },
  'ill.example': 'servfail',
});

const OUTAGE = { windowMs: 60_000, minChecks: 4, ratio: 0.5 };

function transaction(sender: string, helo = 'localhost', authenticated = false): Transaction {
  return {
    client: IpAddress.parse('192.0.2.1'),
    helo: octetsOfText(helo),
    sender: splitAddress(octetsOfText(sender === '' ? '' : `user@${sender}`)),
    authenticated,
  };
}

class Desk {
  readonly events: Event[] = [];
  readonly clock: ManualClock;
  readonly judge: Judge;

  constructor(settings: Partial<VerdictSettings> = {}, lookup: Lookup = DNS, clock = new ManualClock()) {
    this.clock = clock;
    const all: VerdictSettings = {
      ...PROFILES.strict,
      receiver: 'mx.example.net',
      limits: DEFAULT_LIMITS,
      timeMs: 20_000,
      prefetch: false,
      outage: OUTAGE,
      ...settings,
    };
    const report = (event: Event): void => void this.events.push(event);
    this.judge = createJudge(all, { lookup, clock, report });
  }

  /** The verdict, which must come at once. */
  verdict(sender: string, helo?: string, authenticated?: boolean): Verdict {
    const verdict = this.judge(transaction(sender, helo, authenticated));
    if (verdict instanceof Promise) throw new Error('a promise, though every answer is at hand');
    return verdict;
  }

  does(sender: string, helo?: string): string {
    return this.verdict(sender, helo).decision.do;
  }

  /** Enough messages to make an outage. */
  fallIll(): this {
    for (let i = 0; i < OUTAGE.minChecks; i++) this.verdict('ill.example');
    return this;
  }
}

const temperrorIs = (action: 'defer' | 'reject'): Actions => {
  const { helo, mailFrom } = PROFILES.strict.actions;
  return { helo: { ...helo, temperror: action }, mailFrom: { ...mailFrom, temperror: action } };
};

test('profile strict defers for a temperror before an outage and after it, and accepts in it', async () => {
  const desk = new Desk();
  const done = (count: number, sender: string): string[] =>
    Array.from({ length: count }, () => desk.does(sender));
  expect(done(3, 'ill.example')).toEqual(['defer', 'defer', 'defer']);
  await desk.clock.advance(500);
  expect(done(3, 'ill.example')).toEqual(['accept', 'accept', 'accept']); // the one that tells, too
  await desk.clock.advance(59_500);
  expect(done(1, 'well.example')).toEqual(['accept']);
  expect(done(1, 'ill.example')).toEqual(['defer']);
  expect(desk.events).toEqual([
    { kind: 'dns-outage-began', checks: 4, failed: 4, windowMs: 60_000 },
    { kind: 'dns-outage-ended', checks: 1, failed: 0, durationMs: 59_500 },
  ]);
});

describe('in an outage', () => {
  const spared = ', a temperror is let pass by dns.outage_guard';
  const servfail = 'temperror (DNS failed with SERVFAIL for TXT of ill.example)';

  test.each<{ what: string; sender: string; helo?: string; actions?: Actions; does: string; why: string }>([
    {
      what: 'what would be deferred is accepted, and the log says which option did it',
      sender: 'ill.example',
      does: 'accept',
      why: `mail-from ${servfail}${spared}`,
    },
    {
      what: 'what would be rejected, too',
      sender: 'ill.example',
      actions: temperrorIs('reject'),
      does: 'accept',
      why: `mail-from ${servfail}${spared}`,
    },
    {
      what: 'the temperror of HELO is as harmless',
      sender: 'well.example',
      helo: 'ill.example',
      actions: temperrorIs('defer'),
      does: 'accept',
      why: `mail-from pass (ip4:192.0.2.1)${spared}`,
    },
    {
      what: 'and of HELO alone, for a null sender',
      sender: '',
      helo: 'ill.example',
      actions: temperrorIs('defer'),
      does: 'accept',
      why: `helo ${servfail}${spared}`,
    },
    {
      what: 'what the other identity deserves is not spared',
      sender: 'ill.example',
      helo: 'fail.example',
      does: 'reject',
      why: 'helo fail (-all)',
    },
    { what: 'nor a fail', sender: 'fail.example', does: 'reject', why: 'mail-from fail (-all)' },
    { what: 'nor a softfail', sender: 'soft.example', does: 'reject', why: 'mail-from softfail (~all)' },
    {
      what: 'a temperror that stops nothing anyway is not called spared',
      sender: 'ill.example',
      actions: PROFILES.standard.actions,
      does: 'accept',
      why: `mail-from ${servfail}`,
    },
  ])('$what', ({ sender, helo, actions = PROFILES.strict.actions, does, why }) => {
    const verdict = new Desk({ actions }).fallIll().verdict(sender, helo);
    expect({ does: verdict.decision.do, why: verdict.why }).toEqual({ does, why });
  });

  test('the field says what was found', () => {
    const { decision } = new Desk().fallIll().verdict('ill.example');
    expect(decision).toHaveProperty('field', expect.stringMatching(/^Received-SPF: temperror /));
  });
});

describe('what counts', () => {
  test.each<{
    what: string;
    senders: readonly (readonly [sender: string, helo: string])[];
    began: { readonly failed: number; readonly checks: number } | null;
  }>([
    {
      what: 'a message is one check, though both of its names are ill',
      senders: [
        ['ill.example', 'ill.example'],
        ['ill.example', 'ill.example'],
        ['ill.example', 'ill.example'],
      ],
      began: null,
    },
    {
      what: 'a temperror of either name makes it one',
      senders: [
        ['ill.example', 'well.example'],
        ['well.example', 'ill.example'],
        ['well.example', 'well.example'],
        ['well.example', 'well.example'],
      ],
      began: { failed: 2, checks: 4 },
    },
    {
      what: 'the HELO name of a null sender counts',
      senders: [
        ['', 'ill.example'],
        ['', 'ill.example'],
        ['', 'well.example'],
        ['', 'well.example'],
      ],
      began: { failed: 2, checks: 4 },
    },
    {
      what: 'a message without a name to look up says nothing',
      senders: [
        ['ill.example', 'localhost'],
        ['ill.example', 'localhost'],
        ['', 'localhost'],
        ['[192.0.2.1]', '[192.0.2.1]'],
        ['ill.example', 'localhost'],
        ['well.example', 'localhost'],
      ],
      began: { failed: 3, checks: 4 },
    },
    {
      what: 'a fail is an answer',
      senders: [
        ['fail.example', 'localhost'],
        ['soft.example', 'localhost'],
        ['ill.example', 'localhost'],
        ['none.example', 'localhost'],
      ],
      began: null,
    },
  ])('$what', ({ senders, began }) => {
    const desk = new Desk();
    for (const [sender, helo] of senders) desk.verdict(sender, helo);
    expect(desk.events).toEqual(
      began === null ? [] : [{ kind: 'dns-outage-began', ...began, windowMs: 60_000 }],
    );
  });

  test('a client that is not judged does not', () => {
    const desk = new Desk();
    for (let i = 0; i < 100; i++) desk.verdict('ill.example', 'ill.example', true);
    expect(desk.events).toEqual([]);
  });

  test('time that runs out does', async () => {
    const clock = new ManualClock();
    const silence: Lookup = (_name, _type, deadline) =>
      new Promise((resolve) => {
        clock.after(deadline - clock.now(), () => {
          resolve({ kind: 'failed', why: 'timeout' });
        });
      });
    const desk = new Desk({ timeMs: 100 }, silence, clock);
    const verdicts = Array.from({ length: 4 }, async () => desk.judge(transaction('well.example')));
    await clock.advance(100);
    const settled = await Promise.all(verdicts);
    expect(settled.map(({ decision }) => decision.do)).toEqual(['defer', 'defer', 'defer', 'accept']);
    expect(desk.events).toEqual([{ kind: 'dns-outage-began', checks: 4, failed: 4, windowMs: 60_000 }]);
  });
});

test('without a guard nothing is counted, and every temperror is deferred', () => {
  const desk = new Desk({ outage: null });
  expect(Array.from({ length: 100 }, () => desk.does('ill.example'))).toEqual(
    Array.from({ length: 100 }, () => 'defer'),
  );
  expect(desk.events).toEqual([]);
});
