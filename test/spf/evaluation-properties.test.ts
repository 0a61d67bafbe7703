/** What holds of every check, held on generated zones of up to 30 names that refer to each other. */
import { expect, test } from '@jest/globals';
import * as fc from 'fast-check';

import type { Lookup } from '../../src/dns/index.js';
import { checkHost, DEFAULT_LIMITS, type Outcome, type TraceEvent } from '../../src/spf/index.js';
import { SEED } from '../support/seed.js';
import { CLIENTS, zoneLiteral } from '../support/spf-arbitraries.js';
import { argumentsOf, contextOf, type Client } from '../support/spf-client.js';
import { zone, type RecordingLookup, type ZoneLiteral } from '../support/zone.js';

const run = (numRuns: number): fc.Parameters<unknown> => ({ seed: SEED, numRuns });

const client: fc.Arbitrary<Client> = fc.record({
  ip: fc.constantFrom(...CLIENTS),
  sender: fc.constantFrom('user@n0.example', '7@n0.example', '', 'jürgen@n0.example'),
  helo: fc.constant('n0.example'),
});

function checkAtOnce(lookup: Lookup, who: Client, trace?: (event: TraceEvent) => void): Outcome {
  const outcome = checkHost(argumentsOf(who), { ...contextOf(lookup), ...(trace && { trace }) });
  if (outcome instanceof Promise) throw new Error('a promise, though every answer was at hand');
  return outcome;
}

/** Some answers at once, others after some turns: which, the pattern says. */
function mixed(inner: Lookup, pattern: readonly number[]): Lookup {
  let asked = 0;
  return (name, type, deadline) => {
    const answer = inner(name, type, deadline);
    const turns = pattern[asked++ % pattern.length] ?? 0;
    if (turns === 0 || answer instanceof Promise) return answer;
    return (async () => {
      for (let i = 0; i < turns; i++) await Promise.resolve();
      return answer;
    })();
  };
}

const { terms, void: voids, names } = DEFAULT_LIMITS;
const MOST_QUESTIONS = 1 + terms * (1 + names) + 1;

test('no check exceeds a limit, and it comes to the same however its answers come', async () => {
  const results = new Map<string, number>();
  await fc.assert(
    fc.asyncProperty(
      zoneLiteral({ withClientNames: true, withFailures: true }),
      client,
      fc.array(fc.nat({ max: 3 }), { minLength: 1, maxLength: 12 }),
      async (literal, who, pattern) => {
        const dns = zone(literal);
        const events: TraceEvent[] = [];
        const outcome = checkAtOnce(dns, who, (event) => events.push(event));
        results.set(outcome.result, (results.get(outcome.result) ?? 0) + 1);

        expect(dns.asked.length).toBeLessThanOrEqual(MOST_QUESTIONS);
        for (const event of events) {
          if (event.kind !== 'term-done') continue;
          expect(event.terms).toBeLessThanOrEqual(terms + 1); // the one too many is counted and refused
          expect(event.voids).toBeLessThanOrEqual(voids + 1);
        }
        expect(dns.asked.filter((question) => question.endsWith(' PTR')).length).toBeLessThanOrEqual(1);

        expect(await checkHost(argumentsOf(who), contextOf(zone(literal, { async: true })))).toEqual(outcome);
        expect(await checkHost(argumentsOf(who), contextOf(mixed(zone(literal), pattern)))).toEqual(outcome);
      },
    ),
    run(700),
  );
  // The generator reaches everything there is.
  expect([...results.keys()].sort()).toEqual([
    'fail',
    'neutral',
    'none',
    'pass',
    'permerror',
    'softfail',
    'temperror',
  ]);
});

/** The same DNS, but one question of those that were asked fails. */
function failing(literal: ZoneLiteral, asked: readonly string[], index: number): Lookup {
  const broken = asked[index % asked.length];
  const dns: RecordingLookup = zone(literal);
  return (name, type, deadline) =>
    `${name} ${type}` === broken ? { kind: 'failed', why: 'servfail' } : dns(name, type, deadline);
}

// Without `ptr` and %{p}: of these §5.5 and §7.3 say that a failure is no more than "no match", which a
// `-ptr` before `+all` makes a pass by the letter.
test('a failure of the DNS, wherever it strikes, never turns into a pass', () => {
  let spoilt = 0;
  fc.assert(
    fc.property(
      zoneLiteral({ withClientNames: false, withFailures: false }),
      client,
      fc.nat(),
      (literal, who, index) => {
        const dns = zone(literal);
        const whole = checkAtOnce(dns, who);
        if (dns.asked.length === 0) return;
        const broken = checkAtOnce(failing(literal, dns.asked, index), who);
        if (broken.result === 'temperror') spoilt++;
        // Either the failure ends the check, or it struck where it does not matter: a host of mx beside one that
        // matches, or an explanation. Beyond ten hosts it may be the limit that is met instead.
        else if (broken.result !== 'permerror') expect(broken.result).toBe(whole.result);
      },
    ),
    run(1000),
  );
  expect(spoilt).toBeGreaterThan(100);
});

test('a dead DNS is temperror for everybody who has a domain', () => {
  fc.assert(
    fc.property(
      client,
      fc.constantFrom('timeout' as const, 'refused' as const, 'malformed' as const),
      (who, why) => {
        const outcome = checkAtOnce(() => ({ kind: 'failed', why }), who);
        expect(outcome).toMatchObject({ result: 'temperror', cause: { kind: 'lookup', why } });
      },
    ),
    run(50),
  );
});
