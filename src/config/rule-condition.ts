/** Reads the condition of a rule: for which mail it is. */
import type { Network } from '../net/index.js';
import type { AddressPattern } from '../smtp/index.js';
import { err, ok, type Result } from '../util/index.js';
import { addressPatternItem, domainPatternItem } from './address-patterns.js';
import { readKeys } from './keys.js';
import { boolean, notScalar, refused, type Kind, type Note, type Schema } from './kind.js';
import { itemsOf, readItems } from './list.js';
import { listenerName } from './listen-address.js';
import { macroValues, type MacroValuesOption } from './macro-values.js';
import { networkItem } from './networks.js';
import type { ConfigNode, MapNode, ScalarNode } from './node.js';
import { shown, type Remark } from './problem.js';

/** Values of which one must be there; those with a `!` must not. Null: there are none such. */
interface EitherOption<T> {
  readonly any: readonly T[] | null;
  readonly none: readonly T[] | null;
}

/** All that is not null has to fit. */
export interface ConditionOption {
  readonly client: EitherOption<Network> | null;
  readonly sender: EitherOption<AddressPattern> | null;
  /** Domains only. */
  readonly helo: EitherOption<AddressPattern> | null;
  readonly recipient: EitherOption<AddressPattern> | null;
  /** Names of listeners. */
  readonly listener: EitherOption<string> | null;
  /** Postfix's `policy_context`. */
  readonly policyContext: EitherOption<string> | null;
  readonly authenticated: boolean | null;
  readonly nullSender: boolean | null;
  /** Milter macros, all of them. */
  readonly macros: MacroValuesOption | null;
}

/** What can stand below `when`. */
export const CONDITION_KEYS = [
  'client',
  'sender',
  'helo',
  'recipient',
  'listener',
  'policy_context',
  'authenticated',
  'null_sender',
  'macros',
] as const;
type ConditionKey = (typeof CONDITION_KEYS)[number];

const PLURAL = { what: 'values', most: 10_000 };

/** One value of Postfix's `policy_context`, which can be anything printable. */
const policyContext: Kind<readonly string[]> = {
  takes: 'the policy_context of a check_policy_service',
  schema: { type: 'string' },
  read(node) {
    if (node.kind !== 'scalar') return notScalar(node, 'a policy_context');
    if (/^[\x20-\x7e]{1,200}$/.test(node.text)) return ok([node.text]);
    return refused(node.place, 'value', `${shown(node.text)} is not a policy_context`, 'example: submission');
  },
};

const listener: Kind<readonly string[]> = {
  takes: 'the name of a listener',
  schema: listenerName.schema,
  read(node, note) {
    const name = listenerName.read(node, note);
    return name.ok ? ok([name.value]) : name;
  },
};

const listSchema: Schema = {
  anyOf: [{ type: 'string' }, { type: 'array', items: { type: 'string' }, minItems: 1 }],
};

const SCHEMAS: Readonly<Partial<Record<ConditionKey, Schema>>> = {
  authenticated: boolean.schema,
  null_sender: boolean.schema,
  macros: macroValues.schema,
};

/** The schema of a whole condition. */
export const CONDITION_SCHEMA: Schema = {
  type: 'object',
  additionalProperties: false,
  properties: Object.fromEntries(CONDITION_KEYS.map((key) => [key, SCHEMAS[key] ?? listSchema])),
};

/** Reads what stands below `when`. A condition without keys fits all mail. The error names every problem. */
export function readCondition(node: ConfigNode, note: Note): Result<ConditionOption, readonly Remark[]> {
  if (node.kind !== 'map') return noKeys(node);
  const { values, problems: unknown } = readKeys(node, CONDITION_KEYS, 'a condition');
  const problems = [...unknown];
  const either = <T>(key: ConditionKey, kind: Kind<readonly T[]>): EitherOption<T> | null => {
    const value = values.get(key);
    const read = value === undefined ? ok(null) : readEither(value, kind, note);
    if (read.ok) return read.value;
    problems.push(...read.error);
    return null;
  };
  const one = <T>(key: ConditionKey, kind: Kind<T>): T | null => {
    const value = values.get(key);
    const read = value === undefined ? ok(null) : kind.read(value, note);
    if (read.ok) return read.value;
    problems.push(...read.error);
    return null;
  };
  const macros = one('macros', macroValues);
  const condition: ConditionOption = {
    client: either('client', networkItem),
    sender: either('sender', addressPatternItem),
    helo: either('helo', domainPatternItem),
    recipient: either('recipient', addressPatternItem),
    listener: either('listener', listener),
    policyContext: either('policy_context', policyContext),
    authenticated: one('authenticated', boolean),
    nullSender: one('null_sender', boolean),
    macros: macros?.size === 0 ? null : macros,
  };
  return problems.length > 0 ? err(problems) : ok(condition);
}

function noKeys(node: Exclude<ConfigNode, MapNode>): Result<never, readonly Remark[]> {
  const found = node.kind === 'list' ? 'a list' : 'a value';
  return refused(
    node.place,
    'shape',
    `expected keys, found ${found}`,
    `the keys are: ${CONDITION_KEYS.join(', ')}`,
  );
}

/** One value or a list, those with a `!` apart. */
function readEither<T>(
  node: ConfigNode,
  kind: Kind<readonly T[]>,
  note: Note,
): Result<EitherOption<T>, readonly Remark[]> {
  const items = itemsOf(node);
  if (items.length === 0) {
    return refused(node.place, 'value', 'a list of nothing never fits', 'leave it out, or name a value');
  }
  const none: T[] = [];
  const any = readItems<T>(node, PLURAL, (item) => {
    const excluded = exclusionOf(item);
    if (excluded === null) return kind.read(item, note);
    const value = kind.read(excluded, note);
    if (!value.ok) return value;
    none.push(...value.value);
    return ok([]);
  });
  if (!any.ok) return any;
  const isExcluded = items.map((item) => exclusionOf(item) !== null);
  return ok({
    any: isExcluded.includes(false) ? any.value : null,
    none: isExcluded.includes(true) ? none : null,
  });
}

/** What stands behind a `!`; null where there is none. */
function exclusionOf(node: ConfigNode): ScalarNode | null {
  if (node.kind !== 'scalar' || !node.text.startsWith('!')) return null;
  return { ...node, text: node.text.slice(1).trim() };
}
