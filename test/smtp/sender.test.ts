/** Senders, taken apart and made into the arguments of a check; and texts made safe for a reply. */
import { describe, expect, test } from '@jest/globals';

import { replyText, senderOfHelo, senderOfMailFrom, splitAddress } from '../../src/smtp/index.js';
import type { Octets } from '../../src/util/index.js';

describe('splitAddress', () => {
  test.each([
    ['user@example.com', 'user', 'example.com'],
    ['@example.com', '', 'example.com'],
    ['user@', '', 'user'],
    ['user@example.com@', 'user', 'example.com'],
    ['user@example.com@@', 'user', 'example.com'],
    ['user%example.com', 'user', 'example.com'],
    ['user%example.com@', 'user', 'example.com'],
    ['a%b%example.com', 'a%b', 'example.com'],
    ['example.com!user', 'user', 'example.com'],
    ['example.com!a!user', 'a!user', 'example.com'],
    ['!user', '', '!user'],
    ['user%example.com@example.org', 'user%example.com', 'example.org'],
    ['example.com', '', 'example.com'],
    ['user', '', 'user'],
    ['@', '', ''],
    ['a@b@example.com', 'a@b', 'example.com'], // RFC 5321 §4.1.2: a quoted local part may hold one
    ['a b"\\@example.com', 'a b"\\', 'example.com'],
    ['user@[192.0.2.1]', 'user', '[192.0.2.1]'],
    ['j\xc3\xb6@example.com', 'j\xc3\xb6', 'example.com'],
    // Composition Kills: the domain is that after the last "@", or it is nothing that could be one.
    ['(any@legitimate.example', '(any', 'legitimate.example'],
    ['any@legitimate.example(a.attack.example', 'any', 'legitimate.example(a.attack.example'],
    ["any@legitimate.example'@any.attack.example", "any@legitimate.example'", 'any.attack.example'],
    [
      "@legitimate.example,@any.com:'any@attack.example",
      "@legitimate.example,@any.com:'any",
      'attack.example',
    ],
    ['any@legitimate.example\0@attack.example', 'any@legitimate.example\0', 'attack.example'],
  ])('%j is %j at %j', (address, localPart, domain) => {
    expect(splitAddress(address as Octets)).toEqual({ kind: 'mailbox', localPart, domain });
  });

  test.each(['', '<>'])('%j is the null sender', (address) => {
    expect(splitAddress(address as Octets)).toEqual({ kind: 'null' });
  });
});

describe('the sender of check_host (RFC 7208 §4.3)', () => {
  const helo = 'mta.example.org' as Octets;
  test.each([
    ['user@example.com', 'user', { ok: true, value: 'example.com' }, 'example.com'],
    ['user@Example.com.', 'user', { ok: true, value: 'Example.com' }, 'Example.com.'],
    ['@example.com', 'postmaster', { ok: true, value: 'example.com' }, 'example.com'],
    ['example.com', 'postmaster', { ok: true, value: 'example.com' }, 'example.com'],
    ['', 'postmaster', { ok: true, value: 'mta.example.org' }, 'mta.example.org'],
    ['<>', 'postmaster', { ok: true, value: 'mta.example.org' }, 'mta.example.org'],
    ['user', 'postmaster', { ok: false, error: 'single-label' }, 'user'],
    ['user@', 'postmaster', { ok: false, error: 'single-label' }, 'user'],
    [
      'any@legitimate.example(a.attack.example',
      'any',
      { ok: false, error: 'character' },
      'legitimate.example(a.attack.example',
    ],
  ])('of %j is %s at %j, given as %j', (address, localPart, domain, domainText) => {
    expect(senderOfMailFrom(splitAddress(address as Octets), helo)).toEqual({
      localPart,
      domain,
      domainText,
    });
  });

  test('of the HELO identity is postmaster at its name', () => {
    expect(senderOfHelo('MTA.example.org.' as Octets)).toEqual({
      localPart: 'postmaster',
      domain: { ok: true, value: 'MTA.example.org' },
      domainText: 'MTA.example.org.',
    });
    expect(senderOfHelo('[192.0.2.1]' as Octets).domain).toEqual({ ok: false, error: 'character' });
  });
});

describe('replyText', () => {
  test.each([
    ['plain text', 'plain text'],
    ['', ''],
    ['  two   blanks  ', 'two blanks'],
    ['line\r\n250 OK', 'line??250 OK'],
    ['tab\tand\0nul and \x7f', 'tab?and?nul and ?'],
    ['verböten \u202eevil', 'verb?ten ?evil'],
    ['percent %s %% stays', 'percent %s %% stays'],
    ['a'.repeat(430), 'a'.repeat(430)],
    ['a'.repeat(431), `${'a'.repeat(427)}...`],
    [`${' '.repeat(100_000)}x`, ''],
    ['\n'.repeat(100_000), `${'?'.repeat(427)}...`],
  ])('row %#', (text, safe) => {
    expect(replyText(text)).toBe(safe);
  });
});
