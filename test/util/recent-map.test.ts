import { expect, test } from '@jest/globals';
import fc from 'fast-check';

import { RecentMap } from '../../src/util/index.js';
import { SEED } from '../support/seed.js';

type Step = readonly ['set' | 'get' | 'touch' | 'peek' | 'delete', number];

test('is a map, and knows what was used least recently', () => {
  const step = fc.tuple(fc.constantFrom('set', 'get', 'touch', 'peek', 'delete'), fc.nat(5));
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps: readonly Step[]) => {
      const map = new RecentMap<number, string>();
      let model: (readonly [number, string])[] = []; // the newest last
      for (const [i, [what, key]] of steps.entries()) {
        const known = model.find(([k]) => k === key);
        const others = model.filter(([k]) => k !== key);
        switch (what) {
          case 'set':
            map.set(key, `${i}`);
            model = [...others, [key, `${i}`]];
            break;
          case 'get':
            expect(map.get(key)).toBe(known?.[1]);
            if (known !== undefined) model = [...others, known];
            break;
          case 'touch':
            map.touch(key);
            if (known !== undefined) model = [...others, known];
            break;
          case 'peek':
            expect(map.peek(key)).toBe(known?.[1]);
            break;
          case 'delete':
            map.delete(key);
            model = others;
        }
        expect(map.size).toBe(model.length);
        expect([map.oldest?.key, map.oldest?.value]).toEqual(model[0] ?? [undefined, undefined]);
      }
    }),
    { seed: SEED },
  );
});
