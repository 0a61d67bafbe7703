import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';

import { Correlation, newMessage, type PolicyRequest } from '../../src/policyd/index.js';
import { RecentMap } from '../../src/util/index.js';
import type { Octets } from '../../src/util/index.js';

const REQUEST: PolicyRequest = {
  stage: 'RCPT',
  clientAddress: '192.0.2.1' as Octets,
  heloName: 'mail.example.org' as Octets,
  sender: 'user@example.org' as Octets,
  recipient: 'one@receiver.example' as Octets,
  queueId: '' as Octets,
  instance: 'i1' as Octets,
  isAuthenticated: false,
  policyContext: '' as Octets,
};

const about = (instance: string): PolicyRequest => ({ ...REQUEST, instance: instance as Octets });

function add(correlation: Correlation<null>, request: PolicyRequest, nowMs = 0): void {
  correlation.add(request, newMessage(request, null, nowMs), nowMs);
}

describe('a message is found again', () => {
  test.each<{ name: string; request: Partial<Record<keyof PolicyRequest, unknown>>; isFound: boolean }>([
    { name: 'by the same request', request: {}, isFound: true },
    { name: 'for another recipient', request: { recipient: 'two@receiver.example' }, isFound: true },
    { name: 'at another stage', request: { stage: 'DATA' }, isFound: true },
    { name: 'in another context', request: { policyContext: 'x' }, isFound: true },
    { name: 'with a queue id', request: { queueId: '4ZxYz' }, isFound: true },
    { name: 'but not for another instance', request: { instance: 'i2' }, isFound: false },
    { name: 'nor another sender', request: { sender: 'other@example.org' }, isFound: false },
    { name: 'nor another client', request: { clientAddress: '192.0.2.2' }, isFound: false },
    { name: 'nor another HELO name', request: { heloName: 'other.example.org' }, isFound: false },
    { name: 'nor after authentication', request: { isAuthenticated: true }, isFound: false },
  ])('$name', ({ request, isFound }) => {
    const correlation = new Correlation<null>();
    add(correlation, REQUEST);
    expect(correlation.find({ ...REQUEST, ...request } as PolicyRequest, 0) !== null).toBe(isFound);
  });

  test('and a mismatch clears it', () => {
    const correlation = new Correlation<null>();
    add(correlation, REQUEST);
    expect(correlation.find({ ...REQUEST, sender: 'x' as Octets }, 0)).toBeNull();
    expect(correlation.find(REQUEST, 0)).toBeNull();
    expect(correlation.size).toBe(0);
  });

  test('never without an instance', () => {
    const correlation = new Correlation<null>();
    add(correlation, about(''));
    expect(correlation.size).toBe(0);
    expect(correlation.find(about(''), 0)).toBeNull();
  });
});

describe('bounds', () => {
  const minutes = 60_000;

  test.each([
    { name: '30 minutes', at: [30 * minutes], isFound: true },
    { name: 'not longer', at: [30 * minutes + 1], isFound: false },
    { name: '30 minutes after the last use', at: [20 * minutes, 40 * minutes, 60 * minutes], isFound: true },
  ])('kept: $name', ({ at, isFound }) => {
    const correlation = new Correlation<null>();
    add(correlation, REQUEST);
    const found = at.map((nowMs) => correlation.find(REQUEST, nowMs) !== null);
    expect(found.at(-1)).toBe(isFound);
  });

  test('what has expired makes room when something new comes', () => {
    const correlation = new Correlation<null>();
    add(correlation, about('a'), 0);
    add(correlation, about('b'), 20 * minutes);
    add(correlation, about('c'), 31 * minutes);
    expect(correlation.size).toBe(2);
  });

  test('10,000 messages: the least recently used goes', () => {
    const correlation = new Correlation<null>();
    for (let i = 0; i < 10_000; i++) add(correlation, about(`i${i}`));
    expect(correlation.find(about('i0'), 0)).not.toBeNull();
    add(correlation, about('new'));
    expect(correlation.size).toBe(10_000);
    expect(correlation.find(about('i0'), 0)).not.toBeNull();
    expect(correlation.find(about('i1'), 0)).toBeNull();
  });

  test('long texts count by their length', () => {
    const correlation = new Correlation<null>({ octets: 100_000 });
    for (let i = 0; i < 100; i++) {
      add(correlation, { ...about(`i${i}`), sender: 's'.repeat(8000) as Octets });
      if (i % 2 === 0) correlation.find(about(`i${i}`), 0); // a mismatch: its octets are given back
    }
    expect(correlation.size).toBe(12);
  });

  test('every conversation has its own number', () => {
    const correlation = new Correlation<null>();
    expect(correlation.conversation()).not.toBe(correlation.conversation());
  });
});

test('the order of use is that of a plain list', () => {
  const key = fc.nat(5);
  const action = fc.tuple(fc.constantFrom('set', 'touch', 'delete', 'peek'), key);
  fc.assert(
    fc.property(fc.array(action, { maxLength: 40 }), (actions) => {
      const map = new RecentMap<number, string>();
      let model: number[] = [];
      for (const [what, at] of actions) {
        const isThere = model.includes(at);
        expect(map.peek(at)).toBe(isThere ? String(at) : undefined);
        if (what === 'set') map.set(at, String(at));
        if (what === 'touch') map.touch(at);
        if (what === 'delete') map.delete(at);
        if (what !== 'peek') model = model.filter((other) => other !== at);
        if (what === 'set' || (what === 'touch' && isThere)) model.push(at);
        expect(map.size).toBe(model.length);
        expect(map.oldest?.key).toBe(model[0]);
      }
      for (const at of model) {
        expect(map.oldest?.key).toBe(at);
        map.delete(at);
      }
      expect(map.oldest).toBeNull();
    }),
    { numRuns: 200 },
  );
});
