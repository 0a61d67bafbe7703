/** Whom not to judge. */
import { isInNetwork, parseNetwork, type IpAddress, type Network } from '../net/index.js';
import type { SkipReason } from './decision.js';

/** What a client's address alone says: null for an address that is judged. */
export function exemptClient(client: IpAddress): SkipReason | null {
  if (isInAny(client, LOOPBACK[client.family])) return 'loopback';
  if (isInAny(client, PRIVATE[client.family])) return 'private-client';
  return null;
}

type ByFamily = Readonly<Record<IpAddress['family'], readonly Network[]>>;

const LOOPBACK: ByFamily = { 4: networks('127.0.0.0/8'), 6: networks('::1') };

/** What NAT and containers show in the place of the true client, and nothing else that is special:
 *  addresses for documentation and benchmarks are judged like any other. */
const PRIVATE: ByFamily = {
  4: networks('10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', '100.64.0.0/10', '169.254.0.0/16'),
  6: networks('fe80::/10', 'fc00::/7'),
};

function isInAny(client: IpAddress, listed: readonly Network[]): boolean {
  for (const network of listed) if (isInNetwork(client, network)) return true;
  return false;
}

function networks(...texts: readonly string[]): readonly Network[] {
  return texts.map((text) => {
    const network = parseNetwork(text);
    if (network === null) throw new Error(`not a network: ${text}`);
    return network;
  });
}
