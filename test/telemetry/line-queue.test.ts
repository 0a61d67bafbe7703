import { describe, expect, test } from '@jest/globals';

import { LineQueue, type QueueLimits } from '../../src/telemetry/line-queue.js';
import type { LineWriter, WriteFailure } from '../../src/telemetry/line-writer.js';

const LIMITS: QueueLimits = { lines: 4, characters: 40, gatherMs: 1, retryMs: 1, maxRetryMs: 1 };

/** A writer that answers when it is told to. */
class SlowWriter implements LineWriter {
  readonly batches: string[] = [];
  isClosed = false;
  reopened = 0;
  #done: ((failure: WriteFailure | null) => void) | null = null;

  write(lines: readonly string[], done: (failure: WriteFailure | null) => void): void {
    if (this.#done !== null) throw new Error('two writes at a time');
    this.batches.push(lines.join(''));
    this.#done = done;
  }

  /** All is written, or so many are lost and so many, the last of them, are not written. */
  answer(failure: Omit<WriteFailure, 'why'> | null): void {
    const done = this.#done;
    this.#done = null;
    done?.(failure === null ? null : { why: 'ill', ...failure });
  }

  reopen(failed: (why: string) => void): void {
    if (this.#done !== null) throw new Error('reopened while writing');
    this.reopened++;
    failed('cannot be reopened');
  }

  close(): void {
    this.isClosed = true;
  }
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
/** Lines that wait for others have been written after it. */
const gathered = (): Promise<void> => pause(5);

function queue(limits = LIMITS): { writer: SlowWriter; lines: LineQueue; troubles: string[] } {
  const writer = new SlowWriter();
  const troubles: string[] = [];
  const news = {
    lossLine: (lost: number) => `lost ${lost}\n`,
    failed: (why: string): void => {
      troubles.push(why);
    },
  };
  return { writer, lines: new LineQueue(writer, news, limits), troubles };
}

describe('LineQueue', () => {
  test('writes the lines of some milliseconds at once', async () => {
    const { writer, lines } = queue({ ...LIMITS, gatherMs: 30 });
    lines.push('a\n');
    await gathered();
    lines.push('b\n');
    expect(writer.batches).toStrictEqual([]);
    await pause(40);
    expect(writer.batches).toStrictEqual(['a\nb\n']);
  });

  test('has one write at a time and collects meanwhile', async () => {
    const { writer, lines } = queue();
    lines.push('a\n');
    await gathered();
    lines.push('b\n');
    await gathered();
    lines.push('c\n');
    await gathered();
    expect(writer.batches).toStrictEqual(['a\n']);
    writer.answer(null);
    await gathered();
    expect(writer.batches).toStrictEqual(['a\n', 'b\nc\n']);
  });

  test.each([
    ['more than 4 lines', ['a\n', 'b\n', 'c\n', 'd\n', 'e\n', 'f\n'], 'a\nb\nc\nd\n', 2],
    [
      'more than 40 characters',
      [`${'x'.repeat(30)}\n`, `${'y'.repeat(30)}\n`, 'z\n'],
      `${'x'.repeat(30)}\nz\n`,
      1,
    ],
  ])('drops %s, and says so when it writes again', async (_, pushed, kept, lost) => {
    const { writer, lines } = queue();
    for (const line of pushed) lines.push(line);
    await gathered();
    writer.answer(null);
    await gathered();
    expect(writer.batches).toStrictEqual([kept, `lost ${lost}\n`]);
  });

  test('counts what is being written against the limits', async () => {
    const { writer, lines } = queue();
    for (const line of ['a\n', 'b\n', 'c\n']) lines.push(line);
    await gathered();
    for (const line of ['d\n', 'e\n', 'f\n']) lines.push(line);
    writer.answer(null);
    await gathered();
    expect(writer.batches).toStrictEqual(['a\nb\nc\n', 'd\nlost 2\n']);
  });

  test('tries again after a failure and counts the lines that failed', async () => {
    const { writer, lines } = queue({ ...LIMITS, retryMs: 15, maxRetryMs: 15 });
    lines.push('a\n');
    lines.push('b\n');
    await gathered();
    writer.answer({ lost: 2, unwritten: 0 });
    lines.push('c\n');
    await gathered();
    expect(writer.batches).toStrictEqual(['a\nb\n']); // not at once
    await pause(20);
    expect(writer.batches).toStrictEqual(['a\nb\n', 'c\n']);
    writer.answer(null);
    await gathered();
    expect(writer.batches).toStrictEqual(['a\nb\n', 'c\n', 'lost 2\n']);
    writer.answer(null);
    lines.push('d\n');
    await gathered();
    expect(writer.batches.at(-1)).toBe('d\n'); // told once
  });

  test('tries again what is not written, in its order, before what came meanwhile', async () => {
    const { writer, lines } = queue();
    for (const line of ['a\n', 'b\n', 'c\n']) lines.push(line);
    await gathered();
    writer.answer({ lost: 1, unwritten: 1 });
    lines.push('d\n');
    await pause(20);
    expect(writer.batches.at(-1)).toBe('c\nd\n');
    writer.answer(null);
    await gathered();
    expect(writer.batches.at(-1)).toBe('lost 1\n');
  });

  test('what waits for another try counts against the limits', async () => {
    const { writer, lines } = queue();
    for (const line of ['a\n', 'b\n', 'c\n', 'd\n']) lines.push(line);
    for (let i = 0; i < 3; i++) {
      await pause(10);
      writer.answer({ lost: 0, unwritten: 4 });
      lines.push('e\n');
    }
    await pause(10);
    writer.answer(null);
    await gathered();
    expect(writer.batches.slice(-2)).toStrictEqual(['a\nb\nc\nd\n', 'lost 3\n']);
    writer.answer(null);
    for (const line of ['a\n', 'b\n', 'c\n', 'd\n']) lines.push(line);
    await gathered();
    expect(writer.batches.at(-1)).toBe('a\nb\nc\nd\n'); // there is room for all again
  });

  test('waits longer after each failure, until something is written', async () => {
    const { writer, lines } = queue({ ...LIMITS, retryMs: 1, maxRetryMs: 60_000 });
    lines.push('a\n');
    let tries = 0;
    for (let i = 0; i < 30; i++) {
      await pause(10);
      if (writer.batches.length === tries) continue;
      tries = writer.batches.length;
      writer.answer({ lost: 0, unwritten: 1 });
    }
    expect(tries).toBeGreaterThan(3);
    expect(tries).toBeLessThan(12); // 1, 2, 4 ... 256 ms
  });

  test('tells the first of several failures, and of the next illness again', async () => {
    const { writer, lines, troubles } = queue();
    const fail = async (): Promise<void> => {
      await pause(10);
      writer.answer({ lost: 0, unwritten: 1 });
    };
    lines.push('a\n');
    await fail();
    await fail();
    expect(troubles).toStrictEqual(['ill']);
    await pause(10);
    writer.answer(null);
    lines.push('b\n');
    await fail();
    expect(troubles).toStrictEqual(['ill', 'ill']);
  });

  test('reopens at once when nothing is being written, else right after', async () => {
    const { writer, lines, troubles } = queue();
    lines.reopen();
    expect(writer.reopened).toBe(1);
    lines.push('a\n');
    await gathered();
    lines.reopen();
    lines.push('b\n');
    expect(writer.reopened).toBe(1);
    writer.answer(null);
    expect(writer).toMatchObject({ reopened: 2, batches: ['a\n'] });
    await gathered();
    writer.answer(null);
    expect(writer.reopened).toBe(2);
    expect(troubles).toStrictEqual(['cannot be reopened', 'cannot be reopened']);
  });

  test('reopens at once while lines gather, which are written after it', async () => {
    const { writer, lines } = queue();
    lines.push('a\n');
    lines.reopen();
    expect(writer).toMatchObject({ reopened: 1, batches: [] });
    await gathered();
    expect(writer.batches).toStrictEqual(['a\n']);
  });

  test('close writes what has gathered, and waits for no more', async () => {
    const { writer, lines } = queue({ ...LIMITS, gatherMs: 60_000 });
    lines.push('a\n');
    const closed = lines.close(10_000);
    lines.push('b\n');
    expect(writer).toMatchObject({ isClosed: false, batches: ['a\n'] });
    writer.answer(null);
    expect(writer).toMatchObject({ isClosed: false, batches: ['a\n', 'b\n'] });
    writer.answer(null);
    await closed;
    expect(writer.isClosed).toBe(true);
  });

  test.each([
    ['a writer that never answers', (): void => undefined],
    [
      'a writer that fails',
      (writer: SlowWriter): void => {
        writer.answer({ lost: 2, unwritten: 0 });
      },
    ],
  ])('close gives %s up', async (_, act) => {
    const { writer, lines } = queue({ ...LIMITS, retryMs: 60_000 });
    lines.push('a\n');
    const closed = lines.close(30);
    act(writer);
    await closed;
    expect(writer.isClosed).toBe(true);
  });

  test('what is written too late is the last', async () => {
    const { writer, lines } = queue();
    lines.push('a\n');
    const closed = lines.close(10);
    lines.push('b\n');
    await closed;
    writer.answer(null);
    await gathered();
    expect(writer.batches).toStrictEqual(['a\n']);
  });

  test('close puts an end to further tries', async () => {
    const { writer, lines } = queue({ ...LIMITS, retryMs: 15, maxRetryMs: 15 });
    lines.push('a\n');
    await gathered();
    writer.answer({ lost: 0, unwritten: 1 });
    await lines.close(10_000);
    await pause(30);
    expect(writer.batches).toStrictEqual(['a\n']);
  });

  test('what is pushed after close goes nowhere', async () => {
    const { writer, lines } = queue();
    await lines.close(10_000);
    lines.push('a\n');
    await gathered();
    expect(writer.batches).toStrictEqual([]);
  });

  test('close with nothing to write is done at once', async () => {
    const { writer, lines } = queue();
    await lines.close(10_000);
    expect(writer.isClosed).toBe(true);
  });
});
