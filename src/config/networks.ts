/** The kind of lists of networks: addresses, CIDR, ranges, and words for the networks that everybody has. */
import {
  IpAddress,
  LOOPBACK_NETWORKS,
  networksOfRange,
  parseNetwork,
  PRIVATE_NETWORKS,
  printNetwork,
  withoutHostBits,
  type Network,
} from '../net/index.js';
import { ok, type Result } from '../util/index.js';
import { notScalar, refused, type Kind, type Note } from './kind.js';
import { listOf } from './list.js';
import type { ScalarNode } from './node.js';
import { shown, type Remark } from './problem.js';
import { nearest } from './suggest.js';

/** Networks by their words. */
const WORDS: ReadonlyMap<string, readonly Network[]> = new Map([
  ['loopback', LOOPBACK_NETWORKS],
  ['private', PRIVATE_NETWORKS],
]);

const EXAMPLES = 'examples: 192.0.2.1, 192.0.2.0/24, 192.0.2.1-192.0.2.9, "2001:db8::/32", loopback, private';

/** The longest: two IPv6 addresses with a hyphen. */
const MAX_LENGTH = 100;

/** One address, network, range or word: what it stands for. */
export const networkItem: Kind<readonly Network[]> = {
  takes: 'addresses, networks (192.0.2.0/24), ranges (192.0.2.1-192.0.2.9), loopback, private',
  schema: { type: 'string' },
  read(node, note) {
    if (node.kind !== 'scalar') return notScalar(node, 'a network');
    const word = WORDS.get(node.text);
    if (word !== undefined) return ok(word);
    const [first = '', last, ...rest] = node.text.length > MAX_LENGTH ? [] : node.text.split('-');
    if (last === undefined) return readNetwork(node, note);
    return rest.length === 0 ? readRange(node, first.trim(), last.trim()) : notNetwork(node);
  },
};

/** Networks without host bits, mapped IPv4 as IPv4. */
export const networks: Kind<readonly Network[]> = listOf(networkItem, { what: 'networks', most: 10_000 });

function readNetwork(node: ScalarNode, note: Note): Result<readonly Network[], readonly Remark[]> {
  const { place, text } = node;
  const network = text.length > MAX_LENGTH ? null : (mappedNetwork(text) ?? parseNetwork(text));
  if (network === null) return notNetwork(node);
  const whole = withoutHostBits(network);
  const hasHostBits = printNetwork(whole) !== printNetwork(network);
  if (isMapped(text, network) || hasHostBits) {
    const message = `${shown(text)} is taken as ${printNetwork(whole)}`;
    // Whoever meant one host has named many.
    note({ place, code: hasHostBits ? 'unwise' : 'spelling', message, hint: null });
  }
  return ok([whole]);
}

function isMapped(text: string, { address }: Network): boolean {
  return address.family === 4 && text.includes(':');
}

/** `::ffff:192.0.2.0/120` has its length as IPv6, and is an IPv4 network all the same. */
function mappedNetwork(text: string): Network | null {
  const [, addressText = '', length = ''] = /^(.*:.*)\/(\d{1,3})$/.exec(text) ?? [];
  const address = IpAddress.parse(addressText);
  const prefix = Number(length) - 96;
  return address?.family === 4 && prefix >= 0 && prefix <= 32 ? { address, prefix } : null;
}

function readRange(
  node: ScalarNode,
  first: string,
  last: string,
): Result<readonly Network[], readonly Remark[]> {
  const [from, to] = [IpAddress.parse(first), IpAddress.parse(last)];
  if (from === null || to === null) return notNetwork(node);
  const range = networksOfRange(from, to);
  if (range !== null) return ok(range);
  const why =
    from.family === to.family ? 'the first address is the greater one' : 'one end is IPv4, the other IPv6';
  return refused(node.place, 'value', `${shown(node.text)} is not a range: ${why}`, null);
}

function notNetwork({ place, text }: ScalarNode): ReturnType<typeof refused> {
  return refused(place, 'value', `${shown(text)} is not a network`, hintFor(text));
}

function hintFor(text: string): string {
  const near = text === 'localhost' ? 'loopback' : nearest(text, WORDS.keys());
  if (near !== null) return `did you mean ${shown(near)}?`;
  if (/^\d{1,3}(?:\.\d{1,3}){0,2}\.?(?:\/\d{1,2})?$/.test(text))
    return 'an IPv4 network has four numbers: 10.0.0.0/8';
  if (/^[0-9.]+\/[0-9.]+\.[0-9.]+$/.test(text)) return 'write the length of the mask: 192.0.2.0/24';
  return EXAMPLES;
}
