/** What a log line tells besides its words. */

/** Only the value can come from outside; the name is ours. */
export type Fact = readonly [name: string, value: Value];

export type Value = string | number | boolean;

/** A fact, where there is one. */
export function given(name: string, value: Value | null): Fact | null {
  return value === null ? null : [name, value];
}
