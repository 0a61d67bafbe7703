/** What a judge leaves to the one that takes its place. */
import { expect, test } from '@jest/globals';

import type { Event } from '../../src/events/index.js';
import { createJudge, Watch, type Verdict } from '../../src/verdict/index.js';
import { ManualClock } from '../support/manual-clock.js';
import { transactionOf } from '../support/transaction.js';
import { verdictSettings, type SettingsLiteral } from '../support/verdict-settings.js';
import { zone } from '../support/zone.js';

const OUTAGE = { windowMs: 60_000, minChecks: 4, ratio: 0.5 };
const DEFER = { actions: { mailFrom: { temperror: 'defer' } } } as const;

test.each<{ name: string; after: SettingsLiteral; action: Verdict['decision']['do']; kinds: string[] }>([
  {
    name: 'an outage goes on',
    after: { ...DEFER, outage: { ...OUTAGE } },
    action: 'accept',
    kinds: ['dns-outage-began', 'private-client'],
  },
  {
    name: 'under other settings it has to be noticed anew',
    after: { ...DEFER, outage: { ...OUTAGE, minChecks: 100 } },
    action: 'defer',
    kinds: ['dns-outage-began', 'private-client'],
  },
])('$name, and a warning is not repeated', ({ after, action, kinds }) => {
  const events: Event[] = [];
  const clock = new ManualClock();
  const watch = new Watch(clock, (event) => events.push(event));
  const surroundings = { lookup: zone({ 'ill.example': { TXT: 'servfail' } }), clock, watch };
  const ill = transactionOf({ helo: 'localhost', sender: 'a@ill.example' });
  const near = transactionOf({ client: '10.0.0.1' });

  const first = createJudge(verdictSettings({ ...DEFER, outage: OUTAGE }), surroundings);
  for (let i = 0; i < 4; i++) void first.judge(ill);
  void first.judge(near);
  const second = createJudge(verdictSettings(after), surroundings);
  void second.judge(near);
  expect(second.judge(ill)).toMatchObject({ decision: { do: action } });
  expect(events.map(({ kind }) => kind)).toEqual(kinds);
});
