import { expect, test } from '@jest/globals';
import fc from 'fast-check';

import { Bag, OUTSIDE, type InBag } from '../../src/util/index.js';
import { SEED } from '../support/seed.js';

class Thing implements InBag {
  slot = OUTSIDE;
}

test('holds what was added and not removed, whatever the order', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(9), { maxLength: 60 }), (picks) => {
      const things = Array.from({ length: 10 }, () => new Thing());
      const bag = new Bag<Thing>();
      const model = new Set<Thing>();
      for (const pick of picks) {
        const thing = things[pick];
        if (thing === undefined) continue;
        if (model.delete(thing)) bag.remove(thing);
        else {
          model.add(thing);
          bag.add(thing);
        }
        expect(bag.all().filter((one) => model.has(one))).toHaveLength(model.size);
        expect(bag.size).toBe(model.size);
        expect(things.filter(({ slot }) => slot !== OUTSIDE)).toHaveLength(model.size);
      }
    }),
    { seed: SEED },
  );
});

test('what is in no bag cannot be taken out', () => {
  const bag = new Bag<Thing>();
  const thing = new Thing();
  bag.add(thing);
  bag.remove(new Thing());
  expect(bag.all()).toEqual([thing]);
  bag.remove(thing);
  bag.remove(thing);
  expect(bag.all()).toEqual([]);
});

test('may change while somebody goes through it', () => {
  const bag = new Bag<Thing>();
  for (let i = 0; i < 5; i++) bag.add(new Thing());
  let seen = 0;
  for (const thing of bag.all()) {
    bag.remove(thing);
    seen++;
  }
  expect([seen, bag.size]).toEqual([5, 0]);
});
