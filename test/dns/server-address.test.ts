import { describe, expect, test } from '@jest/globals';

import { parseServer, printServer } from '../../src/dns/index.js';

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
    ['tls://9.9.9.9', '9.9.9.9', 853, null],
    ['tls://9.9.9.9@dns.quad9.net', '9.9.9.9', 853, 'dns.quad9.net'],
    ['tls://9.9.9.9:8853@dns.quad9.net', '9.9.9.9', 8853, 'dns.quad9.net'],
    ['tls://2620:fe::fe@dns.quad9.net.', '2620:fe::fe', 853, 'dns.quad9.net'],
    ['tls://[2620:fe::fe]:8853@dns.quad9.net', '2620:fe::fe', 8853, 'dns.quad9.net'],
    ['tls://9.9.9.9:53@resolver', '9.9.9.9', 53, 'resolver'],
    ['tls://192.0.2.1@b\u00fccher.example', '192.0.2.1', 853, 'xn--bcher-kva.example'],
    ['tls://fe80::1%eth0', 'fe80::1', 853, null],
  ])('reads %s', (text, address, port, name) => {
    const server = parseServer(text);
    if (!server.ok) throw new Error(server.error);
    expect([server.value.address.toString(), server.value.port, server.value.tls]).toEqual([
      address,
      port,
      { name },
    ]);
    expect(parseServer(printServer(server.value))).toEqual(server);
  });

  test.each([
    ['tls://', 'address'],
    ['tls://dns.quad9.net', 'address'],
    ['TLS://9.9.9.9', 'port'],
    ['tls://9.9.9.9@', 'name'],
    ['tls://9.9.9.9@a b', 'name'],
    ['tls://9.9.9.9@a..b', 'name'],
    ['tls://9.9.9.9@dns.quad9.net:853', 'name'], // the port belongs to the address
    ['tls://9.9.9.9@9.9.9.9@x', 'name'],
    ['tls://9.9.9.9:0@dns.quad9.net', 'port'],
    ['tls://tls://9.9.9.9', 'port'],
    ['9.9.9.9@dns.quad9.net', 'address'],
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
