/** What can be wrong with a configuration, and how it is said. */
import type { Place } from './node.js';

/** For programs and tests; the sentence is for people. */
export type ProblemCode =
  | 'unreadable' // the file cannot be opened or read
  | 'too-large' // the file, or what its aliases unfold to
  | 'encoding' // not UTF-8
  | 'syntax' // not YAML
  | 'alias'
  | 'tag'
  | 'depth'
  | 'shape' // a list where a value belongs, and the like
  | 'unknown-key'
  | 'duplicate-key'
  | 'value' // not what this option takes
  | 'range'
  | 'conflict' // good alone, not together
  | 'spelling' // understood, but better written otherwise
  | 'default-used'
  | 'replaced' // by a later file
  | 'no-effect'
  | 'unwise'; // allowed, with consequences that are seldom wanted

/** An error refuses the configuration; warnings and notes come along with it. */
export type Severity = 'error' | 'warning' | 'note';

/** A problem as a reader of values finds it, before its weight is added. */
export interface Remark {
  readonly place: Place;
  readonly code: ProblemCode;
  readonly message: string;
  /** What to do instead. */
  readonly hint: string | null;
}

export interface Problem {
  readonly severity: Severity;
  /** The file, or the variable or the option of the command line. */
  readonly source: string;
  readonly line: number | null;
  readonly column: number | null;
  /** The key, as in `dns.servers[1]`; empty for the file as a whole. */
  readonly path: string;
  readonly code: ProblemCode;
  readonly message: string;
  readonly hint: string | null;
}

export function problemOf(remark: Remark, severity: Severity): Problem {
  const { place, code, message, hint } = remark;
  const { source, line, column, path } = place;
  return { severity, source, line, column, path, code, message, hint };
}

/** A remark on a value that is accepted: a warning if it has consequences, else a note. */
export function acceptedProblem(remark: Remark): Problem {
  return problemOf(remark, remark.code === 'unwise' ? 'warning' : 'note');
}

/**
 * Prints problems, one a line, the sentences in one column:
 * `/etc/spfwarden/spfwarden.yml:7:12  dns.timeout: "soon" is not a duration; examples: 500ms, 3s, 1m`.
 */
export function printProblems(problems: readonly Problem[]): string {
  const places = problems.map(({ source, line, column }) =>
    line === null ? source : `${source}:${line}:${column ?? 1}`,
  );
  const width = Math.max(...places.map((place) => place.length));
  return problems.map((problem, i) => `${(places[i] ?? '').padEnd(width)}  ${sentence(problem)}\n`).join('');
}

function sentence({ severity, path, message, hint }: Problem): string {
  const weight = severity === 'error' ? '' : `${severity}: `;
  const key = path === '' ? '' : `${path}: `;
  return `${weight}${key}${message}${hint === null ? '' : `; ${hint}`}`;
}

/** Text from the file as it stands in a message: quoted, on one line, bounded. */
export function shown(text: string): string {
  const bounded = text.length > 60 ? `${text.slice(0, 57)}...` : text;
  return JSON.stringify(bounded).replace(
    UNPRINTABLE,
    (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

/** A key as it stands in a path: bare where it looks like one. */
export function shownKey(key: string): string {
  return /^[\w-]{1,64}$/.test(key) ? key : shown(key);
}

/** What JSON leaves as it is and a terminal does not: C1 controls, line separators, bidi controls. */
const UNPRINTABLE = /[\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/g;
