/** As much of JSON Schema (draft 2020-12) as the schema of our file uses. A keyword that is not known here is
 *  an error, so that none goes unchecked. */

type Check = (keyword: unknown, value: unknown, schema: Readonly<Record<string, unknown>>) => boolean;

/** Whether a value, as JSON has it, is what a schema describes. */
export function isValid(schema: unknown, value: unknown): boolean {
  if (typeof schema === 'boolean') return schema;
  const keywords = objectOf(schema);
  return Object.entries(keywords).every(([name, keyword]) => {
    if (ANNOTATIONS.has(name)) return true;
    const check = CHECKS.get(name);
    if (check === undefined) throw new Error(`the keyword ${name} is not known`);
    return check(keyword, value, keywords);
  });
}

const ANNOTATIONS: ReadonlySet<string> = new Set(['$schema', 'title', 'description', 'default', 'examples']);

const CHECKS: ReadonlyMap<string, Check> = new Map<string, Check>([
  ['type', (types, value) => [types].flat().some((type) => isType(String(type), value))],
  ['enum', (values, value) => arrayOf(values).includes(value)],
  ['const', (constant, value) => constant === value],
  ['anyOf', (schemas, value) => arrayOf(schemas).some((schema) => isValid(schema, value))],
  ['oneOf', (schemas, value) => arrayOf(schemas).filter((schema) => isValid(schema, value)).length === 1],
  ['not', (schema, value) => !isValid(schema, value)],
  ['items', (schema, value) => !Array.isArray(value) || value.every((item) => isValid(schema, item))],
  ['minItems', (least, value) => !Array.isArray(value) || value.length >= Number(least)],
  ['maxItems', (most, value) => !Array.isArray(value) || value.length <= Number(most)],
  ['uniqueItems', (_, value) => !Array.isArray(value) || new Set(value).size === value.length],
  ['minLength', (least, value) => typeof value !== 'string' || value.length >= Number(least)],
  ['maxLength', (most, value) => typeof value !== 'string' || value.length <= Number(most)],
  ['pattern', (pattern, value) => typeof value !== 'string' || new RegExp(String(pattern), 'u').test(value)],
  ['minimum', (least, value) => typeof value !== 'number' || value >= Number(least)],
  ['maximum', (most, value) => typeof value !== 'number' || value <= Number(most)],
  [
    'required',
    (keys, value) => !isObject(value) || arrayOf(keys).every((key) => Object.hasOwn(value, String(key))),
  ],
  ['minProperties', (least, value) => !isObject(value) || Object.keys(value).length >= Number(least)],
  ['maxProperties', (most, value) => !isObject(value) || Object.keys(value).length <= Number(most)],
  [
    'properties',
    (properties, value) => {
      if (!isObject(value)) return true;
      const schemas = objectOf(properties);
      return Object.keys(value).every(
        (key) => !Object.hasOwn(schemas, key) || isValid(schemas[key], value[key]),
      );
    },
  ],
  [
    'additionalProperties',
    (schema, value, { properties = {} }) => {
      if (!isObject(value)) return true;
      const others = Object.keys(value).filter((key) => !Object.hasOwn(objectOf(properties), key));
      return others.every((key) => isValid(schema, value[key]));
    },
  ],
  [
    'propertyNames',
    (schema, value) => !isObject(value) || Object.keys(value).every((key) => isValid(schema, key)),
  ],
]);

function isType(type: string, value: unknown): boolean {
  switch (type) {
    case 'null':
      return value === null;
    case 'array':
      return Array.isArray(value);
    case 'object':
      return isObject(value);
    case 'integer':
      return Number.isInteger(value);
    default:
      return typeof value === type;
  }
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function objectOf(value: unknown): Readonly<Record<string, unknown>> {
  if (!isObject(value)) throw new Error(`no object: ${JSON.stringify(value)}`);
  return value;
}

function arrayOf(value: unknown): readonly unknown[] {
  if (!Array.isArray(value)) throw new Error(`no array: ${JSON.stringify(value)}`);
  return value as readonly unknown[];
}
