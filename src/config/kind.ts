/** Kinds of values: how each is read from a node, and what the manual says that it takes. */
import { ok, type Result } from '../util/index.js';
import { type ConfigNode, type Place, type ScalarNode } from './node.js';
import { shown, type ProblemCode, type Remark } from './problem.js';
import { nearest } from './suggest.js';

/** Takes what is worth saying about a value that is accepted all the same. */
export type Note = (remark: Remark) => void;

/** A piece of JSON Schema (draft 2020-12). */
export type Schema = Readonly<Record<string, unknown>>;

export interface Kind<T> {
  /** What may stand there, for the manual: "a duration (500ms, 3s, 1m)". */
  readonly takes: string;
  /** The words, where these are all there is. */
  readonly words?: readonly string[];
  /** The same in JSON Schema, for editors. It may take more than `read` does, never less. */
  readonly schema: Schema;
  /** Never throws, and names all problems of the value, not the first. */
  readonly read: (node: ConfigNode, note: Note) => Result<T, readonly Remark[]>;
}

/** Milliseconds. */
export type Milliseconds = number;

/** The half of a `Result` that says no. */
export interface Refused {
  readonly ok: false;
  readonly error: readonly Remark[];
}

/** Refuses a value with one remark. */
export function refused(place: Place, code: ProblemCode, message: string, hint: string | null): Refused {
  return { ok: false, error: [{ place, code, message, hint }] };
}

/** Refuses a list or a map where a single value belongs. `what` reads as in "a duration". */
export function notScalar(node: ConfigNode, what: string): Refused {
  const { place } = node;
  if (node.kind === 'map') {
    // `2001:db8::` ends in a colon, so to YAML it is the key `2001:db8:` without a value.
    const [entry, ...more] = node.entries;
    if (entry !== undefined && more.length === 0 && /^[0-9a-f:]*:[0-9a-f:]*$/i.test(entry.key)) {
      const hint = `put an address that ends in a colon in quotes: "${entry.key}:"`;
      return refused(place, 'shape', `expected ${what}, found a key`, hint);
    }
  }
  return refused(place, 'shape', `expected ${what}, found ${node.kind === 'map' ? 'keys' : 'a list'}`, null);
}

/** One of some words. */
export function choice<const W extends string>(words: readonly W[]): Kind<W> {
  const takes = words.join(' | ');
  return {
    takes,
    words,
    schema: { enum: words },
    read(node) {
      if (node.kind !== 'scalar') return notScalar(node, `one of ${takes}`);
      const word = words.find((candidate) => candidate === node.text);
      if (word !== undefined) return ok(word);
      return refused(
        node.place,
        'value',
        `${shown(node.text)} is not known here`,
        wordHint(node.text, words),
      );
    },
  };
}

/** The word that was meant, or all of them. */
export function wordHint(text: string, words: readonly string[]): string {
  const near = nearest(text, words);
  return near === null ? `one of ${words.join(', ')}` : `did you mean ${shown(near)}?`;
}

/** A truth value. YAML 1.2 knows only `true` and `false`; people (and YAML 1.1) write `yes` and `on` too. */
export const boolean: Kind<boolean> = {
  takes: 'true | false',
  words: ['true', 'false'],
  schema: { type: 'boolean' },
  read(node, note) {
    if (node.kind !== 'scalar') return notScalar(node, 'true or false');
    const word = node.text.toLowerCase();
    if (word === 'true' || word === 'false') return ok(word === 'true');
    const meant = TRUTH_WORDS.get(word);
    if (meant === undefined) {
      return refused(node.place, 'value', `${shown(node.text)} is neither true nor false`, null);
    }
    note({
      place: node.place,
      code: 'spelling',
      message: `${shown(node.text)} is taken as ${String(meant)}`,
      hint: null,
    });
    return ok(meant);
  },
};

const TRUTH_WORDS: ReadonlyMap<string, boolean> = new Map([
  ['yes', true],
  ['on', true],
  ['no', false],
  ['off', false],
]);

/** A whole number, both bounds included. */
export function integer(least: number, most: number, also: readonly number[] = []): Kind<number> {
  const range = [...also.map(String), `${least} to ${most}`].join(', or ');
  const schema = { type: 'integer', minimum: least, maximum: most };
  return {
    takes: `a number, ${range}`,
    schema: also.length === 0 ? schema : { anyOf: [{ enum: also }, schema] },
    read(node) {
      if (node.kind !== 'scalar') return notScalar(node, 'a number');
      if (!/^\d{1,15}$/.test(node.text)) {
        return refused(node.place, 'value', `${shown(node.text)} is not a whole number`, null);
      }
      const value = Number(node.text);
      if (also.includes(value) || (value >= least && value <= most)) return ok(value);
      return refused(node.place, 'range', `${value} is out of range`, `it can be ${range}`);
    },
  };
}

/** A part of the whole, at most 1: `0.5`. */
export function fraction(least: number): Kind<number> {
  const range = `${least} to 1`;
  return {
    takes: `a number, ${range}`,
    schema: { type: 'number', minimum: least, maximum: 1 },
    read(node) {
      if (node.kind !== 'scalar') return notScalar(node, 'a number');
      if (!/^(?:\d{1,3}|\d{0,3}\.\d{1,6})$/.test(node.text)) {
        return refused(node.place, 'value', `${shown(node.text)} is not a number`, 'example: 0.5');
      }
      const value = Number(node.text);
      if (value >= least && value <= 1) return ok(value);
      return refused(node.place, 'range', `${shown(node.text)} is out of range`, `it can be ${range}`);
    },
  };
}

/** A span of time, both bounds (as an administrator writes them) included. */
export function duration(least: string, most: string): Kind<Milliseconds> {
  const leastMs = millisecondsOf(least);
  const mostMs = millisecondsOf(most);
  if (leastMs === null || mostMs === null) throw new Error(`no durations: ${least}, ${most}`);
  return {
    takes: `a duration, ${least} to ${most}`,
    schema: { type: ['string', 'integer'], pattern: DURATION.source, minimum: 0 },
    read(node, note) {
      if (node.kind !== 'scalar') return notScalar(node, 'a duration');
      const value = millisecondsOf(node.text);
      if (value === null) {
        return refused(
          node.place,
          'value',
          `${shown(node.text)} is not a duration`,
          'examples: 500ms, 3s, 1m',
        );
      }
      if (value < leastMs || value > mostMs) {
        return refused(
          node.place,
          'range',
          `${shown(node.text)} is out of range`,
          `it can be ${least} to ${most}`,
        );
      }
      if (isBareNumber(node)) note(bareNumber(node));
      return ok(value);
    },
  };
}

/** An amount of memory in bytes, both bounds (as an administrator writes them) included. */
export function memory(least: string, most: string): Kind<number> {
  const [leastBytes, mostBytes] = [sizeOf(least)?.bytes, sizeOf(most)?.bytes];
  if (leastBytes === undefined || mostBytes === undefined) throw new Error(`no sizes: ${least}, ${most}`);
  return {
    takes: `a size, ${least} to ${most}`,
    schema: { type: ['string', 'integer'], pattern: '^\\d{1,12}([kmgKMG]([iI]?[bB])?)?$', minimum: 0 },
    read(node, note) {
      if (node.kind !== 'scalar') return notScalar(node, 'a size');
      const { place, text } = node;
      const size = sizeOf(text);
      if (size === null) {
        return refused(place, 'value', `${shown(text)} is not a size`, 'examples: 512KiB, 64MiB, 1GiB');
      }
      if (size.bytes < leastBytes || size.bytes > mostBytes) {
        return refused(place, 'range', `${shown(text)} is out of range`, `it can be ${least} to ${most}`);
      }
      if (size.plain !== text) {
        const message = `${shown(text)} is taken as ${size.plain}`;
        note({ place, code: 'spelling', message, hint: null });
      }
      return ok(size.bytes);
    },
  };
}

/** A value of a kind, or the word `auto`, which is null: something else than the file knows it better. */
export function orAuto<T>(kind: Kind<T>): Kind<T | null> {
  return orWord('auto', kind);
}

/** A value of a kind, or the word `off`, which is null: there is none. */
export function orOff<T>(kind: Kind<T>): Kind<T | null> {
  return orWord('off', kind);
}

function orWord<T>(word: string, kind: Kind<T>): Kind<T | null> {
  return {
    takes: `${word} | ${kind.takes}`,
    schema: { anyOf: [{ const: word }, kind.schema] },
    read(node, note) {
      return node.kind === 'scalar' && node.text === word ? ok(null) : kind.read(node, note);
    },
  };
}

const UNITS: ReadonlyMap<string, number> = new Map([
  ['ms', 1],
  ['s', 1_000],
  ['', 1_000],
  ['m', 60_000],
  ['h', 3_600_000],
  ['d', 86_400_000],
]);

const DURATION = /^(\d{1,9})(ms|s|m|h|d|)$/;

function millisecondsOf(text: string): Milliseconds | null {
  const [, count, unit] = DURATION.exec(text) ?? [];
  const factor = unit === undefined ? undefined : UNITS.get(unit);
  return factor === undefined ? null : Number(count) * factor;
}

const SIZE_UNITS: ReadonlyMap<string, number> = new Map([
  ['', 1],
  ['k', 1024],
  ['m', 1024 ** 2],
  ['g', 1024 ** 3],
]);

/** `64M` and `64MB` mean 64MiB to most people who write them; `plain` is the way to write it. */
function sizeOf(text: string): { readonly bytes: number; readonly plain: string } | null {
  const [, count, unit] = /^(\d{1,12})(?:([kmg])(?:i?b)?)?$/i.exec(text) ?? [];
  const factor = SIZE_UNITS.get(unit?.toLowerCase() ?? '');
  if (count === undefined || factor === undefined) return null;
  const plain = unit === undefined ? count : `${count}${unit.toUpperCase()}iB`;
  return { bytes: Number(count) * factor, plain };
}

function isBareNumber(node: ScalarNode): boolean {
  return /^\d+$/.test(node.text) && node.text !== '0';
}

function bareNumber({ place, text }: ScalarNode): Remark {
  return { place, code: 'spelling', message: `${text} is taken as seconds`, hint: `better written ${text}s` };
}
