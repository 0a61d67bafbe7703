/** Lists of networks and of domains, as the old programs' files have them. */
import {
  domainName,
  IpAddress,
  parseNetwork,
  printNetwork,
  withoutHostBits,
  type Network,
} from '../net/index.js';
import { octetsOfText } from '../util/index.js';
import { isSame } from './plain.js';
import { shown } from './shown.js';

/** No list of our file holds more. */
export const MAX_LIST = 10_000;

/** What of a list can be used, as our file writes it, and what is to be said about the rest. */
export interface ListRead {
  readonly items: readonly string[];
  readonly problems: readonly string[];
}

/**
 * A comma list of addresses and networks. Networks that hold IPv4-mapped addresses become IPv4 ones, since that is what
 * such clients are here; all of loopback becomes the word for it.
 */
export function networkList(text: string): ListRead {
  const items: string[] = [];
  const problems: string[] = [];
  for (const item of text.split(',')) {
    const bare = item.trim();
    if (bare === '') continue;
    const network = networkOf(bare);
    if (network === null) {
      problems.push(`${shown(bare)} is not a network, left out; the old program gave up the list there`);
      continue;
    }
    if (bare !== item)
      problems.push(`a blank in the list: the old program gave up the list at ${shown(bare)}`);
    const whole = withoutHostBits(network);
    const printed = printNetwork(whole);
    if (printed !== printNetwork(network)) {
      problems.push(
        `${shown(bare)} has bits beyond its length, taken as ${printed}; the old program gave up the list there`,
      );
    }
    items.push(printed);
  }
  return { items: withLoopback(items), problems };
}

/** Reads `192.0.2.0/24`, `192.0.2.0/255.255.255.0`, `::ffff:192.0.2.0/120` or a single address. */
export function networkOf(text: string): Network | null {
  const [, mapped, length] = /^(::ffff:[0-9a-f.:]+)\/(\d{1,3})$/i.exec(text) ?? [];
  const address = mapped === undefined ? null : IpAddress.parse(mapped);
  if (address?.family === 4) {
    const prefix = Number(length) - 96;
    return prefix >= 0 && prefix <= 32 ? { address, prefix } : null;
  }
  const [, plain, mask] = /^([0-9.]+)\/(\d+\.\d+\.\d+\.\d+)$/.exec(text) ?? [];
  if (plain === undefined || mask === undefined) return parseNetwork(text);
  const bits = IpAddress.parse(mask)
    ?.bytes()
    .map((byte) => byte.toString(2).padStart(8, '0'))
    .join('');
  return bits !== undefined && /^1*0*$/.test(bits)
    ? parseNetwork(`${plain}/${bits.replace(/0/g, '').length}`)
    : null;
}

function withLoopback(items: readonly string[]): readonly string[] {
  const unique = [...new Set(items)];
  if (!unique.includes('127.0.0.0/8') || !unique.includes('::1')) return unique;
  return ['loopback', ...unique.filter((item) => item !== '127.0.0.0/8' && item !== '::1')];
}

/** A comma list of domains, in lower case. `caseMatters`: the old program compared the items as they were written. */
export function domainList(text: string, caseMatters: boolean): ListRead {
  const items: string[] = [];
  const problems: string[] = [];
  for (const item of text.split(',')) {
    const bare = item.trim();
    if (bare === '') continue;
    const name = domainOf(bare);
    if (name === null) {
      problems.push(`${shown(bare)} is not a domain name, left out`);
      continue;
    }
    if (bare !== item.trimEnd())
      problems.push(`a blank before ${shown(bare)}, so it never matched; taken without`);
    if (caseMatters && bare !== bare.toLowerCase()) {
      problems.push(`${shown(bare)} has capital letters, so it never matched; taken in small ones`);
    }
    items.push(name);
  }
  return { items: [...new Set(items)], problems };
}

/** A domain name in lower case, U-labels kept; null for anything else. */
export function domainOf(text: string): string | null {
  return domainName(octetsOfText(text)).ok ? text.toLowerCase().replace(/\.$/, '') : null;
}

/** Whether a list of networks is the default of `skip.networks`. */
export function isLoopbackAlone(items: readonly string[]): boolean {
  return isSame(items, ['loopback']);
}
