import { expect, test } from '@jest/globals';

import { nearest } from '../../src/config/suggest.js';

const WORDS = ['timeout', 'tries', 'edns', 'tcp', 'max_connections'];

test.each([
  ['timeout', 'timeout'],
  ['TimeOut', 'timeout'],
  ['timeuot', 'timeout'], // two neighbours swapped
  ['timout', 'timeout'],
  ['timeouts', 'timeout'],
  ['tiemuot', 'timeout'],
  ['tmeut', 'timeout'],
  ['time', null],
  ['tpc', 'tcp'],
  ['udp', null], // two changes in three letters are another word
  ['max-connections', 'max_connections'],
  ['', null],
  ['x'.repeat(100_000), null],
])('nearest to %s is %s', (word, expected) => {
  expect(nearest(word, WORDS)).toBe(expected);
});
