/** Lines of a stream, whose length is bounded. */
import { Readable } from 'node:stream';
import { expect, test } from '@jest/globals';

import { boundedLines } from '../../src/cli/bounded-lines.js';

test.each<{ readonly what: string; readonly chunks: readonly string[]; readonly lines: readonly string[] }>([
  { what: 'nothing', chunks: [], lines: [] },
  { what: 'several in one chunk', chunks: ['a\nb\n\nc'], lines: ['a', 'b', '', 'c'] },
  { what: 'one in several chunks', chunks: ['a', 'b', '\nc', '\n'], lines: ['ab', 'c'] },
  { what: 'one that just fits', chunks: ['abcde\nf'], lines: ['abcde', 'f'] },
  { what: 'one that is too long, in one chunk', chunks: ['abcdefghij\nk\n'], lines: ['abcdef', 'k'] },
  { what: 'one that is too long, in many', chunks: ['abcd', 'efg', 'hij', 'k\nl'], lines: ['abcdef', 'l'] },
  { what: 'a last one that is too long', chunks: ['a\nbcdefgh', 'ij'], lines: ['a', 'bcdefg'] },
])('$what', async ({ chunks, lines }) => {
  const found: string[] = [];
  for await (const line of boundedLines(Readable.from(chunks), 5)) found.push(line);
  expect(found).toEqual(lines);
});
