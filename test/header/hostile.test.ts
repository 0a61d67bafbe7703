/** Three hundred messages of clients that mean harm: each field says exactly what we put there. */
import { describe, expect, test } from '@jest/globals';

import { parseAuthenticationResults, parseReceivedSpf, printReceivedSpf } from '../../src/header/index.js';
import { SPF_RESULTS, splitAddress } from '../../src/smtp/index.js';
import { octetsOfText } from '../../src/util/index.js';
import { IpAddress } from '../../src/net/index.js';
import { foldedText } from '../support/folded-text.js';
import { checkedName, hostileFields, RECEIVER } from '../support/hostile-fields.js';
import { SEED } from '../support/seed.js';

const MAIL = hostileFields(300, SEED);
/** Nothing in our comments can be taken for their end, for a pair or for a result. */
const HARMLESS = /^[ -~]*$(?<![()"\\;=].*)/;

test('the texts are of every kind', () => {
  const domains = MAIL.map(({ mail }) => checkedName(mail.domain));
  expect(MAIL).toHaveLength(300);
  expect(domains.filter((name) => name !== null).length).toBeGreaterThan(50);
  expect(domains.filter((name) => name === null).length).toBeGreaterThan(50);
  expect(MAIL.filter(({ field }) => field.includes('smtp.mailfrom="')).length).toBeGreaterThan(20);
  expect(MAIL.filter(({ mail }) => mail.localPart.length >= 10_000).length).toBeGreaterThan(20);
});

describe('Authentication-Results', () => {
  test.each(MAIL.map((one, i) => ({ i, ...one })))('of message $i', ({ field, expected }) => {
    expect(field).toMatch(/^Authentication-Results: [\x20-\x7e]+[\x21-\x7e]$/);
    expect(field.length).toBeLessThanOrEqual(998);
    for (const text of [field, foldedText(field)]) {
      const parsed = parseAuthenticationResults(text);
      if (!parsed.ok) throw new Error(`${parsed.error.code} at ${parsed.error.offset}: ${text}`);
      const { authservId, version, results, comments } = parsed.value;
      expect({ authservId, version, comments }).toEqual({
        authservId: RECEIVER,
        version: null,
        comments: [],
      });
      expect(
        results.map(({ method, result, properties }) => ({
          method,
          result,
          property: properties.map(({ type, name, value }) => `${type}.${name}=${value}`).join(' ') || null,
        })),
      ).toEqual(expected);
      for (const { reason, version: methodVersion, comments: own } of results) {
        expect([reason, methodVersion]).toEqual([null, null]);
        expect(own.length).toBeLessThanOrEqual(1);
        expect(own.join()).toMatch(HARMLESS);
      }
    }
  });
});

describe.each(['helo', 'mailFrom'] as const)('Received-SPF for %s', (identity) => {
  test.each(MAIL.map(({ mail }, i) => ({ i, mail })))('of message $i', ({ i, mail }) => {
    const client = IpAddress.parse('2001:db8::1');
    if (client === null) throw new Error('not an address');
    const result = SPF_RESULTS[i % SPF_RESULTS.length] ?? 'none';
    const kind = i % 2 === 0 ? 'problem' : 'mechanism';
    const [helo, host] = [checkedName(mail.helo), checkedName(mail.domain)];
    const field = printReceivedSpf({
      result,
      identity,
      domain: identity === 'helo' ? helo : host,
      client,
      helo: octetsOfText(mail.helo),
      sender: splitAddress(octetsOfText(`${mail.localPart}@${mail.domain}`)),
      receiver: RECEIVER,
      basis: { kind, text: mail.words },
      note: mail.words,
    });
    expect(field).toMatch(/^Received-SPF: [\x20-\x7e]+[\x21-\x7e]$/);
    expect(field.length).toBeLessThanOrEqual(998);
    for (const text of [field, foldedText(field)]) {
      const parsed = parseReceivedSpf(text);
      if (!parsed.ok) throw new Error(`${parsed.error.code} at ${parsed.error.offset}: ${text}`);
      const { comment, pairs } = parsed.value;
      expect(parsed.value.result).toBe(result);
      expect(comment ?? '').toMatch(HARMLESS);
      const keys = ['identity', 'client-ip', 'helo', 'envelope-from', 'receiver', kind];
      expect([...pairs.keys()]).toEqual(keys.filter((key) => pairs.has(key)));
      expect(pairs.get('identity')).toBe(identity === 'helo' ? 'helo' : 'mailfrom');
      expect(pairs.get('client-ip')).toBe('2001:db8::1');
      expect(pairs.get('receiver')).toBe(RECEIVER);
      same(pairs.get('helo') ?? '', helo ?? octetsOfText(mail.helo));
      same(pairs.get(kind) ?? '...', mail.words);
      const sender = pairs.get('envelope-from') ?? '';
      if (host !== null && !mail.domain.includes('@')) expect(sender.endsWith(`@${host}`)).toBe(true);
    }
  });
});

/** Equal, whatever is not printable ASCII replaced, or cut: then a beginning of it, and dots. */
function same(shown: string, whole: string): void {
  const clean = whole.replace(/[^\x20-\x7e]/g, '?');
  if (shown === clean) return;
  expect(shown).toMatch(/[.]{3}$/);
  expect(clean.slice(0, shown.length - 3)).toBe(shown.slice(0, -3));
}
