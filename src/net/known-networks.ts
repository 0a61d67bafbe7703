/** Networks that mean the same everywhere. */
import { parseNetwork, type Network } from './network.js';

/** This host itself (RFC 1122 §3.2.1.3, RFC 4291 §2.5.3). */
export const LOOPBACK_NETWORKS = networks('127.0.0.0/8', '::1');

/** What NAT and containers show in the place of the true client, and nothing else that is special: addresses for
 *  documentation and benchmarks are like any other. The fourth is RFC 6598. */
export const PRIVATE_NETWORKS = networks(
  '10.0.0.0/8',
  '172.16.0.0/12',
  '192.168.0.0/16',
  '100.64.0.0/10',
  '169.254.0.0/16',
  'fe80::/10',
  'fc00::/7',
);

function networks(...texts: readonly string[]): readonly Network[] {
  return texts.map((text) => {
    const network = parseNetwork(text);
    if (network === null) throw new Error(`not a network: ${text}`);
    return network;
  });
}
