/** Prints the JSON Schema of the file, for editors that complete keys and mark what is wrong. */
import type { ConfigKey } from './config.js';
import { CONFIG_KEYS } from './config.js';
import { RULE_OPTIONS } from './find-options.js';
import { boolean } from './kind.js';
import { OPTIONS, SECTIONS } from './options.js';
import { CONDITION_SCHEMA } from './rule-condition.js';
import { RULES } from './rules-option.js';

type Schema = Readonly<Record<string, unknown>>;

/** The whole schema (draft 2020-12), with a final line break. */
export function printSchema(): string {
  const schema = {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title: 'Configuration of spfwarden',
    ...keysOf(sectionOf(CONFIG_KEYS)),
  };
  return `${JSON.stringify(schema, null, 2)}\n`;
}

/** What the keys of a section can have below them; `prefix` is its name with a dot, or empty. */
function sectionOf(names: readonly ConfigKey[], prefix = ''): Record<string, Schema> {
  const properties: Record<string, Schema> = {};
  for (const name of names) {
    const [key = ''] = name.slice(prefix.length).split('.', 1);
    if (!name.startsWith(prefix) || key in properties) continue;
    properties[key] = prefix + key === name ? optionOf(name) : section(names, prefix + key);
  }
  return properties;
}

/** A section without keys is nothing to YAML, and fine. */
function section(names: readonly ConfigKey[], name: string): Schema {
  const title = new Map<string, string>(Object.entries(SECTIONS)).get(name);
  const keys = keysOf(sectionOf(names, `${name}.`));
  return { ...(title === undefined ? {} : { description: title }), ...keys, type: ['object', 'null'] };
}

function keysOf(properties: Record<string, Schema>): Schema {
  return { type: 'object', additionalProperties: false, properties };
}

function optionOf(name: ConfigKey): Schema {
  if (name === 'rules') return { description: RULES.doc.join(' '), ...rules() };
  const { kind, doc } = OPTIONS[name];
  return { description: doc.join(' '), ...kind.schema };
}

function rules(): Schema {
  const then = keysOf({
    skip: { description: 'Whether such mail is not checked.', ...boolean.schema },
    ...sectionOf(RULE_OPTIONS),
  });
  const rule = keysOf({
    name: { description: 'Its name in the log.', type: 'string' },
    when: { description: 'Whom it is for; all keys have to fit.', ...CONDITION_SCHEMA },
    then: { description: 'What is done otherwise.', ...then },
  });
  return { type: 'array', items: { ...rule, required: ['then'] } };
}

/** Whether an option takes several values. */
export function takesList(key: ConfigKey): boolean {
  return key === 'rules' || isListSchema(OPTIONS[key].kind.schema);
}

/** Whether an option takes any text, so that brackets in it are nothing but brackets. */
export function takesText(key: ConfigKey): boolean {
  return key !== 'rules' && OPTIONS[key].kind.schema['type'] === 'string';
}

/** Looks into a schema that comes from a kind: an array, or one among other forms. */
function isListSchema(schema: unknown): boolean {
  if (typeof schema !== 'object' || schema === null) return false;
  const forms = new Map<string, unknown>(Object.entries(schema));
  const type = forms.get('type');
  if (type === 'array' || (Array.isArray(type) && type.includes('array'))) return true;
  return ['anyOf', 'oneOf'].some((key) => {
    const among = forms.get(key);
    return Array.isArray(among) && among.some(isListSchema);
  });
}
