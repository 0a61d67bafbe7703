/** Ten shapes of records: what a check costs when nothing is known of its names. */
import type { SpfResult } from '../../src/smtp/index.js';
import type { OwnerLiteral, ZoneLiteral } from '../support/zone.js';
import type { Mail } from './mail.js';

export interface ColdShape {
  readonly name: string;
  /**
   * How many questions the longest chain has of those that each need the answer to the one before, HELO and
   * MAIL FROM side by side: what a check must take, in round trips. HELO has one question: its names have
   * addresses and no record, as most have.
   */
  readonly links: number;
  /** Of MAIL FROM. */
  readonly result: SpfResult;
  /** An address that is in the record, or one that is in none. */
  readonly client: string;
  /** What there is at a domain of this shape and below it. */
  readonly zoneOf: (domain: string) => ZoneLiteral;
}

const LISTED = '198.18.0.10';
const STRANGER = '198.19.255.7';
const OTHERS = '198.18.7.0/24';

export const COLD_SHAPES: readonly ColdShape[] = [
  {
    name: 'ip4 only',
    links: 1,
    result: 'pass',
    client: LISTED,
    zoneOf: (domain) => ({ [domain]: spf(`ip4:${OTHERS} ip4:${LISTED} -all`) }),
  },
  {
    name: 'a and mx',
    links: 3, // record, MX, addresses
    result: 'pass',
    client: LISTED,
    zoneOf: (domain) => ({
      [domain]: { ...spf('a mx -all'), A: ['198.18.7.1'], MX: hosts(domain, 2) },
      ...addressesOf(domain, ['198.18.7.2', LISTED]),
    }),
  },
  {
    name: '5 includes, flat',
    links: 2,
    result: 'pass',
    client: LISTED,
    zoneOf: (domain) => ({
      [domain]: spf(`${includes(domain, ['1', '2', '3', '4', '5'])} -all`),
      ...leaves(domain, ['1', '2', '3', '4']),
      [`_5.${domain}`]: spf(`ip4:${LISTED} -all`),
    }),
  },
  {
    name: '10 includes, 3 deep',
    links: 4,
    result: 'softfail',
    client: STRANGER,
    zoneOf: (domain) => ({
      [domain]: spf(`${includes(domain, ['a', 'b', 'c'])} ~all`),
      [`_a.${domain}`]: spf(`${includes(domain, ['a1', 'a2'])} -all`),
      [`_b.${domain}`]: spf(`${includes(domain, ['b1', 'b2'])} -all`),
      [`_c.${domain}`]: spf(`${includes(domain, ['c1'])} -all`),
      [`_a2.${domain}`]: spf(`${includes(domain, ['a21'])} -all`),
      [`_c1.${domain}`]: spf(`${includes(domain, ['c11'])} -all`),
      ...leaves(domain, ['a1', 'a21', 'b1', 'b2', 'c11']),
    }),
  },
  {
    name: 'redirect chain',
    links: 4,
    result: 'pass',
    client: LISTED,
    zoneOf: (domain) => ({
      [domain]: spf(`redirect=_1.${domain}`),
      [`_1.${domain}`]: spf(`redirect=_2.${domain}`),
      [`_2.${domain}`]: spf(`redirect=_3.${domain}`),
      [`_3.${domain}`]: spf(`ip4:${LISTED} -all`),
    }),
  },
  {
    name: 'mx with 10 hosts',
    links: 3,
    result: 'fail',
    client: STRANGER,
    zoneOf: (domain) => ({
      [domain]: { ...spf('mx -all'), MX: hosts(domain, 10) },
      ...addressesOf(
        domain,
        Array.from({ length: 10 }, (_, i) => `198.18.7.${i + 1}`),
      ),
    }),
  },
  {
    name: 'exists with macros',
    links: 2,
    result: 'pass',
    client: LISTED,
    zoneOf: (domain) => ({
      [domain]: spf('exists:%{ir}.%{v}._e.%{d} -all'),
      [`${LISTED.split('.').reverse().join('.')}.in-addr._e.${domain}`]: { A: ['127.0.0.2'] },
    }),
  },
  {
    name: 'include with macros',
    links: 2,
    result: 'pass',
    client: LISTED,
    zoneOf: (domain) => ({
      [domain]: spf('include:%{l}._%{v}.%{d} -all'),
      [`user._in-addr.${domain}`]: spf(`ip4:${LISTED} -all`),
    }),
  },
  {
    name: 'TXT over TCP',
    // The answer that is cut off, even for those who take 4096 octets, and the whole one. To connect is no question.
    links: 2,
    result: 'pass',
    client: LISTED,
    zoneOf: (domain) => ({ [domain]: spf(`${'ip4:198.18.7.255 '.repeat(250)}ip4:${LISTED} -all`) }),
  },
  { name: 'NXDOMAIN', links: 1, result: 'none', client: STRANGER, zoneOf: () => ({}) },
];

/** The message of that repetition. Each has names of its own, which nobody has asked for before. */
export function coldMail({ client }: ColdShape, shape: number, repetition: number): Mail {
  return {
    client,
    helo: heloName(shape, repetition),
    sender: `user@${domainOf(shape, repetition)}`,
    recipients: 1,
  };
}

/** All that these messages may ask for. */
export function coldZone(repetitions: number): ReadonlyMap<string, OwnerLiteral> {
  const zone = new Map<string, OwnerLiteral>();
  for (const [shape, { zoneOf }] of COLD_SHAPES.entries()) {
    for (let repetition = 0; repetition < repetitions; repetition++) {
      zone.set(heloName(shape, repetition), { A: ['198.18.8.1'] });
      for (const [name, at] of Object.entries(zoneOf(domainOf(shape, repetition)))) {
        if (typeof at !== 'string') zone.set(name, at);
      }
    }
  }
  return zone;
}

function domainOf(shape: number, repetition: number): string {
  return `r${repetition}.s${shape}.example`;
}

function heloName(shape: number, repetition: number): string {
  return `mail.r${repetition}.h${shape}.example`;
}

function spf(terms: string): OwnerLiteral {
  return { TXT: [`v=spf1 ${terms}`] };
}

function includes(domain: string, labels: readonly string[]): string {
  return labels.map((label) => `include:_${label}.${domain}`).join(' ');
}

/** Records that no client of these messages is in. */
function leaves(domain: string, labels: readonly string[]): ZoneLiteral {
  return Object.fromEntries(labels.map((label) => [`_${label}.${domain}`, spf(`ip4:${OTHERS} -all`)]));
}

function hosts(domain: string, count: number): readonly (readonly [number, string])[] {
  return Array.from({ length: count }, (_, i) => [10, `mx${i}.${domain}`] as const);
}

function addressesOf(domain: string, addresses: readonly string[]): ZoneLiteral {
  return Object.fromEntries(addresses.map((address, i) => [`mx${i}.${domain}`, { A: [address] }]));
}
