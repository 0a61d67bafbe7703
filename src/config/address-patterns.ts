/** Kinds of lists of mail addresses and domains. */
import {
  addressPattern,
  type AddressPattern,
  type AddressPatternProblem,
  type ExpressionCost,
} from '../smtp/index.js';
import { ok, type Result } from '../util/index.js';
import { NAME_PROBLEM } from './host-name.js';
import { notScalar, refused, type Kind } from './kind.js';
import { listOf } from './list.js';
import type { ScalarNode } from './node.js';
import { shown, type Remark } from './problem.js';

const EXAMPLES = 'examples: user@example.com, example.com, .example.com (all below it)';
const DOMAIN_EXAMPLES = 'examples: example.com, .example.com (all below it)';

/** One address, domain, local part or expression. */
export const addressPatternItem: Kind<readonly AddressPattern[]> = {
  takes: 'user@example.com, example.com, .example.com (all below it), a local part, /a regular expression/',
  schema: { type: 'string' },
  read(node) {
    if (node.kind !== 'scalar') return notScalar(node, 'an address or a domain');
    const pattern = readPattern(node, 'an address or a domain', EXAMPLES);
    return pattern.ok ? ok([pattern.value]) : pattern;
  },
};

/** One domain, or with a dot in front all below it. */
export const domainPatternItem: Kind<readonly AddressPattern[]> = {
  takes: 'example.com, .example.com (all below it)',
  schema: { type: 'string' },
  read(node) {
    if (node.kind !== 'scalar') return notScalar(node, 'a domain');
    const pattern = readPattern(node, 'a domain', DOMAIN_EXAMPLES);
    if (!pattern.ok) return pattern;
    const { kind } = pattern.value;
    if (kind === 'domain' || kind === 'below') return ok([pattern.value]);
    return refused(node.place, 'value', `${shown(node.text)} is not a domain`, DOMAIN_EXAMPLES);
  },
};

export const addressPatterns: Kind<readonly AddressPattern[]> = listOf(addressPatternItem, {
  what: 'addresses',
  most: 10_000,
});

/** Domains, each with all below it; with a dot in front only what is below. */
export const strictDomains: Kind<readonly AddressPattern[]> = listOf(
  {
    ...domainPatternItem,
    takes: 'example.com (and all below it), .example.com (only what is below it)',
    read(node, note) {
      const read = domainPatternItem.read(node, note);
      if (!read.ok) return read;
      return ok(read.value.flatMap(withBelow));
    },
  },
  { what: 'domains', most: 20_000 },
);

function withBelow(pattern: AddressPattern): readonly AddressPattern[] {
  return pattern.kind === 'domain' ? [pattern, { kind: 'below', domain: pattern.domain }] : [pattern];
}

function readPattern(
  { place, text }: ScalarNode,
  what: string,
  examples: string,
): Result<AddressPattern, readonly Remark[]> {
  const withoutStar = /^\*@?(\.?[\w.-]{1,60})$/.exec(text)?.[1];
  if (withoutStar !== undefined) {
    return refused(
      place,
      'value',
      `${shown(text)} has a star, which means nothing here`,
      `write ${withoutStar}`,
    );
  }
  const pattern = addressPattern(text);
  if (pattern.ok) return pattern;
  const { error } = pattern;
  return refused(place, 'value', problemWith(text, what, error), hintFor(error, examples));
}

function hintFor(problem: AddressPatternProblem, examples: string): string | null {
  switch (problem.kind) {
    case 'domain':
    case 'local-part':
      return examples;
    case 'slashes':
      return 'write /.../ without flags: case never counts';
    case 'cost':
      return COST[problem.problem].hint;
    case 'expression':
    case 'length':
      return null;
  }
}

const COST: Readonly<Record<ExpressionCost, { readonly message: string; readonly hint: string }>> = {
  nested: {
    message: 'some addresses would take it for ever',
    hint: 'write it without a repetition inside of a repetition, and without alternatives in one',
  },
  repetitions: {
    message: 'some addresses would take it long',
    hint: 'begin it with ^, and write it with three repetitions such as .* at most',
  },
  'back-reference': { message: 'it refers back to one of its groups', hint: 'write it without' },
  lookbehind: { message: 'it looks behind', hint: 'write it without (?<=...) and (?<!...)' },
};

function problemWith(text: string, what: string, problem: AddressPatternProblem): string {
  switch (problem.kind) {
    case 'domain':
      return `${shown(text)} is not ${what}: ${NAME_PROBLEM[problem.problem]}`;
    case 'expression':
      return `${shown(text)} is not a regular expression: ${reasonOf(problem.problem)}`;
    case 'cost':
      return `${shown(text)} is not taken: ${COST[problem.problem].message}`;
    case 'slashes':
      return `${shown(text)} begins like a regular expression, and does not end like one`;
    case 'local-part':
      return `${shown(text)} is not ${what}`;
    case 'length':
      return `${shown(text)} is too long`;
  }
}

/** What the compiler of expressions says without the expression, which anything can be in. */
function reasonOf(problem: string): string {
  return problem.replace(/^[^]*: /, '');
}
