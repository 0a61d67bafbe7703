/** Text from outside, octet for octet. */
import { describe, expect, test } from '@jest/globals';

import { octets, octetsOfText, textOf, type Octets } from '../../src/util/index.js';

describe('octets', () => {
  test.each([
    ['plain', 'plain', 'plain'],
    ['', '', ''],
    ['bücher', 'b\xc3\xbccher', 'bücher'],
    ['\u{1f4ec}', '\xf0\x9f\x93\xac', '\u{1f4ec}'],
    ['\ud800', '\xef\xbf\xbd', '\ufffd'], // a lone surrogate is no character
  ])('the UTF-8 of %j and back', (text, expected, back) => {
    const value = octetsOfText(text);
    expect(value).toBe(expected);
    expect(textOf(value)).toBe(back);
  });

  test('octets that are not UTF-8 are shown as U+FFFD', () => {
    expect(textOf('a\xff\xfcb' as Octets)).toBe('a\ufffd\ufffdb');
  });

  test('of a chunk, and of a part of one, every octet is one character', () => {
    const bytes = Uint8Array.from({ length: 258 }, (_, i) => i);
    const part = bytes.subarray(1, 257);
    expect(octets(part)).toHaveLength(256);
    expect(octets(part, 199, 201)).toBe('\xc8\xc9');
    expect(octets(Buffer.from('abc'), 1)).toBe('bc');
  });
});
