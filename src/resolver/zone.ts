/** A whole DNS in memory: what a zone file or a literal in a test says, and the `Lookup` that answers from it. */
import {
  nameKey,
  type Answer,
  type FailureReason,
  type Lookup,
  type Mx,
  type QueryName,
  type RecordData,
  type RecordType,
} from '../dns/index.js';
import type { IpAddress } from '../net/index.js';
import type { Octets } from '../util/index.js';

/** Record data as it is published: unlike `RecordData`, the character-strings of a TXT record are apart. */
export interface ZoneData {
  readonly A: IpAddress;
  readonly AAAA: IpAddress;
  readonly MX: Mx;
  readonly PTR: QueryName;
  readonly TXT: readonly Octets[];
}

/** What there is at one name. */
export interface ZoneOwner {
  readonly name: QueryName;
  /** The target of a CNAME, which answers for every type without records or a failure of its own. */
  readonly alias: QueryName | null;
  readonly records: { readonly [T in RecordType]: readonly ZoneData[T][] };
  /** How questions for a type without records fail. */
  readonly failures: Readonly<Record<RecordType, FailureReason | null>>;
}

/** Owners by the `nameKey` of their names. */
export type Zone = ReadonlyMap<string, ZoneOwner>;

export const RECORD_TYPES: readonly RecordType[] = ['A', 'AAAA', 'MX', 'PTR', 'TXT'];

/** A longer chain of aliases has no data, just as a loop has none. */
const MAX_ALIASES = 10;

/**
 * A lookup that has every answer at hand, whatever the deadline.
 *
 * All answers are made beforehand, aliases followed and strings joined: a question costs one access to a
 * map, and one question always gets one and the same object. A timeout is an answer too, given at once.
 * A name that is not there is NXDOMAIN unless it has names below it (RFC 8020). `ttl`, in seconds, is
 * that of every answer.
 */
export function zoneLookup(zone: Zone, ttl = 0): Lookup {
  const source: Source = {
    zone,
    emptyNonTerminals: emptyNonTerminals(zone),
    nodata: { kind: 'void', why: 'nodata', ttl },
    nxdomain: { kind: 'void', why: 'nxdomain', ttl },
  };
  const { nodata, nxdomain } = source;
  const byName = new Map<string, Answers>();
  for (const [key, owner] of zone) {
    byName.set(key, {
      A: answer(source, owner, 'A', asPublished),
      AAAA: answer(source, owner, 'AAAA', asPublished),
      MX: answer(source, owner, 'MX', asPublished),
      PTR: answer(source, owner, 'PTR', asPublished),
      TXT: answer(source, owner, 'TXT', joined),
    });
  }
  const nothing: Answers = { A: nodata, AAAA: nodata, MX: nodata, PTR: nodata, TXT: nodata };
  for (const key of source.emptyNonTerminals) byName.set(key, nothing);

  return <T extends RecordType>(name: QueryName, type: T): Answer<RecordData[T]> => {
    const answers = byName.get(name) ?? byName.get(nameKey(name)); // names mostly come in lower case
    return answers === undefined ? nxdomain : answers[type];
  };
}

type Void = Extract<Answer<never>, { kind: 'void' }>;
type Answers = { readonly [T in RecordType]: Answer<RecordData[T]> };

interface Source {
  readonly zone: Zone;
  readonly emptyNonTerminals: ReadonlySet<string>;
  readonly nodata: Void;
  readonly nxdomain: Void;
}

function answer<T extends RecordType>(
  { zone, emptyNonTerminals, nodata, nxdomain }: Source,
  start: ZoneOwner,
  type: T,
  dataOf: (published: ZoneData[T]) => RecordData[T],
): Answer<RecordData[T]> {
  let owner = start;
  for (let aliases = 0; aliases <= MAX_ALIASES; aliases++) {
    const [first, ...rest] = owner.records[type];
    if (first !== undefined) {
      return { kind: 'records', records: [dataOf(first), ...rest.map(dataOf)], ttl: nodata.ttl };
    }
    const why = owner.failures[type];
    if (why !== null) return { kind: 'failed', why };
    if (owner.alias === null) return nodata;
    const key = nameKey(owner.alias);
    const target = zone.get(key);
    if (target === undefined) return emptyNonTerminals.has(key) ? nodata : nxdomain;
    owner = target;
  }
  return nodata;
}

function asPublished<T>(data: T): T {
  return data;
}

function joined(strings: readonly Octets[]): Octets {
  return strings.join('') as Octets;
}

/** Names that have nothing themselves but have names below them, so that they exist (RFC 8020 §2). */
function emptyNonTerminals(zone: Zone): ReadonlySet<string> {
  const names = new Set<string>();
  for (const owner of zone.keys()) {
    for (let dot = owner.indexOf('.'); dot !== -1; dot = owner.indexOf('.', dot + 1)) {
      const above = owner.slice(dot + 1);
      if (names.has(above)) break; // and so are all names above that one
      if (!zone.has(above)) names.add(above);
    }
  }
  return names;
}
