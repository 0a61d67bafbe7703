import { describe, expect, test } from '@jest/globals';

import { queryName, type Answer } from '../../src/dns/index.js';
import { replaceable, type LookupSource } from '../../src/resolver/index.js';

const NOBODY: Answer<never> = { kind: 'failed', why: 'refused' };

/** A source that answers when it is told to, or at once. */
class Source implements LookupSource {
  isClosed = false;
  readonly #waiting: ((answer: Answer<never>) => void)[] = [];
  readonly #isAtOnce: boolean;

  constructor(isAtOnce = false) {
    this.#isAtOnce = isAtOnce;
  }

  readonly lookup = (): Answer<never> | Promise<Answer<never>> =>
    this.#isAtOnce ? NOBODY : new Promise((resolve) => this.#waiting.push(resolve));

  get asked(): number {
    return this.#waiting.length;
  }

  close(): void {
    this.isClosed = true;
  }

  async answer(index: number): Promise<void> {
    this.#waiting[index]?.(NOBODY);
    await new Promise(setImmediate);
  }
}

const ask = (of: LookupSource) => of.lookup(queryName('a.example'), 'TXT', 1000);

describe('a source in the place of another', () => {
  test('is asked from then on, and the one before answers what it was asked', async () => {
    const [first, second] = [new Source(), new Source()];
    const source = replaceable(first);
    const [one, two] = [ask(source), ask(source)];
    source.replace(second);
    void ask(source);
    expect([first.asked, second.asked]).toEqual([2, 1]);
    await first.answer(1);
    expect(await two).toBe(NOBODY);
    expect(first.isClosed).toBe(false);
    await first.answer(0);
    expect(await one).toBe(NOBODY);
    expect(first.isClosed).toBe(true);
    expect(second.isClosed).toBe(false);
  });

  test('where nothing is in flight, the one before is closed at once', () => {
    const [first, second] = [new Source(true), new Source(true)];
    const source = replaceable(first);
    expect(ask(source)).toBe(NOBODY);
    source.replace(second);
    expect([first.isClosed, second.isClosed]).toEqual([true, false]);
    source.close();
    expect(second.isClosed).toBe(true);
  });

  test('answers do not close the one that is asked now', async () => {
    const only = new Source();
    const source = replaceable(only);
    const answer = ask(source);
    await only.answer(0);
    await answer;
    expect(only.isClosed).toBe(false);
  });
});
