/** Paths as clients type them, taken apart. */
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';

import { parsePath, splitAddress } from '../../src/smtp/index.js';
import { octetsOfText, type Octets } from '../../src/util/index.js';
import { SEED } from '../support/seed.js';

describe('parsePath', () => {
  test.each([
    ['<user@example.com>', 'user', 'example.com'],
    ['user@example.com', 'user', 'example.com'], // without brackets, as typed
    ['<user@example.com.>', 'user', 'example.com.'],
    ['<User@Example.COM>', 'User', 'Example.COM'],
    ['<user@[192.0.2.1]>', 'user', '[192.0.2.1]'],
    ['<user@[IPv6:2001:db8::1]>', 'user', '[IPv6:2001:db8::1]'],
    ['<postmaster>', '', 'postmaster'],
    ['<@example.com>', '', 'example.com'],
    ['<user@>', '', 'user'],
    // RFC 5321 §4.1.2 Quoted-string, and appendix C on source routes
    ['<"john doe"@example.com>', 'john doe', 'example.com'],
    ['"john doe"@example.com', 'john doe', 'example.com'],
    ['<"a@legitimate.example"@example.com>', 'a@legitimate.example', 'example.com'],
    ['<"a>b"@example.com>', 'a>b', 'example.com'],
    ['<"a\\"@b\\\\"@example.com>', 'a"@b\\', 'example.com'],
    ['<a."b c".d@example.com>', 'a.b c.d', 'example.com'],
    ['<""@example.com>', '', 'example.com'],
    ['<@a.example,@b.example:user@c.example>', 'user', 'c.example'],
    ['<@a.example:"john doe"@c.example>', 'john doe', 'c.example'],
    ['<@[IPv6:2001:db8::1]:user@c.example>', 'user', 'c.example'],
    ['@a.example:user@c.example', 'user', 'c.example'],
    // Parameters in the same string
    ['<user@example.com> SIZE=100 BODY=8BITMIME', 'user', 'example.com'],
    ['<user@example.com>SIZE=100', 'user', 'example.com'],
    ['user@example.com SIZE=100', 'user', 'example.com'],
    ['<"a> b"@example.com> SIZE=100', 'a> b', 'example.com'],
    // What should not be typed and is accepted, by Postfix 3.7 and Sendmail 8.17: as they read it.
    ['< user@example.com >', 'user', 'example.com'],
    ['<user @ example.com>', 'user', 'example.com'],
    ['<user@\texample. com >', 'user', 'example.com'],
    ['<user@example.com(comment)>', 'user', 'example.com'],
    ['<(c)user(c)@(c)example(c).com(a(b)c)>', 'user', 'example.com'],
    ['<user@example.com(a\\)b)>', 'user', 'example.com'],
    ['<user@example.com(x>', 'user', 'example.com'],
    ['<(c)@a.example(d:e):user@example.com>', 'user', 'example.com'],
    ['< @a.example :@b.example:user@example.com>', 'user', 'example.com'],
    ['<Joe <user@example.com>>', 'user', 'example.com'],
    ['<<user@example.com>>', 'user', 'example.com'],
    ['user@example.com>', 'user', 'example.com'],
    ['<user@example.com;>', 'user', 'example.com'],
    ['<user@example.com,>', 'user', 'example.com'],
    ['<user@example.com@>', 'user', 'example.com'],
    ['<user@example.com@ ;@>', 'user', 'example.com'],
    ['<user@example.com..>', 'user', 'example.com.'],
    ['<user@"example.com">', 'user', 'example.com'],
    ['<user@exam"ple.com">', 'user', 'example.com'],
    ['<user@\\example\\.com>', 'user', 'example.com'],
    ['<user\\@x@example.com>', 'user@x', 'example.com'],
    ['<user@x\\@example.com>', 'user@x', 'example.com'],
    ['<\\"user@example.com>', '"user', 'example.com'],
    ['<user%example.com>', 'user', 'example.com'],
    ['<a%b%example.com>', 'a%b', 'example.com'],
    ['<example.com!user>', 'user', 'example.com'],
    ['<example.com!b!user>', 'b!user', 'example.com'],
    ['<user%a.example@example.com>', 'user%a.example', 'example.com'],
    ['<a.example!user@example.com>', 'a.example!user', 'example.com'],
    ['<group:user@example.com;>', 'group:user', 'example.com'],
    ['<@a:b@a.example:c@example.com>', 'b@a.example:c', 'example.com'],
    ['<"a"@"b"@example.com>', 'a@b', 'example.com'],
    ['<"a@a.example"@>', '', 'a@a.example'], // a quoted one is no domain
    // What is left: the domain is that after the last "@", or nothing that could be one.
    ['<a@b@example.com>', 'a@b', 'example.com'],
    ['<john doe@example.com>', 'john doe', 'example.com'],
    ['<john  "doe"  @example.com>', 'john doe', 'example.com'],
    ['<user@example.com', 'user', 'example.com'],
    ['<"user@example.com>', '"user', 'example.com'],
    ['<a"b@example.com>', 'a"b', 'example.com'],
    ['<"a"b"@example.com>', 'ab"', 'example.com'],
    ['<user@example.com/x>', 'user', 'example.com/x'],
    ["<@legitimate.example,@any.com:'any@attack.example>", "'any", 'attack.example'],
    ['<any@legitimate.example\0@attack.example>', 'any@legitimate.example\0', 'attack.example'],
  ])('%j is %j at %j', (argument, localPart, domain) => {
    expect(parsePath(argument as Octets)).toEqual({ kind: 'mailbox', localPart, domain });
  });

  test('UTF-8 stays as it is (RFC 6531)', () => {
    expect(parsePath(octetsOfText('<jörg@exämple.com>'))).toEqual({
      kind: 'mailbox',
      localPart: octetsOfText('jörg'),
      domain: octetsOfText('exämple.com'),
    });
  });

  test.each(['<>', '', '<> SIZE=100', '<', '< >', '<(c)>', '<>(c)', '<"">', '<@a.example:>', '<@>'])(
    '%j is the null sender',
    (argument) => {
      expect(parsePath(argument as Octets)).toEqual({ kind: 'null' });
    },
  );

  test('is the same sender as the internal form that Postfix gives to a policy server', () => {
    const octet = fc.constantFrom('a', '@', '"', '\\', ' ', '.', '>', '<', ',', ':', '\xe4');
    const localPart = fc.array(octet, { minLength: 1, maxLength: 8 }).map((list) => list.join(''));
    fc.assert(
      fc.property(localPart, fc.constantFrom('example.com', '[192.0.2.1]'), (local, domain) => {
        const quoted = local.replace(/["\\]/g, '\\$&');
        expect(parsePath(`<"${quoted}"@${domain}>` as Octets)).toEqual(
          splitAddress(`${local}@${domain}` as Octets),
        );
      }),
      { seed: SEED },
    );
  });

  test.each([
    '"',
    '\\"',
    '"@',
    '\\"@',
    '"\\"@',
    '<',
    '@',
    '@:',
    '<"\\">',
    '(',
    '()',
    '(\\',
    ' ',
    'a ',
    ';',
    '@;',
    '!',
    '%',
    '.',
    '.x',
  ])('in time proportional to length: %j again and again', (piece) => {
    const started = process.cpuUsage();
    parsePath(piece.repeat(500_000) as Octets);
    const { user, system } = process.cpuUsage(started);
    expect((user + system) / 1000).toBeLessThan(5_000);
  });
});
