/** A DNS from a literal, which also tells what was asked of it. */
import type {
  Answer,
  FailureReason,
  Lookup,
  QueryName,
  RecordData,
  RecordType,
} from '../../src/dns/index.js';
import { nameKey, queryName } from '../../src/dns/index.js';
import { IpAddress } from '../../src/net/index.js';
import { zoneLookup, type ZoneOwner } from '../../src/resolver/index.js';
import { octetsOfText, type Octets } from '../../src/util/index.js';

/** What there is at one name: lists are records, a bare word is how questions of that type fail. */
export interface OwnerLiteral {
  readonly A?: readonly string[] | FailureReason;
  readonly AAAA?: readonly string[] | FailureReason;
  readonly MX?: readonly (readonly [preference: number, exchange: string])[] | FailureReason;
  readonly PTR?: readonly string[] | FailureReason;
  /** Each entry is one record; a list in the list is one record of several character-strings. */
  readonly TXT?: readonly (string | readonly string[])[] | FailureReason;
  readonly CNAME?: string;
}

/** Names with what there is at them. A bare word makes every question for the name fail. */
export type ZoneLiteral = Readonly<Record<string, OwnerLiteral | FailureReason>>;

export interface ZoneOptions {
  /** Every answer comes as a promise. */
  readonly async?: boolean;
  /** Seconds, of every answer. */
  readonly ttl?: number;
}

export interface RecordingLookup extends Lookup {
  /** Every question so far, in order, as `a.example TXT`, spelled as it was asked. */
  readonly asked: string[];
}

/**
 * Makes a lookup from a literal:
 * `zone({ 'a.example': { TXT: ['v=spf1 mx -all'], A: 'servfail' }, 'b.example': 'timeout' })`.
 * A name that is not in it (nor above one that is) is NXDOMAIN, a type that is not there is NODATA. Text is
 * taken as octets where all its characters are below U+0100, else as UTF-8.
 */
export function zone(literal: ZoneLiteral, options: ZoneOptions = {}): RecordingLookup {
  const owners = new Map<string, ZoneOwner>();
  for (const [name, at] of Object.entries(literal)) {
    const owner = ownerOf(queryName(name), at);
    owners.set(nameKey(owner.name), owner);
  }
  const lookup = zoneLookup(owners, options.ttl);
  const asked: string[] = [];
  const recording = <T extends RecordType>(
    name: QueryName,
    type: T,
    deadline: number,
  ): Answer<RecordData[T]> | Promise<Answer<RecordData[T]>> => {
    asked.push(`${name} ${type}`);
    const answer = lookup(name, type, deadline);
    return options.async === true ? Promise.resolve(answer) : answer;
  };
  return Object.assign(recording, { asked });
}

/** One entry of a literal as the zone has it. */
export function ownerOf(name: QueryName, at: OwnerLiteral | FailureReason): ZoneOwner {
  const has: OwnerLiteral = typeof at === 'string' ? {} : at;
  const failure = (type: RecordType): FailureReason | null => {
    if (typeof at === 'string') return at;
    const listed = at[type];
    return typeof listed === 'string' ? listed : null;
  };
  return {
    name,
    alias: has.CNAME === undefined ? null : queryName(has.CNAME),
    records: {
      A: recordsOf(has.A).map(addressOf),
      AAAA: recordsOf(has.AAAA).map(addressOf),
      MX: recordsOf(has.MX).map(([preference, exchange]) => ({ preference, exchange: queryName(exchange) })),
      PTR: recordsOf(has.PTR).map(queryName),
      TXT: recordsOf(has.TXT).map((text) => (typeof text === 'string' ? [text] : text).map(octetsOf)),
    },
    failures: {
      A: failure('A'),
      AAAA: failure('AAAA'),
      MX: failure('MX'),
      PTR: failure('PTR'),
      TXT: failure('TXT'),
    },
  };
}

function recordsOf<R>(listed: readonly R[] | FailureReason | undefined): readonly R[] {
  return listed === undefined || typeof listed === 'string' ? [] : listed;
}

function addressOf(text: string): IpAddress {
  const address = IpAddress.parse(text);
  if (address === null) throw new Error(`not an address: ${text}`);
  return address;
}

function octetsOf(text: string): Octets {
  return /^[\0-\xff]*$/.test(text) ? (text as Octets) : octetsOfText(text);
}
