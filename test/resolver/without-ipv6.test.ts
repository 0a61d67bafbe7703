/** A resolver that asks for no AAAA records, and what becomes of an IPv6 client. */
import { describe, expect, test } from '@jest/globals';

import { queryName, type RecordType } from '../../src/dns/index.js';
import { withoutIpv6 } from '../../src/resolver/index.js';
import { checkHost } from '../../src/spf/index.js';
import { argumentsOf, contextOf } from '../support/spf-client.js';
import { zone, type ZoneLiteral } from '../support/zone.js';

const IP6 = '2001:db8::25';

test.each<RecordType>(['A', 'MX', 'PTR', 'TXT'])('%s is asked for', (type) => {
  const dns = zone({ 'a.example': { A: ['192.0.2.1'] } });
  const answer = withoutIpv6(dns)(queryName('a.example'), type, 1000);
  expect(dns.asked).toEqual([`a.example ${type}`]);
  expect(answer).toEqual(zone({ 'a.example': { A: ['192.0.2.1'] } })(queryName('a.example'), type, 1000));
});

test('AAAA is not, and the answer says so at once', () => {
  const dns = zone({ 'a.example': { AAAA: [IP6] } }, { async: true });
  expect(withoutIpv6(dns)(queryName('a.example'), 'AAAA', 1000)).toEqual({
    kind: 'void',
    why: 'not-asked',
    ttl: 0,
  });
  expect(dns.asked).toEqual([]);
});

describe('a check', () => {
  const ptr: ZoneLiteral = {
    '5.2.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa': {
      PTR: ['a.example.com', 'b.example.com', 'c.example.com', 'd.example.com'],
    },
    'a.example.com': { AAAA: [IP6] },
  };
  const host = { A: ['192.0.2.1'], AAAA: [IP6] };
  const hosts = { 'm1.example': host, 'm2.example': host, 'm3.example': host };
  const MX = [
    [1, 'm1.example'],
    [2, 'm2.example'],
    [3, 'm3.example'],
  ] as const;

  test.each<{ says: string; ip: string; terms: string; zone: ZoneLiteral; result: string }>([
    {
      says: 'three terms that were not looked up are no permerror',
      ip: IP6,
      terms: 'a:m1.example a:m2.example a:m3.example ?all',
      zone: hosts,
      result: 'neutral',
    },
    {
      says: 'nor are the hosts of mx',
      ip: IP6,
      terms: 'mx mx mx ?all',
      zone: { ...hosts },
      result: 'neutral',
    },
    { says: 'nor the names of ptr', ip: IP6, terms: 'ptr ?all', zone: ptr, result: 'neutral' },
    {
      says: 'ip6 terms match as ever',
      ip: IP6,
      terms: `a:m1.example a:m2.example a:m3.example ip6:${IP6} -all`,
      zone: hosts,
      result: 'pass',
    },
    {
      says: 'three terms that are empty are a permerror all the same',
      ip: IP6,
      terms: 'exists:v1.example exists:v2.example exists:v3.example ?all',
      zone: {},
      result: 'permerror',
    },
    {
      says: 'an IPv4 client sees no difference',
      ip: '192.0.2.1',
      terms: 'mx -all',
      zone: hosts,
      result: 'pass',
    },
  ])('$says', ({ ip, terms, zone: literal, result }) => {
    for (const voidCounting of ['term', 'query'] as const) {
      const dns = zone({ 'example.com': { TXT: [`v=spf1 ${terms}`], MX }, ...literal });
      const outcome = checkHost(argumentsOf({ ip }), contextOf(withoutIpv6(dns), { voidCounting }));
      expect(outcome).toHaveProperty('result', result);
      expect(dns.asked.filter((question) => question.endsWith(' AAAA'))).toEqual([]);
    }
  });
});
