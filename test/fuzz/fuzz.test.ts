/** The short form of `npm run fuzz`: 200,000 generated inputs over all targets, the same ones each time. */
import { describe, expect, test } from '@jest/globals';

import { SEED } from '../support/seed.js';
import { drive, runOne } from './drive.js';
import { REGRESSIONS } from './regressions.js';
import { loadTargets, LONGEST } from './target.js';

const targets = await loadTargets();
/** 200,000 of the kinds that come from anybody and are read for every message; the other targets are made of
 *  these, or read what administrators write. */
const INPUTS: ReadonlyMap<string, number> = new Map([
  ['dns-message', 120_000],
  ['record', 45_000],
  ['macro-string', 20_000],
  ['domain-name', 15_000],
]);
const OTHERS = 1_500;
/** Generous: other programs may run as well. */
const TEST_MS = 60_000;

test.each(targets)(
  '$name: nothing is thrown, and everything holds',
  async (target) => {
    const inputs = INPUTS.get(target.name) ?? OTHERS;
    expect(await drive(target, SEED, { goOn: (done) => done < inputs })).toBe(inputs);
  },
  TEST_MS,
);

describe('in time proportional to length', () => {
  // What makes readers slow that look at the same octets again and again. One that needs the square of their
  // number takes half a minute for 64 KiB; a few milliseconds each is what they should take.
  const worst = [
    `${'-'.repeat(65_000)}x`,
    'a.'.repeat(32_000),
    '%{'.repeat(32_000),
    '%{d}'.repeat(16_000),
    `v=spf1 ${'a/'.repeat(32_000)}`,
    `v=spf1 a:${'a/1'.repeat(21_000)}`,
    `v=spf1 ${'a '.repeat(32_000)}`,
    `v=spf1 x=${'%%'.repeat(32_000)}`,
    `v=spf1 exists:%{l${'1'.repeat(64_000)}r}`,
    `v=spf1 ip6:${':'.repeat(64_000)}`,
    `v=spf1 ip4:${'1.'.repeat(32_000)}`,
    `a T v=spf1 exists:${'%{s}'.repeat(9_000)}.%{d} exp=e.x -all\nl ${'a.'.repeat(9_000)}@a.x`,
    `a T v=spf1 ${'exists:%{l}.x '.repeat(2_000)}\nl ${'a.'.repeat(16_000)}@a.x`,
    '@'.repeat(64_000),
    '"\\'.repeat(32_000),
    '(('.repeat(32_000),
    '\xc3\xbc.'.repeat(21_000),
    '\r\n'.repeat(32_000),
    ' '.repeat(65_000),
    '\xc0\x0c'.repeat(32_000),
  ].map((text) => Buffer.from(text, 'latin1').subarray(0, LONGEST));

  test.each(targets)(
    '$name: 64 KiB of the worst',
    async (target) => {
      const started = process.cpuUsage();
      for (const input of worst) await runOne(target, input.subarray(0, target.longest ?? LONGEST));
      const { user, system } = process.cpuUsage(started); // not the clock's time: other programs run as well
      expect((user + system) / 1000).toBeLessThan(5_000);
    },
    TEST_MS,
  );
});

test('what was found once stays mended', async () => {
  for (const { target: name, base64 } of REGRESSIONS) {
    for (const target of await loadTargets(name)) await runOne(target, Buffer.from(base64, 'base64'));
  }
});
