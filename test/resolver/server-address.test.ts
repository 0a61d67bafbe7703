import { describe, expect, test } from '@jest/globals';

import { parseServer, printServer } from '../../src/resolver/index.js';

describe('a server', () => {
  test.each([
    ['127.0.0.1', '127.0.0.1', 53, undefined],
    ['127.0.0.1:5353', '127.0.0.1', 5353, undefined],
    ['127.0.0.1:53', '127.0.0.1', 53, undefined],
    ['::1', '::1', 53, undefined],
    ['[::1]', '::1', 53, undefined],
    ['[::1]:5353', '::1', 5353, undefined],
    ['2001:DB8::53', '2001:db8::53', 53, undefined],
    ['::ffff:127.0.0.1', '127.0.0.1', 53, undefined], // folded, as everywhere
    ['fe80::1%eth0', 'fe80::1', 53, 'eth0'],
    ['[fe80::1%eth0]:5353', 'fe80::1', 5353, 'eth0'],
  ])('reads %s', (text, address, port, zone) => {
    const server = parseServer(text);
    if (!server.ok) throw new Error(server.error);
    expect([server.value.address.toString(), server.value.port, server.value.zone]).toEqual([
      address,
      port,
      zone,
    ]);
    expect(parseServer(printServer(server.value))).toEqual(server);
  });

  test.each([
    ['', 'address'],
    ['localhost', 'address'],
    ['dns.example:53', 'address'],
    ['127.1', 'address'],
    ['127.0.0.1.', 'address'],
    ['127.0.0.1 ', 'address'],
    ['[127.0.0.1]:53', 'address'],
    ['[::1', 'address'],
    ['::1]:53', 'address'],
    ['1:2:3', 'address'],
    ['127.0.0.1:', 'port'],
    ['127.0.0.1:0', 'port'],
    ['127.0.0.1:65536', 'port'],
    ['127.0.0.1:+53', 'port'],
    ['127.0.0.1:0x35', 'port'],
    ['[::1]5353', 'port'],
    ['[::1]:', 'port'],
    ['127.0.0.1%eth0', 'zone'],
    ['fe80::1%', 'zone'],
    ['fe80::1%a-name-too-long-by-far', 'zone'],
  ])('refuses %j', (text, problem) => {
    expect(parseServer(text)).toEqual({ ok: false, error: problem });
  });
});
