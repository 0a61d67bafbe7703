/** Patterns of mail addresses and domains, as administrators write them into lists. */
import { domainName, type DomainName, type DomainNameProblem } from '../net/index.js';
import { err, octetsOfText, ok, type Octets, type Result } from '../util/index.js';
import { expressionCost, type ExpressionCost } from './expression-cost.js';

/** All comparing is without regard to case, domains as A-labels. */
export type AddressPattern =
  /** `user@example.com` */
  | { readonly kind: 'address'; readonly localPart: Octets; readonly domain: DomainName }
  /** `example.com`: every address at it, and at none below it. */
  | { readonly kind: 'domain'; readonly domain: DomainName }
  /** `.example.com`: every address at a domain below it, and none at itself. */
  | { readonly kind: 'below'; readonly domain: DomainName }
  /** `postmaster`: this local part at whatever domain, or at none. */
  | { readonly kind: 'local-part'; readonly localPart: Octets }
  /** `/^bounce-.*@example\.com$/`: matched against the whole address, octets as they came. */
  | { readonly kind: 'expression'; readonly expression: RegExp };

export type AddressPatternProblem =
  | { readonly kind: 'domain'; readonly problem: DomainNameProblem }
  /** `problem` is what the compiler of expressions says. */
  | { readonly kind: 'expression'; readonly problem: string }
  /** It would take too long with some address, or nobody can say how long. */
  | { readonly kind: 'cost'; readonly problem: ExpressionCost }
  /** It begins like an expression, and is none: `/a/i`. */
  | { readonly kind: 'slashes' }
  | { readonly kind: 'local-part' }
  | { readonly kind: 'length' };

/** RFC 5321 §4.5.3.1: 64 octets, an at sign, and a domain; and an expression for it may be longer. */
const MAX_PATTERN = 512;

/**
 * Reads one pattern. Without a dot or an at sign it is a local part. An address with brackets is taken
 * without them, `@example.com` as the domain. What begins with a slash is an expression or nothing.
 */
export function addressPattern(text: string): Result<AddressPattern, AddressPatternProblem> {
  if (text.length > MAX_PATTERN) return err({ kind: 'length' });
  if (text.startsWith('/')) {
    return text.endsWith('/') && text.length > 2 ? expression(text.slice(1, -1)) : err({ kind: 'slashes' });
  }
  const bare = octetsOfText(/^<.*>$/.test(text) ? text.slice(1, -1) : text);
  const at = bare.lastIndexOf('@');
  const localPart = bare.slice(0, Math.max(at, 0)) as Octets;
  const rest = bare.slice(at + 1) as Octets;
  if (at === -1 && !rest.includes('.')) {
    return /^[^\s@]+$/.test(rest) ? ok({ kind: 'local-part', localPart: rest }) : err({ kind: 'local-part' });
  }
  const isBelow = localPart === '' && rest.startsWith('.');
  const domain = domainName(isBelow ? (rest.slice(1) as Octets) : rest);
  // A name of one label is fine below a dot: `.example`.
  const name =
    !domain.ok && isBelow && domain.error === 'single-label' ? ok(rest.slice(1) as DomainName) : domain;
  if (!name.ok) return err({ kind: 'domain', problem: name.error });
  if (isBelow) return ok({ kind: 'below', domain: name.value });
  return ok(
    localPart === ''
      ? { kind: 'domain', domain: name.value }
      : { kind: 'address', localPart, domain: name.value },
  );
}

function expression(source: string): Result<AddressPattern, AddressPatternProblem> {
  let compiled: RegExp;
  try {
    compiled = new RegExp(source, 'i');
  } catch (e) {
    return err({ kind: 'expression', problem: e instanceof Error ? e.message : String(e) });
  }
  const cost = expressionCost(source);
  return cost === null
    ? ok({ kind: 'expression', expression: compiled })
    : err({ kind: 'cost', problem: cost });
}
