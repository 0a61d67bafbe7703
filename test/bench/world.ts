/** A generated DNS that looks like that of real mail: providers, small sites, forgotten and broken records. */
import type { OwnerLiteral } from '../support/zone.js';
import { SeededRandom } from './random.js';

export interface SenderDomain {
  readonly name: string;
  /** Addresses of clients that pass; empty where none can. */
  readonly permitted: readonly string[];
}

export interface World {
  /** Names with what there is at them; a name that is `refused` makes the server refuse to answer. */
  readonly zone: ReadonlyMap<string, OwnerLiteral | 'refused'>;
  /** In no order: any part of the list is as mixed as the whole. */
  readonly senders: readonly SenderDomain[];
  readonly heloNames: readonly string[];
}

interface Owner {
  readonly A: string[];
  readonly AAAA: string[];
  readonly MX: (readonly [number, string])[];
  readonly TXT: string[];
}

interface ProviderPlan {
  readonly name: string;
  /** Networks in its own record. */
  readonly own: number;
  /** Records that it includes, and networks in each of those. */
  readonly parts: number;
  readonly each: number;
  readonly all: string;
}

interface Provider {
  readonly name: string;
  /** Terms that an include of it costs, itself counted. */
  readonly cost: number;
  readonly permitted: readonly string[];
}

const SENDERS = 400;
const HELO_NAMES = 300;

/** How often each kind of record is met, in per cent or so. */
const SHAPES = [
  ['ip4-list', 16],
  ['a-mx', 16],
  ['one-provider', 30],
  ['several-providers', 14],
  ['redirect', 5],
  ['exists', 3],
  ['long-list', 4],
  ['no-record', 6],
  ['no-domain', 2],
  ['too-many-terms', 2],
  ['syntax-error', 1.5],
  ['refused', 0.5],
] as const;

type Shape = (typeof SHAPES)[number][0];

const PROVIDERS: readonly ProviderPlan[] = [
  { name: '_spf.bigmail.example', own: 0, parts: 3, each: 8, all: '~all' },
  { name: 'spf.office.example', own: 9, parts: 1, each: 5, all: '-all' },
  { name: 'newsletter.example', own: 12, parts: 1, each: 3, all: '~all' },
  { name: 'shop.example', own: 13, parts: 0, each: 0, all: '-all' },
  { name: 'helpdesk.example', own: 6, parts: 0, each: 0, all: '~all' },
];

/** The last word of a sender's record. */
const LAST = [
  ['-all', 45],
  ['~all', 50],
  ['?all', 5],
] as const;

/** One seed, one world. */
export function generateWorld(seed: number): World {
  return new WorldBuilder(new SeededRandom(seed)).build();
}

/** Makes names and addresses; all addresses are in the networks for benchmarks (RFC 2544) or documentation. */
class WorldBuilder {
  readonly #random: SeededRandom;
  readonly #zone = new Map<string, Owner | 'refused'>();
  readonly #providers: Provider[] = [];
  #networks = 0;
  #hosts = 0;

  constructor(random: SeededRandom) {
    this.#random = random;
  }

  build(): World {
    for (const plan of PROVIDERS) this.#addProvider(plan);
    this.#addListOfAddresses('forms.example');
    const senders = Array.from({ length: SENDERS }, (_, i) => this.#sender(`d${i}.example`));
    const heloNames = Array.from({ length: HELO_NAMES }, (_, i) => this.#heloName(`mail.h${i}.example`));
    return { zone: this.#zone, senders, heloNames };
  }

  #at(name: string): Owner {
    const known = this.#zone.get(name);
    if (known !== undefined && known !== 'refused') return known;
    const owner: Owner = { A: [], AAAA: [], MX: [], TXT: [] };
    this.#zone.set(name, owner);
    return owner;
  }

  #addProvider({ name, own, parts, each, all }: ProviderPlan): void {
    const permitted: string[] = [];
    let terms = this.#listNetworks(own, permitted);
    for (let part = 1; part <= parts; part++) {
      this.#at(`_${part}.${name}`).TXT.push(`v=spf1${this.#listNetworks(each, permitted)} ${all}`);
      terms += ` include:_${part}.${name}`;
    }
    this.#at(name).TXT.push(`v=spf1${terms} ${all}`);
    this.#providers.push({ name, cost: 1 + parts, permitted });
  }

  /** A provider that has an A record for each of its clients, as some large ones do. */
  #addListOfAddresses(name: string): void {
    const permitted = Array.from({ length: 40 }, () => this.#host());
    for (const address of permitted) this.#at(`${address}._spf.${name}`).A.push('127.0.0.2');
    this.#at(name).TXT.push(`v=spf1 exists:%{i}._spf.${name} -all`);
    this.#providers.push({ name, cost: 2, permitted });
  }

  /** Terms with a blank before each; every sixth network is one of IPv6. */
  #listNetworks(count: number, permitted: string[]): string {
    let terms = '';
    for (let i = 0; i < count; i++) {
      const number = this.#networks++;
      const host = this.#random.integer(1, 250);
      if (number % 6 === 5) {
        terms += ` ip6:2001:db8:${number.toString(16)}::/48`;
        permitted.push(`2001:db8:${number.toString(16)}::${host.toString(16)}`);
      } else {
        terms += ` ip4:198.18.${number}.0/24`;
        permitted.push(`198.18.${number}.${host}`);
      }
    }
    return terms;
  }

  /** The address of a host that is in no other list. */
  #host(): string {
    const number = this.#hosts++;
    return `198.19.${(number >>> 8) & 0x7f}.${number & 0xff}`;
  }

  #hostsOf(count: number): string[] {
    return Array.from({ length: count }, () => this.#host());
  }

  #sender(name: string): SenderDomain {
    const permitted: string[] = [];
    const shape = this.#random.weighted<Shape>(SHAPES);
    if (shape === 'refused') {
      this.#zone.set(name, shape);
    } else if (shape !== 'no-domain') {
      const { TXT } = this.#at(name);
      if (this.#random.chance(0.4)) TXT.push(`site-verification=${name}-0123456789abcdef0123456789abcdef`);
      if (shape !== 'no-record') TXT.push(`v=spf1${this.#terms(shape, name, permitted)}`);
    }
    return { name, permitted };
  }

  /** The terms of a sender's record, a blank before each. */
  #terms(
    shape: Exclude<Shape, 'refused' | 'no-domain' | 'no-record'>,
    name: string,
    permitted: string[],
  ): string {
    const random = this.#random;
    const all = random.weighted<string>(LAST);
    switch (shape) {
      case 'ip4-list':
        return `${this.#listHosts(random.integer(1, 6), permitted)} ${all}`;
      case 'long-list': // too long for 512 octets, short enough for EDNS
        return `${this.#listHosts(random.integer(30, 45), permitted)} ${all}`;
      case 'a-mx':
        this.#at(name).A.push(...this.#permittedHosts(1, permitted));
        for (let i = 1; i <= random.integer(1, 3); i++) {
          this.#at(name).MX.push([10 * i, `mx${i}.${name}`]);
          this.#at(`mx${i}.${name}`).A.push(...this.#permittedHosts(1, permitted));
        }
        return ` a mx ${all}`;
      case 'one-provider':
        return `${this.#include([random.pick(this.#providers)], permitted)} ${all}`;
      case 'several-providers':
        return `${this.#listHosts(1, permitted)}${this.#include(this.#affordable(), permitted)} ${all}`;
      case 'too-many-terms':
        return `${this.#include(this.#providers, [])} ${all}`;
      case 'redirect':
        this.#at(`_spf.${name}`).TXT.push(`v=spf1${this.#listHosts(2, permitted)} ${all}`);
        return ` redirect=_spf.${name}`;
      case 'exists':
        for (const address of this.#permittedHosts(3, permitted)) {
          const reversed = address.split('.').reverse().join('.');
          this.#at(`${reversed}.in-addr._spf.${name}`).A.push('127.0.0.2');
        }
        return ` exists:%{ir}.%{v}._spf.%{d} ${all}`;
      case 'syntax-error':
        return ` ip4:198.18.0.300 ${all}`;
    }
  }

  #permittedHosts(count: number, permitted: string[]): string[] {
    const hosts = this.#hostsOf(count);
    permitted.push(...hosts);
    return hosts;
  }

  #listHosts(count: number, permitted: string[]): string {
    return this.#permittedHosts(count, permitted)
      .map((address) => ` ip4:${address}`)
      .join('');
  }

  #include(providers: readonly Provider[], permitted: string[]): string {
    for (const provider of providers) permitted.push(...provider.permitted);
    return providers.map(({ name }) => ` include:${name}`).join('');
  }

  /** Two or three providers that ten terms are enough for. */
  #affordable(): readonly Provider[] {
    const chosen = new Set<Provider>();
    let left = 10;
    for (let tries = 0; tries < 4 && chosen.size < 3; tries++) {
      const provider = this.#random.pick(this.#providers);
      if (chosen.has(provider) || provider.cost > left) continue;
      chosen.add(provider);
      left -= provider.cost;
    }
    return [...chosen];
  }

  /** Most names in HELO have addresses and no record, some have neither, and some are no names. */
  #heloName(name: string): string {
    const random = this.#random;
    if (random.chance(0.05)) return name.slice(0, name.indexOf('.'));
    if (random.chance(0.1)) return name;
    const owner = this.#at(name);
    owner.A.push(...this.#hostsOf(1));
    if (random.chance(0.25)) owner.TXT.push('v=spf1 a ?all');
    return name;
  }
}
