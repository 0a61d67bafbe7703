/** Makes inputs: valid ones of a corpus, mutated, cut, repeated to great length, and plain rubbish. */
import type { Random } from './random.js';

/** What the texts that we read are made of, and what they should not be. */
const TOKENS = [
  '%{d}',
  '%{L1r-+}',
  '%{',
  '%',
  '%%',
  'v=spf1 ',
  ' include:',
  ' redirect=',
  ' exp=',
  ' all',
  '/24',
  '//64',
  '::',
  '255',
  '@',
  '"',
  '\\',
  '(',
  ')',
  ';',
  '=',
  '\0',
  '\r\n',
  '\n',
  '\n\n',
  '\t',
  ' ',
  '.',
  '..',
  '-',
  '\xc3\xbc',
  '\xe2\x80\xae',
  '\xff',
  '\x80',
  '\xc0\x0c', // a DNS pointer
  '\xc0\x00',
  '\x3f',
  '\x00\x10\x00\x01',
  '\x7f',
  '__proto__',
  'xn--',
  '99999999999999999999',
].map((token) => Buffer.from(token, 'latin1'));

/** A generated input of at most `longest` octets. */
export function makeInput(random: Random, corpus: readonly Buffer[], longest: number): Buffer {
  if (random.oneIn(20)) return rubbish(random, random.below(Math.min(longest, 300)));
  let bytes = random.pick(corpus);
  for (let edits = random.below(6); edits > 0; edits--) bytes = edit(random, bytes, corpus);
  if (random.oneIn(1000)) bytes = repeated(random, bytes, longest);
  return bytes.length > longest ? bytes.subarray(0, longest) : bytes;
}

function edit(random: Random, bytes: Buffer, corpus: readonly Buffer[]): Buffer {
  const at = random.below(bytes.length + 1);
  const length = random.below(8) === 0 ? random.below(bytes.length + 1) : random.below(8);
  const [before, after] = [bytes.subarray(0, at), bytes.subarray(at)];
  switch (random.below(8)) {
    case 0: // another octet
      return Buffer.concat([before, Buffer.of(random.below(256)), after.subarray(1)]);
    case 1: // one bit
      return Buffer.concat([before, Buffer.of((bytes[at] ?? 0) ^ (1 << random.below(8))), after.subarray(1)]);
    case 2: // something out
      return Buffer.concat([before, after.subarray(length)]);
    case 3: // cut
      return before;
    case 4: // the same once more
      return Buffer.concat([before, after.subarray(0, length), after]);
    case 5: // the end of another one
      return Buffer.concat([before, tail(random, random.pick(corpus))]);
    case 6:
      return Buffer.concat([before, rubbish(random, length), after]);
    default:
      return Buffer.concat([before, random.pick(TOKENS), after]);
  }
}

function tail(random: Random, bytes: Buffer): Buffer {
  return bytes.subarray(random.below(bytes.length + 1));
}

/** A piece of the input, or a token, so often that it gets as long as may be. */
function repeated(random: Random, bytes: Buffer, longest: number): Buffer {
  const at = random.below(bytes.length + 1);
  const piece = random.oneIn(2) ? random.pick(TOKENS) : bytes.subarray(at, at + 1 + random.below(12));
  const room = longest - bytes.length;
  if (piece.length === 0 || room <= 0) return bytes;
  const middle = Buffer.alloc(random.below(room + 1), piece);
  return Buffer.concat([bytes.subarray(0, at), middle, bytes.subarray(at)]);
}

function rubbish(random: Random, length: number): Buffer {
  const bytes = Buffer.allocUnsafe(length);
  for (let i = 0; i < length; i++) bytes[i] = random.below(256);
  return bytes;
}
