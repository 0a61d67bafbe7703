/** The kind of maps from milter macros to what they must be. */
import { err, ok, type Result } from '../util/index.js';
import { notScalar, refused, type Kind } from './kind.js';
import { isNothing, type ConfigNode, type MapEntry } from './node.js';
import { shown, type Remark } from './problem.js';

/** By the name without braces: one of these values, or null for any. */
export type MacroValuesOption = ReadonlyMap<string, ReadonlySet<string> | null>;

const MAX_MACROS = 20;
const MAX_VALUES = 100;
const MAX_LENGTH = 200;
const VALUE_SCHEMA = { type: ['string', 'number', 'boolean'] };
const ANY = 'any';
const EXAMPLE = 'example: {daemon_name: [ORIGINATING], auth_type: any}';

export const macroValues: Kind<MacroValuesOption> = {
  takes: 'milter macros as keys, each with a value, a list of values, or "any"',
  schema: {
    type: 'object',
    maxProperties: MAX_MACROS,
    additionalProperties: {
      anyOf: [VALUE_SCHEMA, { type: 'array', items: VALUE_SCHEMA, minItems: 1, maxItems: MAX_VALUES }],
    },
  },
  read(node) {
    if (node.kind === 'scalar' && node.text === '{}') return ok(new Map()); // a default is text
    if (node.kind !== 'map') {
      const found = node.kind === 'list' ? 'a list' : 'a value';
      return refused(node.place, 'shape', `expected macros with their values, found ${found}`, EXAMPLE);
    }
    const { length } = node.entries;
    if (length > MAX_MACROS) {
      return refused(node.place, 'range', `${length} macros are too many`, `at most ${MAX_MACROS}`);
    }
    const values = new Map<string, ReadonlySet<string> | null>();
    const problems: Remark[] = [];
    for (const entry of node.entries) {
      const name = macroName(entry);
      const value = readValues(entry.value);
      if (!name.ok) problems.push(...name.error);
      if (!value.ok) problems.push(...value.error);
      if (name.ok && values.has(name.value)) {
        const message = `${name.value} is named twice`;
        problems.push({ place: entry.place, code: 'conflict', message, hint: 'remove one of them' });
      }
      if (!name.ok || !value.ok) continue;
      values.set(name.value, value.value);
    }
    return problems.length > 0 ? err(problems) : ok(values);
  },
};

/** Mail servers write names of more than one letter in braces; people mostly do not. */
function macroName({ key, place }: MapEntry): Result<string, readonly Remark[]> {
  const name = /^[A-Za-z_][A-Za-z0-9_]{0,62}$/.exec(key.replace(/^\{(.*)\}$/, '$1'))?.[0];
  if (name !== undefined) return ok(name);
  return refused(place, 'value', `${shown(key)} is not the name of a macro`, EXAMPLE);
}

function readValues(node: ConfigNode): Result<ReadonlySet<string> | null, readonly Remark[]> {
  if (node.kind === 'scalar' && node.text === ANY) return ok(null);
  // A value can stand in brackets itself: `[192.0.2.1]` is what Sendmail calls a client without a name.
  const items = node.kind === 'list' ? node.items : [node];
  if (items.length === 0 || items.length > MAX_VALUES) {
    const hint = `1 to ${MAX_VALUES} values, or "${ANY}"`;
    return refused(node.place, 'range', `${items.length} values`, hint);
  }
  const values = new Set<string>();
  for (const item of items) {
    if (item.kind !== 'scalar') return notScalar(item, 'the value of a macro');
    if (isNothing(item) || item.text === '' || item.text.length > MAX_LENGTH) {
      const message = `the value of a macro has 1 to ${MAX_LENGTH} characters`;
      return refused(item.place, 'value', message, `"${ANY}" for any at all`);
    }
    values.add(item.text);
  }
  return ok(values);
}
