/** Writes a zone as a master file (RFC 1035 §5.1), which name servers of other people read. */
import { nameKey, type QueryName } from '../../../src/dns/index.js';
import type { Zone, ZoneOwner } from '../../../src/resolver/index.js';

/** A zone of a name server: null in the place of a file where it has none, so that it answers SERVFAIL. */
export interface MasterZone {
  readonly apex: QueryName;
  readonly file: string | null;
}

/**
 * All of a zone, served as the root. A name whose questions fail becomes a zone without a file; so names below
 * such a one need zones of their own.
 */
export function masterZones(zone: Zone): readonly MasterZone[] {
  const owners = [...zone.values()];
  const broken = owners.filter(isBroken);
  const isBelowBroken = ({ name }: ZoneOwner): boolean =>
    broken.some((above) => nameKey(name).endsWith(`.${nameKey(above.name)}`));
  const ofRoot = owners.filter((owner) => !isBroken(owner) && !isBelowBroken(owner));
  return [
    { apex: '' as QueryName, file: masterFile('' as QueryName, ofRoot) },
    ...broken.map(({ name }) => ({ apex: name, file: null })),
    ...owners
      .filter((owner) => !isBroken(owner) && isBelowBroken(owner))
      .map((owner) => ({ apex: owner.name, file: masterFile(owner.name, [owner]) })),
  ];
}

/** Whether all questions fail. Where only some do, nobody asks them in the suite. */
function isBroken({ alias, records, failures }: ZoneOwner): boolean {
  return (
    alias === null &&
    Object.values(records).every((list) => list.length === 0) &&
    Object.values(failures).some((why) => why !== null)
  );
}

function masterFile(apex: QueryName, owners: readonly ZoneOwner[]): string {
  const lines = owners.flatMap((owner) =>
    recordsOf(owner).map((rdata) => `${masterName(owner.name)} ${rdata}\n`),
  );
  return `$TTL 60
${masterName(apex)} SOA ns.example. root.example. 1 3600 600 86400 60
${masterName(apex)} NS ns.example.
${lines.join('')}`;
}

function recordsOf({ alias, records }: ZoneOwner): readonly string[] {
  return [
    ...(alias === null ? [] : [`CNAME ${masterName(alias)}`]),
    ...records.A.map((address) => `A ${address.toString()}`),
    // A mapped address was folded to IPv4 when it was read.
    ...records.AAAA.map((address) => `AAAA ${address.family === 4 ? '::ffff:' : ''}${address.toString()}`),
    ...records.MX.map(({ preference, exchange }) => `MX ${preference} ${masterName(exchange)}`),
    ...records.PTR.map((name) => `PTR ${masterName(name)}`),
    ...records.TXT.map((strings) => `TXT ${strings.flatMap(pieces).map(quoted).join(' ')}`),
  ];
}

/** A character-string has at most 255 octets. */
function pieces(text: string): readonly string[] {
  return text === '' ? [''] : (text.match(/[^]{1,255}/g) ?? []);
}

function quoted(text: string): string {
  return `"${escaped(text, /[^\x20\x21\x23-\x5b\x5d-\x7e]/g)}"`;
}

/** Absolute; every octet that might mean something else is `\DDD`, a dot inside of a label, too. */
export function masterName(name: QueryName): string {
  return `${escaped(name, /[^A-Za-z0-9._-]/g)}.`;
}

function escaped(text: string, special: RegExp): string {
  return text.replace(special, (c) => `\\${String(c.charCodeAt(0) & 0xff).padStart(3, '0')}`);
}
