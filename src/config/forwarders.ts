/** The kind of `forwarders`: hosts that forward mail to here. */
import type { DomainName, Network } from '../net/index.js';
import type { AddressPattern } from '../smtp/index.js';
import { err, ok, type Result } from '../util/index.js';
import { addressPatternItem, addressPatterns } from './address-patterns.js';
import { domainNames, domainsAndBelow } from './domain-names.js';
import { readKeys } from './keys.js';
import { notScalar, refused, type Kind, type Note } from './kind.js';
import { itemsOf, readItems } from './list.js';
import { networks } from './networks.js';
import type { ConfigNode } from './node.js';
import { shown, type Remark } from './problem.js';

export interface ForwarderOption {
  readonly name: string;
  /** Hosts that pass the record of one of these. */
  readonly spfOf: readonly DomainName[];
  readonly networks: readonly Network[];
  /** Confirmed names of hosts: one of these, or below one. */
  readonly ptrDomains: readonly DomainName[];
  /** Null: for all. */
  readonly recipients: readonly AddressPattern[] | null;
}

const KEYS = ['name', 'spf_of', 'networks', 'ptr_domains', 'recipients'] as const;
const PLURAL = { what: 'forwarders', most: 1_000 };
const MAX_NAME = 100;
const SHAPE_HINT = 'a forwarder is {name: ..., networks: [...]}, or with "spf_of" or "ptr_domains"';

const schema = {
  type: 'object',
  additionalProperties: false,
  properties: {
    name: { type: 'string', minLength: 1, maxLength: MAX_NAME },
    spf_of: domainNames.schema,
    networks: networks.schema,
    ptr_domains: domainsAndBelow.schema,
    recipients: {
      anyOf: [addressPatternItem.schema, { type: 'array', items: addressPatternItem.schema, minItems: 1 }],
    },
  },
  anyOf: ['spf_of', 'networks', 'ptr_domains'].map((key) => ({ required: [key] })),
};

export const forwarders: Kind<readonly ForwarderOption[]> = {
  takes: 'a list of forwarders, each with any of name, spf_of, networks, ptr_domains, recipients',
  schema: { type: 'array', items: schema, maxItems: PLURAL.most },
  read(node, note) {
    return readItems(node, PLURAL, (item, i) => {
      const forwarder = readForwarder(item, i, note);
      return forwarder.ok ? ok([forwarder.value]) : forwarder;
    });
  },
};

function readForwarder(
  node: ConfigNode,
  index: number,
  note: Note,
): Result<ForwarderOption, readonly Remark[]> {
  if (node.kind !== 'map') {
    const found = node.kind === 'list' ? 'a list' : 'a value';
    return refused(node.place, 'shape', `expected a forwarder, found ${found}`, SHAPE_HINT);
  }
  const { values, problems } = readKeys(node, KEYS, 'a forwarder');
  const read = <T>(key: (typeof KEYS)[number], kind: Kind<T>, otherwise: T): Result<T, readonly Remark[]> => {
    const value = values.get(key);
    return value === undefined ? ok(otherwise) : kind.read(value, note);
  };
  const name = read('name', forwarderName, `forwarder ${index + 1}`);
  const spfOf = read('spf_of', domainNames, []);
  const ofNetworks = read('networks', networks, []);
  const ptrDomains = read('ptr_domains', domainsAndBelow, []);
  const recipients = read<readonly AddressPattern[] | null>('recipients', recipientPatterns, null);

  const parts = [name, spfOf, ofNetworks, ptrDomains, recipients];
  const refusals = [...problems, ...parts.flatMap((part) => (part.ok ? [] : part.error))];
  if (refusals.length > 0 || !name.ok || !spfOf.ok || !ofNetworks.ok || !ptrDomains.ok || !recipients.ok) {
    return err(refusals);
  }
  if (spfOf.value.length + ofNetworks.value.length + ptrDomains.value.length === 0) {
    const message = 'it does not say which hosts forward';
    return refused(node.place, 'value', message, 'name them by "spf_of", "networks" or "ptr_domains"');
  }
  return ok({
    name: name.value,
    spfOf: spfOf.value,
    networks: ofNetworks.value,
    ptrDomains: ptrDomains.value,
    recipients: recipients.value,
  });
}

const recipientPatterns: Kind<readonly AddressPattern[]> = {
  ...addressPatterns,
  read(node, note) {
    if (itemsOf(node).length > 0) return addressPatterns.read(node, note);
    const hint = 'leave it out, or name a recipient';
    return refused(node.place, 'value', 'a list of nothing never fits', hint);
  },
};

/** It stands in the log and in header fields. */
const forwarderName: Kind<string> = {
  takes: 'a name',
  schema: { type: 'string' },
  read(node) {
    if (node.kind !== 'scalar') return notScalar(node, 'a name');
    const text = node.text.trim();
    if (text.length <= MAX_NAME && /^[^\p{C}\p{Zl}\p{Zp}]+$/u.test(text)) return ok(text);
    const message = `${shown(node.text)} is not the name of a forwarder`;
    return refused(node.place, 'value', message, `one line, at most ${MAX_NAME} characters`);
  },
};
