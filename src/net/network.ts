/** Networks in CIDR notation. */
import { IpAddress } from './ip-address.js';

/** An address and how many of its first bits count. */
export interface Network {
  readonly address: IpAddress;
  readonly prefix: number;
}

/** Reads `192.0.2.0/24`, `2001:db8::/32` or a single address; null for anything else. */
export function parseNetwork(text: string): Network | null {
  const [addressText = '', prefixText, ...rest] = text.split('/');
  const address = IpAddress.parse(addressText);
  if (address === null || rest.length > 0) return null;
  const bits = address.family === 4 ? 32 : 128;
  if (prefixText === undefined) return { address, prefix: bits };
  if (!/^\d{1,3}$/.test(prefixText) || Number(prefixText) > bits) return null;
  return { address, prefix: Number(prefixText) };
}

export function isInNetwork(address: IpAddress, network: Network): boolean {
  return address.matches(network.address, network.prefix);
}

/** As it is written: `192.0.2.0/24`, a single address without its length. */
export function printNetwork({ address, prefix }: Network): string {
  const isSingle = prefix === (address.family === 4 ? 32 : 128);
  return isSingle ? address.toString() : `${address.toString()}/${prefix}`;
}

/** The same network, with all bits behind the prefix zero: `192.0.2.7/24` is `192.0.2.0/24`. */
export function withoutHostBits({ address, prefix }: Network): Network {
  const bytes = address
    .bytes()
    .map((byte, i) => byte & (0xff << Math.min(8, Math.max(0, 8 * (i + 1) - prefix))));
  return { address: IpAddress.of(bytes), prefix };
}

/**
 * The networks that make up a range of addresses, both ends included; null where they are of two families
 * or the first is the greater. At most 62 for IPv4, 254 for IPv6.
 */
export function networksOfRange(first: IpAddress, last: IpAddress): readonly Network[] | null {
  if (first.family !== last.family) return null;
  const bits = first.family === 4 ? 32 : 128;
  const end = toInteger(last);
  let start = toInteger(first);
  if (start > end) return null;
  const networks: Network[] = [];
  while (start <= end) {
    let size = 0; // as many bits as are zero at the start and stay within the end
    while (size < bits && (start & (1n << BigInt(size))) === 0n && start + (2n << BigInt(size)) - 1n <= end)
      size++;
    networks.push({ address: ofInteger(start, bits), prefix: bits - size });
    start += 1n << BigInt(size);
  }
  return networks.filter(({ address }) => address.family === first.family); // mapped IPv4 is folded away
}

function toInteger(address: IpAddress): bigint {
  return address.bytes().reduce((value, byte) => (value << 8n) | BigInt(byte), 0n);
}

function ofInteger(value: bigint, bits: number): IpAddress {
  const bytes = Array.from({ length: bits / 8 }, (_, i) =>
    Number((value >> BigInt(bits - 8 * (i + 1))) & 0xffn),
  );
  return IpAddress.of(bytes);
}
