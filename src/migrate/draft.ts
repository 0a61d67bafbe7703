/** A migration while it is made: settings, what is to be said beside them, and remarks on the old file. */
import type { Key } from './keys.js';
import type { Plain, PlainMap } from './plain.js';

/** Something to know about the old file. `line` counts from 1; null for what no single line says. */
export interface Remark {
  readonly line: number | null;
  readonly text: string;
}

/** One item of a list, with the comment above it. */
export interface Item {
  readonly value: PlainMap;
  readonly comments: readonly string[];
}

const MAX_REMARKS = 1000;

export class Draft {
  readonly settings = new Map<Key, Plain>();
  readonly comments = new Map<Key, string[]>();
  readonly forwarders: Item[] = [];
  readonly rules: Item[] = [];
  /** What our file has no key for, and what to do instead. */
  readonly elsewhere: string[] = [];
  readonly #remarks: Remark[] = [];
  #more = 0;

  set(key: Key, value: Plain, ...comments: readonly string[]): void {
    this.settings.set(key, value);
    for (const comment of comments) this.comment(key, comment);
  }

  /** Stands where the key belongs, whether it has a value or not. */
  comment(key: Key, text: string): void {
    this.comments.set(key, [...(this.comments.get(key) ?? []), text]);
  }

  remark(line: number | null, text: string): void {
    if (this.#remarks.length < MAX_REMARKS - 1) this.#remarks.push({ line, text });
    else this.#more++;
  }

  /** In the order of the lines; at most 1000, the last of which then says how many more there were. */
  remarks(): readonly Remark[] {
    const sorted = [...this.#remarks].sort((a, b) => order(a) - order(b));
    return this.#more === 0 ? sorted : [...sorted, { line: null, text: `and ${this.#more} more` }];
  }
}

function order({ line }: Remark): number {
  return line ?? Number.MAX_SAFE_INTEGER;
}
