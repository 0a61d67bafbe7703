import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';

import { bareOrQuoted, MAX_VALUE_OCTETS, quoted } from '../../src/telemetry/safe-text.js';

describe('bareOrQuoted', () => {
  test.each([
    ['mx.example.com', 'mx.example.com'],
    ['192.0.2.1', '192.0.2.1'],
    ['2001:db8::1', '2001:db8::1'],
    ['unix:/run/spfwarden/policy.sock', 'unix:/run/spfwarden/policy.sock'],
    ['', '""'],
    ['a@example.com', '"a@example.com"'],
    ['two words', '"two words"'],
    ['a=b', '"a=b"'], // would read as a fact of its own
    ['"', '"\\""'],
    ['back\\slash', '"back\\\\slash"'],
    ['line\nbreak\r', '"line\\nbreak\\r"'],
    ['\0\x1b[2J\x7f', '"\\u0000\\u001b[2J\\u007f"'],
    ['\x9b31m', '"\\u009b31m"'], // CSI in one character
    ['\u2028\u2029', '"\\u2028\\u2029"'],
    ['abc\u202egpj', '"abc\\u202egpj"'], // right-to-left override
    ['\u2066\u200f\u061c', '"\\u2066\\u200f\\u061c"'],
    ['grüße@例え.jp', '"grüße@例え.jp"'],
    ['\ud800x', '"\\ud800x"'], // half of a pair
    ['😀', '"😀"'],
  ])('%j is written %s', (value, expected) => {
    expect(bareOrQuoted(value)).toBe(expected);
  });
});

describe('quoted', () => {
  test.each(['plain', 'a"b\\c', '\x00\x1f\x7f\x80\x9f\u2028\u202e', 'ü😀\ud800'])(
    '%j comes back from JSON.parse unchanged',
    (value) => {
      expect(JSON.parse(quoted(value))).toBe(value);
    },
  );

  test.each([
    ['letters', 'x'.repeat(100_000)],
    ['quotes, two octets each', '"'.repeat(MAX_VALUE_OCTETS)],
    ['control characters, six octets each', '\x01'.repeat(MAX_VALUE_OCTETS)],
    ['letters of three octets', '例'.repeat(MAX_VALUE_OCTETS)],
    ['characters of four octets', '😀'.repeat(MAX_VALUE_OCTETS)],
  ])('cuts %s to 1 KiB and stays JSON', (_, value) => {
    const result = quoted(value);
    expect(Buffer.byteLength(result)).toBeLessThanOrEqual(MAX_VALUE_OCTETS + 2);
    expect(Buffer.byteLength(result)).toBeGreaterThan(MAX_VALUE_OCTETS - 10);
    const text = JSON.parse(result) as string;
    expect(text.endsWith('...')).toBe(true);
    expect(value.startsWith(text.slice(0, -3))).toBe(true);
  });

  test('leaves 1 KiB whole', () => {
    expect(quoted('x'.repeat(MAX_VALUE_OCTETS))).toBe(`"${'x'.repeat(MAX_VALUE_OCTETS)}"`);
  });
});

test('any value is one printable word or JSON string, within its bound', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 1200 }), (value) => {
      const safe = bareOrQuoted(value);
      expect(safe).toMatch(/^(?:[\w./:-]+|"(?:[^"\\]|\\.)*")$/u);
      expect(safe).not.toMatch(/[\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\u061c\u200e\u200f]/);
      expect(Buffer.byteLength(safe)).toBeLessThanOrEqual(MAX_VALUE_OCTETS + 2);
    }),
    { seed: 7, numRuns: 150 },
  );
});
