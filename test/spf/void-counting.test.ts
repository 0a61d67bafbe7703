/** What counts as a void lookup: terms (RFC 7208 §4.6.4), or each address query. */
import { describe, expect, test } from '@jest/globals';

import { checkHost } from '../../src/spf/index.js';
import { argumentsOf, contextOf } from '../support/spf-client.js';
import { testRows, type SpfRow } from '../support/spf-rows.js';
import { zone, type ZoneLiteral } from '../support/zone.js';

const IP6 = '2001:db8::25';
const REVERSE6 = '5.2.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa';

/** A row that comes to one result counted by terms, and to another counted by queries. */
type Row = Omit<SpfRow, 'result' | 'limits'> & {
  readonly term: SpfRow['result'];
  readonly query: SpfRow['result'];
};

const mx = (...hosts: readonly string[]): readonly (readonly [number, string])[] =>
  hosts.map((host, i) => [i, host] as const);

/** Mail servers that have an IPv4 address only. */
const ip4Only: ZoneLiteral = {
  'm1.example': { A: ['192.0.2.1'] },
  'm2.example': { A: ['192.0.2.2'] },
  'm3.example': { A: ['192.0.2.3'] },
};

const ROWS: readonly Row[] = [
  {
    says: 'three mail servers without an IPv6 address, an IPv6 client', // pyspf issue 40
    ip: IP6,
    zone: {
      ...ip4Only,
      'example.com': { TXT: [`v=spf1 mx ip6:${IP6} -all`], MX: mx('m1.example', 'm2.example', 'm3.example') },
    },
    term: 'pass',
    query: 'permerror',
  },
  {
    says: 'the same, and an IPv4 client',
    ip: '192.0.2.9',
    zone: {
      ...ip4Only,
      'example.com': { TXT: ['v=spf1 mx -all'], MX: mx('m1.example', 'm2.example', 'm3.example') },
    },
    term: 'fail',
    query: 'fail',
  },
  {
    says: 'two of them',
    ip: IP6,
    zone: {
      ...ip4Only,
      'example.com': { TXT: ['v=spf1 mx -all'], MX: mx('m1.example', 'm2.example') },
    },
    term: 'fail',
    query: 'fail',
  },
  {
    says: 'two of them, and an empty term',
    ip: IP6,
    zone: {
      ...ip4Only,
      'example.com': { TXT: ['v=spf1 mx a:gone.example -all'], MX: mx('m1.example', 'm2.example') },
    },
    term: 'fail',
    query: 'permerror',
  },
  {
    says: 'the server behind two of them that is the client',
    ip: IP6,
    zone: {
      ...ip4Only,
      'm3.example': { AAAA: [IP6] },
      'example.com': { TXT: ['v=spf1 mx -all'], MX: mx('m1.example', 'm2.example', 'm3.example') },
    },
    term: 'pass',
    query: 'pass',
  },
  {
    says: 'the server behind three of them that is the client: it comes too late',
    ip: IP6,
    zone: {
      ...ip4Only,
      'm4.example': { AAAA: [IP6] },
      'example.com': {
        TXT: ['v=spf1 mx -all'],
        MX: mx('m1.example', 'm2.example', 'm3.example', 'm4.example'),
      },
    },
    term: 'pass',
    query: 'permerror',
  },
  {
    says: 'a server that cannot be asked, and three without addresses',
    zone: {
      'bad.example': 'servfail',
      'example.com': {
        TXT: ['v=spf1 mx -all'],
        MX: mx('bad.example', 'v1.example', 'v2.example', 'v3.example'),
      },
    },
    term: 'temperror',
    query: 'permerror',
  },
  {
    says: 'the servers of two terms count together, the same one twice',
    ip: IP6,
    zone: {
      ...ip4Only,
      'example.com': {
        TXT: ['v=spf1 mx mx:other.example -all'],
        MX: mx('m1.example', 'm2.example'),
      },
      'other.example': { MX: mx('m1.example') },
    },
    term: 'fail',
    query: 'permerror',
  },
  {
    says: 'the servers of an include count for the whole',
    ip: IP6,
    zone: {
      ...ip4Only,
      'example.com': { TXT: ['v=spf1 mx include:other.example -all'], MX: mx('m1.example', 'm2.example') },
      'other.example': { TXT: ['v=spf1 mx ?all'], MX: mx('m3.example') },
    },
    term: 'fail',
    query: 'permerror',
  },
  {
    says: 'a null MX is not asked for, and counts for nothing', // RFC 7505
    zone: {
      'example.com': { TXT: ['v=spf1 mx a:v1.example a:v2.example -all'], MX: [[0, '.']] },
    },
    term: 'fail',
    query: 'fail',
  },
  {
    says: 'three PTR names without an address',
    ip: IP6,
    zone: {
      [REVERSE6]: { PTR: ['a.example.com', 'b.example.com', 'c.example.com'] },
      'example.com': { TXT: ['v=spf1 ptr -all'] },
    },
    term: 'fail',
    query: 'permerror',
  },
  {
    says: 'PTR names that nobody looks up',
    ip: IP6,
    zone: {
      [REVERSE6]: { PTR: ['a.example.net', 'b.example.net', 'c.example.net'] },
      'example.com': { TXT: ['v=spf1 ptr -all'] },
    },
    term: 'fail',
    query: 'fail',
  },
  {
    says: 'two PTR names without an address, in three terms: one query each',
    ip: IP6,
    zone: {
      [REVERSE6]: { PTR: ['a.example.com', 'b.example.com'] },
      'example.com': { TXT: ['v=spf1 -ptr -ptr -ptr ?all'] },
    },
    term: 'neutral',
    query: 'neutral',
  },
  {
    says: 'a PTR name whose query fails is skipped', // §5.5
    ip: IP6,
    zone: {
      [REVERSE6]: { PTR: ['a.example.com', 'b.example.com', 'c.example.com'] },
      'a.example.com': 'servfail',
      'example.com': { TXT: ['v=spf1 ptr -all'] },
    },
    term: 'fail',
    query: 'fail',
  },
  {
    says: 'the names of %{p}, which is no term',
    ip: IP6,
    zone: {
      [REVERSE6]: { PTR: ['a.example.com', 'b.example.com', 'c.example.com'] },
      'example.com': { TXT: ['v=spf1 exists:%{p}.p.example -all'] },
      'unknown.p.example': { A: ['127.0.0.2'] },
    },
    term: 'pass',
    query: 'pass',
  },
  {
    says: 'a PTR query without an answer',
    ip: IP6,
    zone: { 'example.com': { TXT: ['v=spf1 ptr a:v1.example a:v2.example -all'] } },
    term: 'fail',
    query: 'fail',
  },
  {
    says: 'three empty terms',
    zone: { 'example.com': { TXT: ['v=spf1 a:v1.example mx:v2.example exists:v3.example -all'] } },
    term: 'permerror',
    query: 'permerror',
  },
];

describe('by terms', () => {
  testRows(ROWS.map(({ term, query: _, ...row }) => ({ ...row, result: term })));
});

describe('by queries', () => {
  test.each(ROWS)('$says: $query with prefetch, too', async (row) => {
    const context = contextOf(zone(row.zone, { async: true }), { voidCounting: 'query' });
    const outcome = await checkHost(argumentsOf(row), { ...context, prefetch: true });
    expect(outcome.result).toBe(row.query);
    expect(outcome).toEqual(await checkHost(argumentsOf(row), context));
  });

  testRows(
    ROWS.map(({ term: _, query, ...row }) => ({
      ...row,
      result: query,
      limits: { voidCounting: 'query' as const },
      ...(query === 'permerror' && { cause: { kind: 'limit', limit: 'void' } }),
    })),
  );
});
