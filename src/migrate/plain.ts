/** Plain data: what a YAML file can hold. */
export type Plain = string | number | boolean | null | readonly Plain[] | PlainMap;

export interface PlainMap {
  readonly [key: string]: Plain;
}

export function isList(value: Plain): value is readonly Plain[] {
  return Array.isArray(value);
}

export function isMap(value: Plain): value is PlainMap {
  return typeof value === 'object' && value !== null && !isList(value);
}

/** Whether two values are the same throughout; in maps the order of keys counts. */
export function isSame(a: Plain, b: Plain): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

/** Sorts values with dotted keys (`actions.helo.fail`) into maps within maps, in the order given. */
export function nested(flat: ReadonlyMap<string, Plain>): PlainMap {
  const groups = new Map<string, Map<string, Plain> | Plain>();
  for (const [key, value] of flat) {
    const dot = key.indexOf('.');
    const name = dot === -1 ? key : key.slice(0, dot);
    const group = groups.get(name);
    if (dot === -1) groups.set(name, value);
    else if (group instanceof Map) group.set(key.slice(dot + 1), value);
    else groups.set(name, new Map([[key.slice(dot + 1), value]]));
  }
  const entries = [...groups].map(
    ([key, value]) => [key, value instanceof Map ? nested(value) : value] as const,
  );
  return Object.fromEntries<Plain>(entries);
}
