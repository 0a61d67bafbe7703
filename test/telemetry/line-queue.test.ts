import { describe, expect, test } from '@jest/globals';

import { LineQueue, type LineWriter, type QueueLimits } from '../../src/telemetry/line-queue.js';

const LIMITS: QueueLimits = { lines: 4, characters: 40, retryMs: 1 };

/** A writer that answers when it is told to. */
class SlowWriter implements LineWriter {
  readonly batches: string[] = [];
  isClosed = false;
  #done: ((written: boolean) => void) | null = null;

  write(lines: string, done: (written: boolean) => void): void {
    if (this.#done !== null) throw new Error('two writes at a time');
    this.batches.push(lines);
    this.#done = done;
  }

  answer(written: boolean): void {
    const done = this.#done;
    this.#done = null;
    done?.(written);
  }

  close(): void {
    this.isClosed = true;
  }
}

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

function queue(limits = LIMITS): { writer: SlowWriter; lines: LineQueue } {
  const writer = new SlowWriter();
  return { writer, lines: new LineQueue(writer, (lost) => `lost ${lost}\n`, limits) };
}

describe('LineQueue', () => {
  test('writes all lines of one turn at once', async () => {
    const { writer, lines } = queue();
    lines.push('a\n');
    lines.push('b\n');
    expect(writer.batches).toStrictEqual([]);
    await turn();
    expect(writer.batches).toStrictEqual(['a\nb\n']);
  });

  test('has one write at a time and collects meanwhile', async () => {
    const { writer, lines } = queue();
    lines.push('a\n');
    await turn();
    lines.push('b\n');
    await turn();
    lines.push('c\n');
    await turn();
    expect(writer.batches).toStrictEqual(['a\n']);
    writer.answer(true);
    await turn();
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
    await turn();
    writer.answer(true);
    await turn();
    expect(writer.batches).toStrictEqual([kept, `lost ${lost}\n`]);
  });

  test('counts what is being written against the limits', async () => {
    const { writer, lines } = queue();
    for (const line of ['a\n', 'b\n', 'c\n']) lines.push(line);
    await turn();
    for (const line of ['d\n', 'e\n', 'f\n']) lines.push(line);
    writer.answer(true);
    await turn();
    expect(writer.batches).toStrictEqual(['a\nb\nc\n', 'd\nlost 2\n']);
  });

  test('tries again after a failure and counts the lines that failed', async () => {
    const { writer, lines } = queue();
    lines.push('a\n');
    lines.push('b\n');
    await turn();
    writer.answer(false);
    lines.push('c\n');
    await turn();
    expect(writer.batches).toStrictEqual(['a\nb\n']); // not at once
    await pause(20);
    expect(writer.batches).toStrictEqual(['a\nb\n', 'c\n']);
    writer.answer(true);
    await turn();
    expect(writer.batches).toStrictEqual(['a\nb\n', 'c\n', 'lost 2\n']);
    writer.answer(true);
    lines.push('d\n');
    await turn();
    expect(writer.batches.at(-1)).toBe('d\n'); // told once
  });

  test('close waits for what is being written', async () => {
    const { writer, lines } = queue();
    lines.push('a\n');
    const closed = lines.close(10_000);
    await turn();
    expect(writer.isClosed).toBe(false);
    writer.answer(true);
    await closed;
    expect(writer).toMatchObject({ isClosed: true, batches: ['a\n'] });
  });

  test.each([
    ['a writer that never answers', (): void => undefined],
    [
      'a writer that fails',
      (writer: SlowWriter): void => {
        writer.answer(false);
      },
    ],
  ])('close gives %s up', async (_, act) => {
    const { writer, lines } = queue({ ...LIMITS, retryMs: 60_000 });
    lines.push('a\n');
    const closed = lines.close(30);
    await turn();
    act(writer);
    await closed;
    expect(writer.isClosed).toBe(true);
  });

  test('close with nothing to write is done at once', async () => {
    const { writer, lines } = queue();
    await lines.close(10_000);
    expect(writer.isClosed).toBe(true);
  });
});
