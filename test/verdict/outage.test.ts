/** What an outage of the DNS does to mail, and what is said of it. */
import { describe, expect, test } from '@jest/globals';

import type { Lookup } from '../../src/dns/index.js';
import type { Verdict } from '../../src/verdict/index.js';
import { ManualClock } from '../support/manual-clock.js';
import { transactionOf } from '../support/transaction.js';
import { PROFILES, type PolicyLiteral, type SettingsLiteral } from '../support/verdict-settings.js';
import { zone } from '../support/zone.js';
import { Desk } from './desk.js';

const DNS = zone({
  'well.example': { TXT: ['v=spf1 ip4:192.0.2.1 -all'] },
  'fail.example': { TXT: ['v=spf1 -all'] },
  'soft.example': { TXT: ['v=spf1 ~all'] },
  'ill.example': 'servfail',
});

const OUTAGE = { windowMs: 60_000, minChecks: 4, ratio: 0.5 };

/** A judge of profile strict, whom senders are named by their domains. */
class Ward extends Desk {
  constructor(settings: SettingsLiteral = {}, lookup: Lookup = DNS, clock = new ManualClock()) {
    super({ ...PROFILES.strict, outage: OUTAGE, ...settings }, lookup, clock);
  }

  tell(domain: string, helo = 'localhost', authenticated = false): Verdict {
    return this.verdict({ sender: domain === '' ? '' : `user@${domain}`, helo }, { authenticated });
  }

  does(domain: string, helo?: string): string {
    return this.tell(domain, helo).decision.do;
  }

  /** Enough messages to make an outage. */
  fallIll(): this {
    for (let i = 0; i < OUTAGE.minChecks; i++) this.tell('ill.example');
    return this;
  }
}

type Actions = NonNullable<PolicyLiteral['actions']>;

const temperrorIs = (action: 'defer' | 'reject'): Actions => {
  const { helo, mailFrom } = PROFILES.strict.actions;
  return { helo: { ...helo, temperror: action }, mailFrom: { ...mailFrom, temperror: action } };
};

test('profile strict defers for a temperror before an outage and after it, and accepts in it', async () => {
  const desk = new Ward();
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
      actions: {},
      does: 'accept',
      why: `mail-from ${servfail}`,
    },
  ])('$what', ({ sender, helo, actions = PROFILES.strict.actions, does, why }) => {
    const verdict = new Ward({ actions }).fallIll().tell(sender, helo);
    expect({ does: verdict.decision.do, why: verdict.why }).toEqual({ does, why });
  });

  test('the field says what was found', () => {
    const { fields } = new Ward().fallIll().tell('ill.example');
    expect(fields).toEqual([expect.stringMatching(/^Received-SPF: temperror /)]);
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
    const desk = new Ward();
    for (const [sender, helo] of senders) desk.tell(sender, helo);
    expect(desk.events).toEqual(
      began === null ? [] : [{ kind: 'dns-outage-began', ...began, windowMs: 60_000 }],
    );
  });

  test('a client that is not judged does not', () => {
    const desk = new Ward();
    for (let i = 0; i < 100; i++) desk.tell('ill.example', 'ill.example', true);
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
    const desk = new Ward({ timeMs: 100 }, silence, clock);
    const verdicts = Array.from({ length: 4 }, async () =>
      desk.judge.judge(transactionOf({ sender: 'user@well.example', helo: 'localhost' })),
    );
    await clock.advance(100);
    const settled = await Promise.all(verdicts);
    expect(settled.map(({ decision }) => decision.do)).toEqual(['defer', 'defer', 'defer', 'accept']);
    expect(desk.events).toEqual([{ kind: 'dns-outage-began', checks: 4, failed: 4, windowMs: 60_000 }]);
  });
});

describe('reverse names', () => {
  const settings: SettingsLiteral = {
    checks: { helo: false, mailFrom: false },
    iprev: { check: true, actions: { temperror: 'defer' } },
  };

  test('that cannot be asked for make an outage, and stop nothing in one', () => {
    const desk = new Ward(settings, zone({ '1.2.0.192.in-addr.arpa': 'servfail' }));
    const done = Array.from({ length: 5 }, () => desk.tell('well.example'));
    expect(done.map(({ decision }) => decision.do)).toEqual(['defer', 'defer', 'defer', 'accept', 'accept']);
    expect(done[3]?.why).toBe(
      'iprev temperror (DNS failed with SERVFAIL for PTR of 1.2.0.192.in-addr.arpa), ' +
        'a temperror is let pass by dns.outage_guard',
    );
    expect(desk.events).toEqual([{ kind: 'dns-outage-began', checks: 4, failed: 4, windowMs: 60_000 }]);
  });

  test('that our own configuration does not ask for are no outage', () => {
    const desk = new Ward(settings, () => ({ kind: 'void', why: 'not-asked', ttl: 0 }));
    for (let i = 0; i < 100; i++) expect(desk.does('well.example')).toBe('defer');
    expect(desk.events).toEqual([]);
  });
});

test('without a guard nothing is counted, and every temperror is deferred', () => {
  const desk = new Ward({ outage: null });
  expect(Array.from({ length: 100 }, () => desk.does('ill.example'))).toEqual(
    Array.from({ length: 100 }, () => 'defer'),
  );
  expect(desk.events).toEqual([]);
});
