/** Texts of our own with macros: what a refused sender is told. */
import { describe, expect, test } from '@jest/globals';

import type { Lookup } from '../../src/dns/index.js';
import { senderOfHelo } from '../../src/smtp/index.js';
import { expandText, parseExplanation, type MacroString, type TraceEvent } from '../../src/spf/index.js';
import { octetsOfText } from '../../src/util/index.js';
import { ManualClock } from '../support/manual-clock.js';
import { argumentsOf, contextOf, WALL_SECONDS, type Client } from '../support/spf-client.js';
import { zone, type ZoneLiteral } from '../support/zone.js';

const REVERSE = '1.2.0.192.in-addr.arpa';

function partsOf(text: string): MacroString {
  const parts = parseExplanation(octetsOfText(text));
  if (parts === null) throw new Error(`not a text with macros: ${text}`);
  return parts;
}

/** With no DNS at all: without `%{p}` there is nothing to ask. */
function expand(text: string, client: Client = {}): string {
  const lookup: Lookup = () => {
    throw new Error('nothing is to be asked');
  };
  const expanded = expandText(partsOf(text), argumentsOf(client), contextOf(lookup));
  if (expanded instanceof Promise) throw new Error('a promise, though nothing was asked');
  return expanded;
}

describe('letters', () => {
  const client = { ip: '192.0.2.1', sender: 'strong-bad@email.Example.com', helo: 'mta.example.org' };
  test.each([
    ['%{s}', 'strong-bad@email.Example.com'],
    ['%{l}', 'strong-bad'],
    ['%{o}', 'email.Example.com'],
    ['%{d}', 'email.Example.com'],
    ['%{i}', '192.0.2.1'],
    ['%{v}', 'in-addr'],
    ['%{h}', 'mta.example.org'],
    ['%{c}', '192.0.2.1'],
    ['%{r}', 'mx.example.net'],
    ['%{t}', String(WALL_SECONDS)],
    ['%{S}', 'strong-bad%40email.Example.com'],
    ['%{d2}', 'Example.com'],
    ['%{dr}', 'com.Example.email'],
    ['%{d1r}', 'email'],
    ['%{l-}', 'strong.bad'],
    ['%{l1r-}', 'strong'],
    ['%{ir}.%{v}._spf.%{d2}', '1.2.0.192.in-addr._spf.Example.com'],
    ['100%% of%_it%-x', '100% of it%20x'],
    ['Plain text, (with) "signs".', 'Plain text, (with) "signs".'],
    ['', ''],
  ])('%s is %s', (text, expanded) => {
    expect(expand(text, client)).toBe(expanded);
  });

  test.each([
    ['%{c}', '2001:db8::cb01'],
    ['%{C}', '2001%3Adb8%3A%3Acb01'],
    ['%{v}', 'ip6'],
    ['%{i}', '2.0.0.1.0.D.B.8.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.C.B.0.1'],
  ])('%s of an IPv6 client is %s', (text, expanded) => {
    expect(expand(text, { ...client, ip: '2001:db8::cb01' })).toBe(expanded);
  });

  test.each(['%', '%{}', '%{x}', '%{exp}', '%{d0}', '%{d', 'f\xfcr', 'a\nb'])(
    '%j is no such text',
    (text) => {
      expect(parseExplanation(octetsOfText(text))).toBeNull();
    },
  );
});

describe('identities', () => {
  test.each<{ sender: string; helo?: string; text: string }>([
    { sender: '', text: 'postmaster@mta.example.org mta.example.org' }, // §2.4
    { sender: '@example.com', text: 'postmaster@example.com example.com' }, // §4.3
    { sender: 'user@b\xfccher.example', text: 'user@xn--bcher-kva.example xn--bcher-kva.example' },
    { sender: 'j\xf6rg@example.com', text: 'j??rg@example.com example.com' },
    // Not usable as a domain: as it was given, made safe.
    { sender: 'user@localhost', text: 'user@localhost localhost' },
    { sender: 'user@[192.0.2.1]', text: 'user@[192.0.2.1] [192.0.2.1]' },
    { sender: 'user@a\r\nb\x7f\xff.example', text: 'user@a??b???.example a??b???.example' },
    { sender: 'user@.', text: 'user@. .' },
    { sender: 'user', text: 'postmaster@user user' },
    { sender: '', helo: '[IPv6:2001:db8::1]', text: 'postmaster@[IPv6:2001:db8::1] [IPv6:2001:db8::1]' },
  ])('row %#: $text', ({ text, ...client }) => {
    expect(expand('%{s} %{d}', client)).toBe(text);
    expect(expand('%{l}@%{o} %{o}', client)).toBe(text);
  });

  test('of HELO: the name is the domain', () => {
    const sender = senderOfHelo(octetsOfText('mta.example.org'));
    const args = { ...argumentsOf({ sender: 'user@example.com' }), sender };
    expect(expandText(partsOf('%{d} %{s} %{h}'), args, contextOf(zone({})))).toBe(
      'mta.example.org postmaster@mta.example.org mta.example.org',
    );
  });

  test.each([
    ['%{L}', 'j%C3%B6rg%00'],
    ['%{O}', 'a%0Db'],
    ['%{l}', 'j??rg?'],
    ['%{h} %{H}', 'x?y x%7Fy'],
  ])('%s: an upper-case letter escapes what else is a question mark: %s', (text, expanded) => {
    expect(expand(text, { sender: 'j\xf6rg\0@a\rb', helo: 'x\x7fy' })).toBe(expanded);
  });
});

describe('%{p}', () => {
  const names = (ptr: readonly string[], more: ZoneLiteral = {}): ZoneLiteral => ({
    [REVERSE]: { PTR: ptr },
    ...more,
  });
  const mine = { A: ['192.0.2.1'] };

  test.each<{ says: string; zone: ZoneLiteral; sender?: string; p: string; asked: readonly string[] }>([
    {
      says: 'the confirmed name of the client',
      zone: names(['mta.example'], { 'mta.example': mine }),
      p: 'mta.example',
      asked: [`${REVERSE} PTR`, 'mta.example A'],
    },
    {
      says: 'the domain itself before a name below it, before any other (§7.3)',
      zone: names(['mta.example', 'mail.example.com', 'example.com'], { 'mail.example.com': mine }),
      p: 'mail.example.com',
      asked: [`${REVERSE} PTR`, 'example.com A', 'mail.example.com A'],
    },
    { says: 'no PTR record: unknown', zone: {}, p: 'unknown', asked: [`${REVERSE} PTR`] },
    {
      says: 'no name that leads back: unknown',
      zone: names(['forged.example'], { 'forged.example': { A: ['198.51.100.1'] } }),
      p: 'unknown',
      asked: [`${REVERSE} PTR`, 'forged.example A'],
    },
    { says: 'a failure: unknown', zone: { [REVERSE]: 'servfail' }, p: 'unknown', asked: [`${REVERSE} PTR`] },
    {
      says: 'a failure of one name: the next',
      zone: names(['a.example', 'b.example'], { 'a.example': 'servfail', 'b.example': mine }),
      p: 'b.example',
      asked: [`${REVERSE} PTR`, 'a.example A', 'b.example A'],
    },
    {
      says: 'whatever octets the name has',
      zone: names(['a\r\nb\xff.example'], { 'a\r\nb\xff.example': mine }),
      p: 'a??b?.example',
      asked: [`${REVERSE} PTR`, 'a\r\nb\xff.example A'],
    },
    {
      says: 'also for a sender without a usable domain',
      sender: 'user@localhost',
      zone: names(['mta.example'], { 'mta.example': mine }),
      p: 'mta.example',
      asked: [`${REVERSE} PTR`, 'mta.example A'],
    },
  ])('$says', async ({ zone: literal, p, asked, ...client }) => {
    const parts = partsOf('%{p} is %{i}, %{p} again');
    const expected = `${p} is 192.0.2.1, ${p} again`;
    const atOnce = zone(literal);
    expect(expandText(parts, argumentsOf(client), contextOf(atOnce))).toBe(expected);
    expect(atOnce.asked).toEqual(asked);
    const later = zone(literal, { async: true });
    const promised = expandText(parts, argumentsOf(client), contextOf(later));
    expect(promised).toBeInstanceOf(Promise);
    expect(await promised).toBe(expected);
    expect(later.asked).toEqual(asked);
  });

  test('no more names than a check may look at', () => {
    const ten = Array.from({ length: 10 }, (_, i) => `h${i}.example`);
    const dns = zone(names([...ten, 'mta.example'], { 'mta.example': mine }));
    expect(expandText(partsOf('%{p}'), argumentsOf({}), contextOf(dns))).toBe('unknown');
    expect(dns.asked).toHaveLength(11);
  });

  test.each([
    { says: 'at the PTR query', slow: REVERSE, asked: 1 },
    { says: 'at a name', slow: 'a.example', asked: 2 },
  ])('unknown at the deadline, $says, and then nothing more is asked', async ({ slow, asked }) => {
    const clock = new ManualClock(0, WALL_SECONDS * 1000);
    const dns = zone(names(['a.example', 'b.example'], { 'b.example': mine }));
    const lookup: Lookup = (name, type, deadline) => {
      const answer = dns(name, type, deadline);
      if (name !== slow) return answer;
      return new Promise((resolve) => {
        clock.after(deadline - clock.now(), () => {
          resolve({ kind: 'failed', why: 'timeout' });
        });
      });
    };
    const text = expandText(partsOf('%{p} %{d}'), argumentsOf({}), { ...contextOf(lookup), clock });
    await clock.advance(20_000);
    expect(await text).toBe('unknown example.com');
    expect(dns.asked).toHaveLength(asked);
  });

  test('the trace tells what was asked', async () => {
    const trace: TraceEvent[] = [];
    const dns = zone(names(['mta.example'], { 'mta.example': mine }), { async: true });
    const context = { ...contextOf(dns), trace: (event: TraceEvent) => trace.push(event) };
    await expandText(partsOf('%{p}'), argumentsOf({}), context);
    expect(trace.map(({ kind }) => kind)).toEqual(['query', 'query', 'validated']);
  });
});

describe('bounds', () => {
  test('a text is cut at 4096 characters', () => {
    expect(expand('x'.repeat(5_000))).toBe('x'.repeat(4_096));
    expect(expand('%{L}'.repeat(100), { sender: `${'\xfc'.repeat(32)}@example.com` })).toHaveLength(4_096);
  });

  test('values of more octets than a string may have end it', () => {
    const sender = `${'a'.repeat(5_000)}@example.com`;
    expect(expand('one %{l1r-}, two %{l}', { sender })).toBe(`one ${'a'.repeat(4_092)}`);
    expect(expand('may not send for %{d}: %{l1-}', { sender: `${'-'.repeat(9_000)}@example.com` })).toBe(
      'may not send for example.com: ',
    );
  });
});
