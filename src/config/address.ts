/** Kinds of single addresses, and of a map from one to another. */
import { IpAddress } from '../net/index.js';
import { err, ok } from '../util/index.js';
import { notScalar, refused, type Kind } from './kind.js';
import { isNothing } from './node.js';
import { MAX_PROBLEMS } from './problem-list.js';
import { shown, type Remark } from './problem.js';

const EXAMPLES = 'examples: 192.0.2.1, "2001:db8::1"';

export const address: Kind<IpAddress> = {
  takes: 'an IP address',
  schema: { type: 'string' },
  read(node) {
    if (node.kind !== 'scalar') return notScalar(node, 'an IP address');
    const value = IpAddress.parse(node.text);
    return value === null
      ? refused(node.place, 'value', `${shown(node.text)} is not an IP address`, EXAMPLES)
      : ok(value);
  },
};

const MAX_ENTRIES = 1_000;

/** Addresses by others, these as text in their canonical form. */
export const addressMap: Kind<ReadonlyMap<string, IpAddress>> = {
  takes: 'IP addresses as keys, each with another as its value',
  schema: { type: 'object', additionalProperties: address.schema, maxProperties: MAX_ENTRIES },
  read(node, note) {
    if (node.kind === 'scalar' && node.text === '{}') return ok(new Map()); // a default is text
    if (node.kind !== 'map') {
      const found = node.kind === 'list' ? 'a list' : 'a value';
      const hint = 'example: {10.0.0.1: 192.0.2.1}';
      return refused(node.place, 'shape', `expected addresses with their values, found ${found}`, hint);
    }
    const { length } = node.entries;
    if (length > MAX_ENTRIES) {
      return refused(node.place, 'range', `${length} addresses are too many`, `at most ${MAX_ENTRIES}`);
    }
    const map = new Map<string, IpAddress>();
    const problems: Remark[] = [];
    for (const { key, place, value } of node.entries) {
      const from = IpAddress.parse(key);
      const to = address.read(value, note);
      if (from === null) {
        problems.push({
          place,
          code: 'value',
          message: `${shown(key)} is not an IP address`,
          hint: EXAMPLES,
        });
      } else if (map.has(from.toString())) {
        const message = `${from.toString()} is mapped twice`;
        problems.push({ place, code: 'conflict', message, hint: 'remove one of them' });
      }
      if (isNothing(value))
        problems.push({ place, code: 'value', message: 'it has no address', hint: EXAMPLES });
      else if (!to.ok) problems.push(...to.error);
      if (from !== null && to.ok) map.set(from.toString(), to.value);
      if (problems.length >= MAX_PROBLEMS) break;
    }
    return problems.length > 0 ? err(problems) : ok(map);
  },
};
