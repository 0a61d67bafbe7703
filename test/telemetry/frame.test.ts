import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';

import type { Entry } from '../../src/telemetry/entry.js';
import { entriesOf } from '../../src/telemetry/entry.js';
import { FACILITY_CODE, type Facility } from '../../src/telemetry/facility.js';
import { formatJson, formatText, type Format } from '../../src/telemetry/format.js';
import {
  bareFrame,
  countedFrame,
  datagramFrame,
  fileFrame,
  prefixedFrame,
  type Line,
  type Origin,
} from '../../src/telemetry/frame.js';
import type { Octets } from '../../src/util/index.js';
import { SEED } from '../support/seed.js';
import { SETTINGS } from './memory.js';

const ORIGIN: Origin = { facility: 'mail', tag: 'spfwarden', hostname: 'mx.example', pid: 42 };
const WALL_MS = Date.UTC(2026, 0, 2, 3, 4, 5, 6);

function line(entry: Entry, format: Format = formatText): Line {
  return { entry, wallMs: WALL_MS, format, text: format(entry, WALL_MS) };
}

const STOPPED: Entry = {
  level: 'notice',
  event: 'stopped',
  id: null,
  words: 'stopped',
  action: null,
  facts: [['why', 'größer']],
};

describe('a line', () => {
  test.each([
    ['bare', bareFrame, 'stopped why="größer"\n'],
    ['with its severity', prefixedFrame, '<5>stopped why="größer"\n'],
    ['in a file', fileFrame, '2026-01-02T03:04:05.006Z mx.example spfwarden[42]: stopped why="größer"\n'],
    [
      'as a datagram',
      datagramFrame,
      '<21>1 2026-01-02T03:04:05.006Z mx.example spfwarden 42 stopped - stopped why="größer"',
    ],
    [
      'counted in octets',
      countedFrame,
      '87 <21>1 2026-01-02T03:04:05.006Z mx.example spfwarden 42 stopped - stopped why="größer"',
    ],
  ])('%s', (_, frame, expected) => {
    expect(frame(line(STOPPED), ORIGIN)).toBe(expected);
  });

  test('has its own time, not that of the line before it', () => {
    const starts = [WALL_MS, WALL_MS, WALL_MS + 1, WALL_MS].map((wallMs) =>
      fileFrame({ ...line(STOPPED), wallMs }, ORIGIN).slice(0, '2026-01-02T03:04:05.006Z'.length),
    );
    expect(starts).toStrictEqual([
      '2026-01-02T03:04:05.006Z',
      '2026-01-02T03:04:05.006Z',
      '2026-01-02T03:04:05.007Z',
      '2026-01-02T03:04:05.006Z',
    ]);
  });

  test('of JSON in a file is an object and nothing else', () => {
    const text = fileFrame(line(STOPPED, formatJson), ORIGIN);
    expect(JSON.parse(text)).toMatchObject({ time: '2026-01-02T03:04:05.006Z', why: 'größer' });
  });

  test.each([
    ['kern', 'error', 3],
    ['user', 'error', 11],
    ['mail', 'debug', 23],
    ['authpriv', 'warning', 84],
    ['local7', 'info', 190],
  ] as const)('of facility %s and level %s has the priority %d', (facility, level, priority) => {
    const text = datagramFrame(line({ ...STOPPED, level }), { ...ORIGIN, facility });
    expect(text.slice(0, text.indexOf('>') + 1)).toBe(`<${priority}>`);
  });
});

test('there are 20 facilities, each with a code of its own', () => {
  const codes = Object.values(FACILITY_CODE);
  expect(new Set(codes).size).toBe(20);
  expect(Math.max(...codes)).toBe(23);
});

test.each([
  [datagramFrame, formatText, 2048],
  [datagramFrame, formatJson, 2048],
  [countedFrame, formatText, 8192 + 5],
  [countedFrame, formatJson, 8192 + 5],
])('%p of %p fits, and the action is in it, whatever a client writes', (frame, format, limit) => {
  const wild = fc.oneof(
    fc.string({ maxLength: 3000 }),
    fc.string({ unit: 'binary', maxLength: 2000 }),
    fc.constantFrom('\x01'.repeat(3000), '"'.repeat(3000), '\xc3\xbc'.repeat(1500), 'x'.repeat(3000)),
  );
  const octetText = wild.map((text) => Buffer.from(text, 'utf8').toString('latin1') as Octets);
  const event = fc.record({
    kind: fc.constant('message-judged' as const),
    frontend: fc.constantFrom('policy' as const, 'milter' as const),
    queueId: octetText,
    instance: octetText,
    client: octetText,
    helo: octetText,
    sender: octetText,
    recipient: octetText,
    heloResult: fc.constant('permerror' as const),
    mailFromResult: fc.constant('temperror' as const),
    iprevResult: fc.constant('permerror' as const),
    action: fc.constant('restrict' as const),
    rule: wild,
    level: fc.constant(null),
    why: wild,
    dryRun: fc.constant(true),
    durationMs: fc.constant(123456.7),
  });
  const facilities = Object.keys(FACILITY_CODE) as Facility[];
  fc.assert(
    fc.property(event, fc.constantFrom(...facilities), (judged, facility) => {
      const [entry = STOPPED] = entriesOf(judged, { ...SETTINGS, recipients: 'full' });
      const origin = { facility, tag: 't'.repeat(32), hostname: 'h'.repeat(255), pid: 4_194_304 };
      const text = frame(line(entry, format), origin);
      expect(Buffer.byteLength(text)).toBeLessThanOrEqual(limit);
      expect(text).not.toMatch(/[\x00-\x1f\x7f-\x9f]/);
      const message = text.slice(text.indexOf(' - ') + 3);
      expect(message).toContain('spf restrict');
      if (format === formatJson) {
        expect(JSON.parse(message)).toMatchObject({ action: 'restrict', dry_run: true, iprev: 'permerror' });
      } else {
        expect(message.endsWith(' iprev=permerror')).toBe(true);
      }
      if (frame === countedFrame) {
        const space = text.indexOf(' ');
        expect(Number(text.slice(0, space))).toBe(Buffer.byteLength(text.slice(space + 1)));
      }
    }),
    { seed: SEED, numRuns: 150 },
  );
});
