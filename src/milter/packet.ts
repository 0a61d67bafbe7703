/** How values stand in packets: numbers in network order, strings that end in NUL. */
import type { Octets } from '../util/index.js';

/** What one side can do, or both are going to. */
export interface Options {
  readonly version: number;
  /** `SMFIF` flags: what may be done to a message. */
  readonly actions: number;
  /** `SMFIP` flags: which commands are left out, which get no reply. */
  readonly steps: number;
}

const OPTIONS_OCTETS = 12;

/** A whole packet: length, octet of the command or response, data. */
export function packet(code: string, data = ''): string {
  return `${uint32(data.length + 1)}${code}${data}`;
}

/** Packets as octets, for one write. */
export function bytesOf(packets: string): Uint8Array {
  return Buffer.from(packets, 'latin1');
}

export function uint32(value: number): string {
  return uint16(value >>> 16) + uint16(value);
}

export function uint16(value: number): string {
  return String.fromCharCode((value >>> 8) & 0xff, value & 0xff);
}

export function readUint32(data: Octets, at: number): number {
  return ((readUint16(data, at) << 16) | readUint16(data, at + 2)) >>> 0;
}

export function readUint16(data: Octets, at: number): number {
  return (data.charCodeAt(at) << 8) | data.charCodeAt(at + 1);
}

export function writeOptions({ version, actions, steps }: Options): string {
  return uint32(version) + uint32(actions) + uint32(steps);
}

/** The three words that an option negotiation begins with; null where there are fewer. */
export function readOptions(data: Octets): Options | null {
  if (data.length < OPTIONS_OCTETS) return null;
  return { version: readUint32(data, 0), actions: readUint32(data, 4), steps: readUint32(data, 8) };
}

/** What follows the three words. */
export function behindOptions(data: Octets): Octets {
  return data.slice(OPTIONS_OCTETS) as Octets;
}

/** Each value with the NUL that ends it. A NUL inside would be the end, too, and what follows it would be the
 *  next string: it is cut off. */
export function strings(...values: readonly string[]): string {
  let all = '';
  for (const value of values) {
    const end = value.indexOf('\0');
    all += `${end < 0 ? value : value.slice(0, end)}\0`;
  }
  return all;
}

/** The string at this place; empty behind the end. Its NUL may be missing. */
export function readString(data: Octets, at: number): Octets {
  const nul = data.indexOf('\0', at);
  return data.slice(at, nul < 0 ? data.length : nul) as Octets;
}

/** The strings from `at` on, at most so many. */
export function readStrings(data: Octets, at: number, most: number): Octets[] {
  const found: Octets[] = [];
  while (at < data.length && found.length < most) {
    const one = readString(data, at);
    found.push(one);
    at += one.length + 1;
  }
  return found;
}
