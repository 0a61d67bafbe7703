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
