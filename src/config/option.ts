/** What an entry of the option table says. */
import type { Kind } from './kind.js';

export interface Option<T> {
  readonly kind: Kind<T>;
  /** As an administrator writes it, and read by the same reader. */
  readonly default: string;
  /** Whether a change takes effect on SIGHUP, or needs a restart. */
  readonly reload: 'live' | 'restart';
  /** Whether a rule can say otherwise for some of the mail. */
  readonly inRules: boolean;
  /** One sentence a string. The first says what the option is, and is all that the sample file shows. */
  readonly doc: readonly [string, ...string[]];
  /** Further values worth showing, as lines of YAML below the key. */
  readonly examples?: readonly string[];
}

export function option<T>(entry: Option<T>): Option<T> {
  return entry;
}
