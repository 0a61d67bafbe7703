/** When an outage of the DNS begins and ends. */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';

import { OutageGuard, type OutageSettings } from '../../src/verdict/outage-guard.js';

const SETTINGS: OutageSettings = { windowMs: 60_000, minChecks: 20, ratio: 0.5 };

/** At a time in seconds: so many checks that ended well, then so many temperrors. */
type Step = readonly [seconds: number, well: number, temperrors: number];

/** What is told, in order: `began 10/20`, `ended 1/20 after 9 s`. */
function told(steps: readonly Step[], settings = SETTINGS): string[] {
  const guard = new OutageGuard(settings);
  const changes: string[] = [];
  const record = (isTemperror: boolean, seconds: number): void => {
    const change = guard.record(isTemperror, seconds * 1000);
    if (change === null) return;
    const after = change.kind === 'ended' ? ` after ${change.durationMs / 1000} s` : '';
    changes.push(`${change.kind} ${change.failed}/${change.checks}${after}`);
    expect(guard.isOutage).toBe(change.kind === 'began');
  };
  for (const [seconds, well, temperrors] of steps) {
    for (let i = 0; i < well; i++) record(false, seconds);
    for (let i = 0; i < temperrors; i++) record(true, seconds);
  }
  return changes;
}

describe('it begins', () => {
  test.each<{ what: string; steps: readonly Step[]; tells: readonly string[] }>([
    { what: 'never without temperrors', steps: [[0, 1000, 0]], tells: [] },
    { what: 'not with fewer checks than can tell', steps: [[0, 0, 19]], tells: [] },
    { what: 'with the twentieth of them', steps: [[0, 0, 20]], tells: ['began 20/20'] },
    { what: 'at the ratio', steps: [[0, 10, 10]], tells: ['began 10/20'] },
    { what: 'not below it', steps: [[0, 11, 10]], tells: [] },
    {
      what: 'whenever it is reached',
      steps: [
        [0, 30, 10],
        [3, 0, 30],
      ],
      tells: ['began 30/60'],
    },
    {
      what: 'though the temperrors came first',
      steps: [
        [0, 0, 10],
        [1, 10, 0],
      ],
      tells: ['began 10/20'],
    },
    {
      what: 'with checks of one window',
      steps: [
        [0, 0, 10],
        [59, 0, 10],
      ],
      tells: ['began 20/20'],
    },
    {
      what: 'not with checks that have left the window',
      steps: [
        [0, 0, 10],
        [60, 0, 10],
      ],
      tells: [],
    },
    {
      what: 'when those that went well have left it',
      steps: [
        [0, 100, 0],
        [30, 0, 20],
        [60, 0, 1],
      ],
      tells: ['began 21/21'],
    },
    {
      what: 'once, and one warning is all there is',
      steps: [
        [0, 0, 500],
        [30, 0, 500],
        [400, 0, 500],
      ],
      tells: ['began 20/20'],
    },
  ])('$what', ({ steps, tells }) => {
    expect(told(steps)).toEqual(tells);
  });

  test.each<{ what: string; settings: Partial<OutageSettings>; step: Step; tells: readonly string[] }>([
    { what: 'minChecks 1', settings: { minChecks: 1 }, step: [0, 0, 1], tells: ['began 1/1'] },
    { what: 'ratio 1', settings: { ratio: 1 }, step: [0, 1, 500], tells: [] },
    { what: 'ratio 1, all of them', settings: { ratio: 1 }, step: [0, 0, 20], tells: ['began 20/20'] },
    { what: 'ratio 0.07', settings: { ratio: 0.07 }, step: [0, 93, 7], tells: ['began 7/100'] },
    { what: 'ratio 0.07, below', settings: { ratio: 0.07 }, step: [0, 94, 7], tells: [] },
  ])('as it is told: $what', ({ settings, step, tells }) => {
    expect(told([step], { ...SETTINGS, ...settings })).toEqual(tells);
  });
});

describe('it ends', () => {
  const BEGUN: Step = [0, 0, 20];

  test.each<{ what: string; steps: readonly Step[]; tells: readonly string[] }>([
    { what: 'not at half of the ratio', steps: [[1, 60, 0]], tells: [] },
    { what: 'below it', steps: [[1, 61, 0]], tells: ['ended 20/81 after 1 s'] },
    { what: 'once', steps: [[9, 6000, 0]], tells: ['ended 20/81 after 9 s'] },
    {
      what: 'when the temperrors have left the window',
      steps: [
        [30, 19, 0],
        [60, 1, 0],
      ],
      tells: ['ended 0/20 after 60 s'],
    },
    {
      what: 'also with too few checks to speak of shares, if none of a whole window was a temperror',
      steps: [
        [59, 3, 1],
        [100, 3, 0],
        [114.9, 1, 0],
        [115, 1, 0],
      ],
      tells: ['ended 0/5 after 115 s'],
    },
    { what: 'not by silence', steps: [[86_400, 0, 1]], tells: [] },
    {
      what: 'with the first check after silence that goes well',
      steps: [[86_400, 1, 0]],
      tells: ['ended 0/1 after 86400 s'],
    },
    {
      what: 'and can begin again, as it began',
      steps: [
        [70, 1, 0],
        [71, 0, 18],
        [72, 0, 1],
      ],
      tells: ['ended 0/1 after 70 s', 'began 19/20'],
    },
  ])('$what', ({ steps, tells }) => {
    expect(told([BEGUN, ...steps])).toEqual(['began 20/20', ...tells]);
  });

  test('and does not flap where the share swings about the ratio', () => {
    const swings = Array.from({ length: 100 }, (_, i): Step => [i * 30, i % 2 === 0 ? 60 : 140, 100]);
    expect(told(swings)).toEqual(['began 60/120']);
  });
});

/** The same rules over a list of everything that ever was. */
function plainly(steps: readonly (readonly [ms: number, isTemperror: boolean])[]): string[] {
  const { windowMs, minChecks, ratio } = SETTINGS;
  const stretchOf = (ms: number): number => Math.floor(ms / (windowMs / 12));
  let isOutage = false;
  return steps.map(([now], last) => {
    const inside = steps.slice(0, last + 1).filter(([ms]) => stretchOf(ms) > stretchOf(now) - 12);
    const failed = inside.filter(([, isTemperror]) => isTemperror).length;
    const share = failed / inside.length;
    const isFew = inside.length < minChecks;
    isOutage = isOutage ? !(isFew ? failed === 0 : share < ratio / 2) : !isFew && share >= ratio;
    return `${isOutage ? 'outage' : 'well'} ${failed}/${inside.length}`;
  });
}

test('is what the same rules say of a list of everything that ever was', () => {
  const pause = fc.oneof(
    { weight: 20, arbitrary: fc.integer({ min: 0, max: 6000 }) },
    fc.integer({ min: 0, max: 1_000_000 }),
  );
  const phase = fc.record({
    share: fc.constantFrom(0, 0.2, 0.5, 1),
    checks: fc.integer({ min: 1, max: 40 }),
  });
  fc.assert(
    fc.property(
      fc.array(phase, { maxLength: 8 }),
      fc.array(pause, { minLength: 320, maxLength: 320 }),
      (phases, pauses) => {
        let now = 12_345.678;
        const isTemperror = phases.flatMap(({ share, checks }) =>
          Array.from({ length: checks }, (_, i) => Math.floor((i + 1) * share) > Math.floor(i * share)),
        );
        const steps = isTemperror.map((is, i) => [(now += (pauses[i] ?? 0) / 4), is] as const);
        const guard = new OutageGuard(SETTINGS);
        const expected = plainly(steps);
        for (const [i, [ms, is]] of steps.entries()) {
          const change = guard.record(is, ms);
          const state = guard.isOutage ? 'outage' : 'well';
          expect(expected[i]?.split(' ')[0]).toBe(state);
          if (change !== null) expect(expected[i]).toBe(`${state} ${change.failed}/${change.checks}`);
        }
      },
    ),
    { numRuns: 300 },
  );
});

test('a million checks leave nothing behind', () => {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  const guard = new OutageGuard(SETTINGS);
  const used = (): number => {
    collect();
    return process.memoryUsage().heapUsed;
  };
  const before = used();
  for (let i = 0; i < 1_000_000; i++) guard.record(i % 2 === 0, i * 3);
  expect(used() - before).toBeLessThan(1 << 20);
  expect(guard.isOutage).toBe(true);
});
