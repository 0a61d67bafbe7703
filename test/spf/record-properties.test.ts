/** What holds of every record and every macro, held of thousands of generated ones. */
import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';

import { IpAddress } from '../../src/net/index.js';
import { parseRecord, printRecord } from '../../src/spf/index.js';
import { expandDomainSpec, type MacroValues } from '../../src/spf/expand.js';
import type { Macro } from '../../src/spf/record.js';
import { ok, type Octets } from '../../src/util/index.js';
import { SEED } from '../support/seed.js';
import { edited, edits, spfRecord } from '../support/spf-arbitraries.js';

const run = (numRuns: number): fc.Parameters<unknown> => ({ seed: SEED, numRuns });

describe('records', () => {
  test('a record that is printed and parsed is the same record', () => {
    fc.assert(
      fc.property(spfRecord, (record) => {
        expect(parseRecord(printRecord(record) as Octets)).toEqual(ok(record));
      }),
      run(800),
    );
  });

  test('an edited record is either refused with term and offset, or printed and parsed the same', () => {
    let read = 0;
    fc.assert(
      fc.property(spfRecord, edits, (record, changes) => {
        const text = edited(printRecord(record), changes) as Octets;
        const parsed = parseRecord(text);
        if (parsed.ok) {
          read++;
          const printed = printRecord(parsed.value);
          expect(parseRecord(printed as Octets)).toEqual(parsed);
        } else if (parsed.error.code !== 'no-version') {
          const { term, offset } = parsed.error;
          const start = text.lastIndexOf(' ', offset - 1) + 1;
          expect(text.startsWith(term, start)).toBe(true);
          expect(offset).toBeLessThanOrEqual(start + term.length);
        }
      }),
      run(2000),
    );
    expect(read).toBeGreaterThan(200); // both kinds occur
  });
});

describe('transformers (§7.3)', () => {
  const DELIMITERS = ['.', '-', '+', ',', '/', '_', '='];
  const localPart = fc.string({
    unit: fc.oneof(
      fc.constantFrom(...DELIMITERS, 'a', 'B', '%', '\xe9', '\0'),
      fc.integer({ min: 0, max: 255 }).map((octet) => String.fromCharCode(octet)),
    ),
    maxLength: 40,
  });
  const macro: fc.Arbitrary<Macro> = fc.record({
    kind: fc.constant('macro' as const),
    letter: fc.constant('l' as const),
    escape: fc.boolean(),
    keep: fc.oneof(fc.constant(0), fc.integer({ min: 1, max: 8 }), fc.constant(9999)),
    reverse: fc.boolean(),
    delimiters: fc.string({ unit: fc.constantFrom(...DELIMITERS), minLength: 1, maxLength: 3 }),
  });

  const ip = IpAddress.of([192, 0, 2, 1]);
  function expand(part: Macro, value: string): string {
    const values: MacroValues = {
      ip,
      localPart: value,
      senderDomain: 'example.com',
      helo: 'mta.example.org',
      validatedName: 'unknown',
    };
    const text = expandDomainSpec([part], 'example.com', values);
    if (text === null) throw new Error('beyond all bounds');
    return text;
  }

  /** The same by other means: one character after the other. */
  function naive({ escape, keep, reverse, delimiters }: Macro, value: string): string {
    const labels = [''];
    for (const c of value) {
      if (delimiters.includes(c)) labels.push('');
      else labels.push(`${labels.pop() ?? ''}${c}`);
    }
    const ordered = reverse ? labels.reduceRight<string[]>((list, label) => [...list, label], []) : labels;
    while (keep > 0 && ordered.length > keep) ordered.shift();
    const text = ordered.join('.');
    return escape ? [...Buffer.from(text, 'latin1')].map(escaped).join('') : text;
  }

  function escaped(octet: number): string {
    const c = String.fromCharCode(octet);
    return /^[A-Za-z0-9._~-]$/.test(c) ? c : `%${octet < 16 ? '0' : ''}${octet.toString(16).toUpperCase()}`;
  }

  test('agree with a second implementation', () => {
    fc.assert(
      fc.property(macro, localPart, (part, value) => {
        expect(expand(part, value)).toBe(naive(part, value));
      }),
      run(10_000),
    );
  });

  test('never make a value longer, but for two characters an escaped octet', () => {
    fc.assert(
      fc.property(macro, localPart, (part, value) => {
        const plain = expand({ ...part, escape: false }, value);
        expect(plain.length).toBeLessThanOrEqual(value.length);
        const unsafe = plain.match(/[^A-Za-z0-9._~-]/g)?.length ?? 0;
        expect(expand({ ...part, escape: true }, value)).toHaveLength(plain.length + 2 * unsafe);
      }),
      run(2000),
    );
  });

  test('reversed twice is as before, with dots for delimiters', () => {
    fc.assert(
      fc.property(macro, localPart, (part, value) => {
        const reversed = expand({ ...part, escape: false, keep: 0, reverse: true }, value);
        const dotted = { ...part, escape: false, keep: 0, delimiters: '.' };
        const plain = { ...part, escape: false, keep: 0, reverse: false };
        // A dot that was no delimiter splits the second time: only where there is none is it an identity.
        fc.pre(part.delimiters.includes('.') || !value.includes('.'));
        expect(expand({ ...dotted, reverse: true }, reversed)).toBe(expand(plain, value));
      }),
      run(2000),
    );
  });
});
