/** Reads a whole record (RFC 7208 §12). */
import { IpAddress } from '../net/index.js';
import { err, ok, type Octets, type Result } from '../util/index.js';
import { readDomainSpec, readExplanation, readMacroString, type MacroProblem } from './parse-macro.js';
import type {
  Directive,
  DualCidr,
  MacroString,
  Mechanism,
  Qualifier,
  SpfRecord,
  UnknownModifier,
} from './record.js';
import { isAlpha, isAlphanumeric, isDigit, Refusal, Scanner } from './scanner.js';

export interface RecordProblem {
  readonly code: RecordProblemCode;
  /** The term at fault, octets as they are in the record. */
  readonly term: Octets;
  /** Where in the record the first octet stands that is wrong. */
  readonly offset: number;
}

export type RecordProblemCode =
  | MacroProblem
  | 'no-version'
  | 'unknown-mechanism'
  | 'missing-argument'
  | 'unexpected-argument'
  | 'bad-address'
  | 'bad-prefix'
  | 'repeated-modifier';

const VERSION = /^v=spf1(?: |$)/i;
const SPACE = 0x20;
const COLON = 0x3a;
const SLASH = 0x2f;
const EQUALS = 0x3d;

/** Whether a TXT record is a policy (§4.5): "v=spf1" in any case, then a blank or nothing. */
export function isSpfRecord(text: Octets): boolean {
  return text.length >= 6 && VERSION.test(text);
}

/**
 * Parses a whole record. An error anywhere in it counts, even after a term that would have matched
 * (RFC 7208 §4.6), which is why nothing is evaluated before all of it is read.
 */
export function parseRecord(text: Octets): Result<SpfRecord, RecordProblem> {
  if (!isSpfRecord(text)) return err({ code: 'no-version', term: text.slice(0, 6) as Octets, offset: 0 });
  const terms = new TermList();
  let start = 6;
  while (start < text.length) {
    if (text.charCodeAt(start) === SPACE) {
      start++;
      continue;
    }
    const blank = text.indexOf(' ', start);
    const end = blank === -1 ? text.length : blank;
    try {
      terms.read(new Scanner(text, start, end));
    } catch (e) {
      // The rules throw it; it stops here.
      if (!(e instanceof Refusal)) throw e; // a bug: let it be seen
      const { code, offset } = e as Refusal<RecordProblemCode>;
      return err({ code, term: text.slice(start, end) as Octets, offset });
    }
    start = end;
  }
  return ok(terms.record());
}

/** Parses the text that `exp=` leads to (§6.2). Null where it is wrong: then there is no explanation. */
export function parseExplanation(text: Octets): MacroString | null {
  try {
    return readExplanation(new Scanner(text));
  } catch (e) {
    if (e instanceof Refusal) return null;
    throw e;
  }
}

class TermList {
  readonly #directives: Directive[] = [];
  readonly #unknown: UnknownModifier[] = [];
  #redirect: MacroString | null = null;
  #exp: MacroString | null = null;

  record(): SpfRecord {
    return {
      directives: this.#directives,
      redirect: this.#redirect,
      exp: this.#exp,
      unknown: this.#unknown,
    };
  }

  read(scanner: Scanner): void {
    const start = scanner.position;
    // A modifier is a name and "="; no directive has its "=" so early.
    const name = isAlpha(scanner.peek()) ? scanner.takeWhile(isNameCharacter) : '';
    if (name !== '' && scanner.take(EQUALS)) {
      this.#readModifier(name, start, scanner);
    } else {
      scanner.position = start;
      this.#directives.push(readDirective(scanner));
    }
  }

  #readModifier(name: string, start: number, scanner: Scanner): void {
    switch (name.toLowerCase()) {
      case 'redirect': // §6.1
        if (this.#redirect !== null) refuse('repeated-modifier', start);
        this.#redirect = readDomain(scanner);
        break;
      case 'exp': // §6.2
        if (this.#exp !== null) refuse('repeated-modifier', start);
        this.#exp = readDomain(scanner);
        break;
      default: // §6: ignored, but its macros must be right
        this.#unknown.push({ name, value: readMacroString(scanner) });
    }
  }
}

function isNameCharacter(code: number): boolean {
  return isAlphanumeric(code) || code === 0x2d || code === 0x5f || code === 0x2e;
}

function refuse(code: RecordProblemCode, offset: number): never {
  throw new Refusal(code, offset);
}

function readDirective(scanner: Scanner): Directive {
  const qualifier = QUALIFIERS.get(scanner.peek());
  if (qualifier !== undefined) scanner.position++;
  const start = scanner.position;
  const name = scanner.takeWhile(isNameCharacter).toLowerCase();
  return { qualifier: qualifier ?? 'pass', mechanism: readMechanism(name, start, scanner) };
}

const QUALIFIERS: ReadonlyMap<number, Qualifier> = new Map([
  [0x2b, 'pass'],
  [0x2d, 'fail'],
  [0x7e, 'softfail'],
  [0x3f, 'neutral'],
]);

function readMechanism(name: string, start: number, scanner: Scanner): Mechanism {
  switch (name) {
    case 'all':
      return atEnd(scanner, { kind: 'all' });
    case 'include':
    case 'exists':
      expectColon(scanner);
      return { kind: name, domain: readDomain(scanner) };
    case 'a':
    case 'mx': {
      const cidr = takeDualCidr(scanner);
      return { kind: name, domain: readOptionalDomain(cidr.rest), cidr: cidr.value };
    }
    case 'ptr':
      return { kind: 'ptr', domain: readOptionalDomain(scanner) };
    case 'ip4':
    case 'ip6':
      expectColon(scanner);
      return readNetwork(name, scanner);
    default:
      return refuse('unknown-mechanism', start);
  }
}

function atEnd<T>(scanner: Scanner, value: T): T {
  if (!scanner.atEnd) refuse('unexpected-argument', scanner.position);
  return value;
}

function expectColon(scanner: Scanner): void {
  if (!scanner.take(COLON))
    refuse(scanner.atEnd ? 'missing-argument' : 'unexpected-argument', scanner.position);
}

function readDomain(scanner: Scanner): MacroString {
  if (scanner.atEnd) refuse('missing-argument', scanner.position);
  return readDomainSpec(scanner);
}

/** Nothing, or a colon and a domain-spec. */
function readOptionalDomain(scanner: Scanner): MacroString | null {
  if (scanner.atEnd) return null;
  if (!scanner.take(COLON)) refuse('unexpected-argument', scanner.position);
  return readDomain(scanner);
}

/**
 * Splits `[ ip4-cidr ] [ "/" ip6-cidr ]` (§5.3) off the end. A slash may also stand in a domain-spec, as a
 * literal or as a delimiter of a macro; so only digits at the very end make a prefix length.
 */
function takeDualCidr(scanner: Scanner): { value: DualCidr; rest: Scanner } {
  const { text, position } = scanner;
  let end = scanner.end;
  let ip4 = 32;
  let ip6 = 128;
  let slash = slashBeforeDigits(text, position, end);
  if (slash !== -1 && slash > position && text.charCodeAt(slash - 1) === SLASH) {
    ip6 = readPrefix(text.slice(slash + 1, end), 128, slash);
    end = slash - 1;
    slash = slashBeforeDigits(text, position, end);
  }
  if (slash !== -1) {
    ip4 = readPrefix(text.slice(slash + 1, end), 32, slash);
    end = slash;
  }
  return { value: { ip4, ip6 }, rest: new Scanner(text, position, end) };
}

/** The index of a slash that only digits follow, at least one, up to `end`; else -1. */
function slashBeforeDigits(text: string, start: number, end: number): number {
  let at = end;
  while (at > start && isDigit(text.charCodeAt(at - 1))) at--;
  return at < end && at > start && text.charCodeAt(at - 1) === SLASH ? at - 1 : -1;
}

/** A prefix length has no leading zeros and is not longer than the address (§5.6). */
function readPrefix(digits: string, bits: number, offset: number): number {
  const value = digits.length <= 3 ? Number(digits) : NaN;
  if (!(value <= bits) || String(value) !== digits) refuse('bad-prefix', offset);
  return value;
}

function readNetwork(kind: 'ip4' | 'ip6', scanner: Scanner): Mechanism {
  const { text, position, end } = scanner;
  if (scanner.atEnd) refuse('missing-argument', position);
  const slash = text.indexOf('/', position);
  const addressEnd = slash === -1 || slash >= end ? end : slash;
  const bits = kind === 'ip4' ? 32 : 128;
  const written = text.slice(position, addressEnd);
  const address = IpAddress.parse(written);
  if (address === null || written.includes(':') !== (kind === 'ip6')) return refuse('bad-address', position);
  let prefix = bits;
  if (addressEnd < end) {
    const digits = text.slice(addressEnd + 1, end);
    if (!/^\d+$/.test(digits)) refuse('bad-prefix', addressEnd);
    prefix = readPrefix(digits, bits, addressEnd);
  }
  const folded = kind === 'ip6' && address.family === 4;
  return { kind, address: folded ? { family: 'mapped', text: written.toLowerCase() } : address, prefix };
}
