/** Prints a record as its owner could have written it: the counterpart of the parser. */
import { assertNever } from '../util/index.js';
import type {
  Directive,
  DualCidr,
  MacroPart,
  MacroString,
  Mechanism,
  Qualifier,
  SpfRecord,
} from './record.js';

/** A whole record, in lower case, with what is a default left out: `v=spf1 mx -all`. */
export function printRecord(record: SpfRecord): string {
  const terms = ['v=spf1', ...record.directives.map(printDirective)];
  if (record.redirect !== null) terms.push(`redirect=${printMacroString(record.redirect)}`);
  if (record.exp !== null) terms.push(`exp=${printMacroString(record.exp)}`);
  for (const { name, value } of record.unknown) terms.push(`${name}=${printMacroString(value)}`);
  return terms.join(' ');
}

/** One directive: `-ip4:192.0.2.0/24`. */
export function printDirective({ qualifier, mechanism }: Directive): string {
  return SIGNS[qualifier] + printMechanism(mechanism);
}

const SIGNS: Readonly<Record<Qualifier, string>> = { pass: '', fail: '-', softfail: '~', neutral: '?' };

function printMechanism(mechanism: Mechanism): string {
  switch (mechanism.kind) {
    case 'all':
      return 'all';
    case 'include':
    case 'exists':
      return `${mechanism.kind}:${printMacroString(mechanism.domain)}`;
    case 'a':
    case 'mx':
      return mechanism.kind + printOptionalDomain(mechanism.domain) + printDualCidr(mechanism.cidr);
    case 'ptr':
      return `ptr${printOptionalDomain(mechanism.domain)}`;
    case 'ip4':
    case 'ip6': {
      const { kind, address, prefix } = mechanism;
      const text = address.family === 'mapped' ? address.text : address.toString();
      return `${kind}:${text}${prefix === (kind === 'ip4' ? 32 : 128) ? '' : `/${prefix}`}`;
    }
    default:
      return assertNever(mechanism);
  }
}

function printOptionalDomain(domain: MacroString | null): string {
  return domain === null ? '' : `:${printMacroString(domain)}`;
}

function printDualCidr({ ip4, ip6 }: DualCidr): string {
  return (ip4 === 32 ? '' : `/${ip4}`) + (ip6 === 128 ? '' : `//${ip6}`);
}

/** A macro-string or domain-spec. */
export function printMacroString(parts: MacroString): string {
  return parts.map(printPart).join('');
}

function printPart(part: MacroPart): string {
  switch (part.kind) {
    case 'literal':
      return part.text;
    case 'escape':
      return `%${part.of}`;
    case 'macro': {
      const letter = part.escape ? part.letter.toUpperCase() : part.letter;
      const keep = part.keep === 0 ? '' : String(part.keep);
      const delimiters = part.delimiters === '.' ? '' : part.delimiters;
      return `%{${letter}${keep}${part.reverse ? 'r' : ''}${delimiters}}`;
    }
    default:
      return assertNever(part);
  }
}
