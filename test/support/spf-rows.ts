/** Rows of the engine's tests: a sentence, a zone, who asks, and what must come out. */
import { expect, test } from '@jest/globals';

import type { SpfResult } from '../../src/smtp/index.js';
import { checkHost, type Limits, type Outcome } from '../../src/spf/index.js';
import { argumentsOf, contextOf, type Client } from './spf-client.js';
import { zone, type ZoneLiteral } from './zone.js';

export interface SpfRow extends Client {
  /** The behaviour, as a sentence; with the section of RFC 7208 or the document that decides it. */
  readonly says: string;
  readonly zone: ZoneLiteral;
  readonly limits?: Partial<Limits>;
  readonly result: SpfResult;
  /** Of a fail; null for no text of the domain. */
  readonly explanation?: string | null;
  /** All questions in order, `a.example TXT`. */
  readonly asked?: readonly string[];
  /** Some fields of the cause of a none, temperror or permerror. */
  readonly cause?: Readonly<Record<string, unknown>>;
}

/** One test for each row, with the answers at hand and with promises of them: both must come to the same. */
export function testRows(rows: readonly SpfRow[]): void {
  test.each(rows)('$says', async (row) => {
    const atOnce = zone(row.zone);
    const outcome = checkHost(argumentsOf(row), contextOf(atOnce, row.limits));
    if (outcome instanceof Promise) throw new Error('a promise, though every answer was at hand');
    expectOutcome(outcome, atOnce.asked, row);

    const later = zone(row.zone, { async: true });
    const promised = await checkHost(argumentsOf(row), contextOf(later, row.limits));
    expect(promised).toEqual(outcome);
    // Shared inside of a check: a question that has been answered is not asked again.
    expect(later.asked).toEqual([...new Set(atOnce.asked)]);
  });
}

function expectOutcome(outcome: Outcome, asked: readonly string[], row: SpfRow): void {
  expect(outcome.result).toBe(row.result);
  if (row.explanation !== undefined) expect(outcome).toHaveProperty('explanation', row.explanation);
  if (row.cause !== undefined) expect(outcome).toMatchObject({ cause: row.cause });
  if (row.asked !== undefined) expect(asked).toEqual(row.asked);
}
