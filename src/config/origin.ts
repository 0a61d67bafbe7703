/** Where the value of an option comes from. */
import type { ProfileName } from './config.js';
import type { ConfigNode } from './node.js';

/** Lines and columns count from 1. */
export type Origin =
  | { readonly from: 'built-in' }
  | { readonly from: 'profile'; readonly profile: ProfileName }
  | { readonly from: 'file'; readonly file: string; readonly line: number; readonly column: number }
  | { readonly from: 'environment'; readonly variable: string }
  | { readonly from: 'command-line'; readonly flag: string };

/** A value that somebody has written, and where. */
export interface Given {
  readonly node: ConfigNode;
  readonly by: 'file' | 'environment' | 'command-line';
}

/** The place of a value that somebody has written. */
export function originOf({ node, by }: Given): Origin {
  const { source, line, column } = node.place;
  if (by === 'environment') return { from: 'environment', variable: source };
  if (by === 'command-line') return { from: 'command-line', flag: source };
  return { from: 'file', file: source, line: line ?? 1, column: column ?? 1 };
}

/** In few words: `/etc/spfwarden/spfwarden.yml:12`, `--dry-run`, `profile dmarc`. */
export function printOrigin(origin: Origin): string {
  switch (origin.from) {
    case 'built-in':
      return 'built-in';
    case 'profile':
      return `profile ${origin.profile}`;
    case 'file':
      return `${origin.file}:${origin.line}`;
    case 'environment':
      return origin.variable;
    case 'command-line':
      return origin.flag;
  }
}
