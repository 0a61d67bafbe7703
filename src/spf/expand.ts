/** Expands macro-strings (RFC 7208 §7). */
import { addressLabels } from '../dns/index.js';
import type { IpAddress } from '../net/index.js';
import type { Macro, MacroLetter, MacroString } from './record.js';

/** What the letters stand for. All values are octets; `null` means that there is none. */
export interface MacroValues {
  readonly ip: IpAddress;
  /** `%{l}`; null where it is not ASCII: a term with it matches nothing (RFC 8616 §4). */
  readonly localPart: string | null;
  /** `%{o}`, in A-labels. */
  readonly senderDomain: string;
  readonly helo: string;
  /** `%{p}`: the validated name of the client, or `unknown`. */
  readonly validatedName: string;
}

/** What only an explanation may name (§7.2), and its local part, which may be any octets. */
export interface ExplanationValues {
  readonly receiver: string;
  /** Seconds since 1970. */
  readonly seconds: number;
  readonly localPart: string;
}

/** How many octets of macro values may go into one string. Only hostile records need so many (64 macros of
 *  an ordinary sender stay below a quarter of it), and a check may have to expand them a hundred times. */
const MAX_WORK = 8_192;

/** How long an expanded text of our own may be: more than any reply or log line has room for. */
const MAX_OWN_TEXT = 4_096;

/** Whether the string asks for `%{p}`, which costs a PTR query. */
export function needsValidatedName(parts: MacroString): boolean {
  return parts.some((part) => part.kind === 'macro' && part.letter === 'p');
}

/** Whether the string asks for the sender's local part, which a term may have to do without. */
export function needsLocalPart(parts: MacroString): boolean {
  return parts.some((part) => part.kind === 'macro' && (part.letter === 'l' || part.letter === 's'));
}

/** The text of a macro-string that needs no expansion, else null. */
export function constantText(parts: MacroString): string | null {
  const [only] = parts;
  return parts.length === 1 && only?.kind === 'literal' ? only.text : null;
}

/**
 * Expands a domain-spec. `domain` is the domain of the record that it stands in (`%{d}`). Null where a
 * macro has no value, or where the string is beyond all bounds.
 */
export function expandDomainSpec(parts: MacroString, domain: string, values: MacroValues): string | null {
  return whole(expand(parts, (letter) => domainSpecValue(letter, domain, values), identity));
}

/** Expands the text of an explanation to printable ASCII: octets that are not, which a macro brings in, are
 *  escaped like those of upper-case macros (RFC 8616 §4). Null where it is beyond all bounds. */
export function expandExplanation(
  parts: MacroString,
  domain: string,
  values: MacroValues,
  more: ExplanationValues,
): string | null {
  const valueOf = (letter: MacroLetter): string | null => explanationValue(letter, domain, values, more);
  return whole(expand(parts, valueOf, (text) => text.replace(/[^\x20-\x7e]/g, percentEncode)));
}

/** Expands a text of our own, which is for people: octets that are not printable ASCII become `?` unless an
 *  upper-case letter escapes them. What is beyond the bounds is cut off. */
export function expandOwnText(
  parts: MacroString,
  domain: string,
  values: MacroValues,
  more: ExplanationValues,
): string {
  const valueOf = (letter: MacroLetter): string | null => explanationValue(letter, domain, values, more);
  const { text } = expand(parts, valueOf, (value) => value.replace(/[^\x20-\x7e]/g, '?'));
  return text.slice(0, MAX_OWN_TEXT);
}

function explanationValue(
  letter: MacroLetter,
  domain: string,
  values: MacroValues,
  more: ExplanationValues,
): string | null {
  if (letter === 'c') return values.ip.toString();
  if (letter === 'r') return more.receiver;
  if (letter === 't') return String(more.seconds);
  if (letter === 'l') return more.localPart;
  if (letter === 's') return `${more.localPart}@${values.senderDomain}`;
  return domainSpecValue(letter, domain, values);
}

function domainSpecValue(letter: MacroLetter, domain: string, values: MacroValues): string | null {
  switch (letter) {
    case 's':
      return values.localPart === null ? null : `${values.localPart}@${values.senderDomain}`;
    case 'l':
      return values.localPart;
    case 'o':
      return values.senderDomain;
    case 'd':
      return domain;
    case 'i':
      return dottedAddress(values.ip);
    case 'p':
      return values.validatedName;
    case 'v':
      return values.ip.family === 4 ? 'in-addr' : 'ip6';
    case 'h':
      return values.helo;
    case 'c':
    case 'r':
    case 't':
      throw new Error(`%{${letter}} in a domain-spec: the parser refuses it`);
  }
}

interface Expanded {
  readonly text: string;
  /** False where a macro has no value, or the string is beyond all bounds: then the text ends before it. */
  readonly isWhole: boolean;
}

function whole({ text, isWhole }: Expanded): string | null {
  return isWhole ? text : null;
}

function expand(
  parts: MacroString,
  valueOf: (letter: MacroLetter) => string | null,
  clean: (text: string) => string,
): Expanded {
  let text = '';
  let work = 0;
  for (const part of parts) {
    if (part.kind === 'literal') text += part.text;
    else if (part.kind === 'escape') text += ESCAPES[part.of];
    else {
      const value = valueOf(part.letter);
      if (value === null) return { text, isWhole: false };
      work += value.length; // counted as the text grows: the bound is on the work, not on the result
      if (work > MAX_WORK) return { text, isWhole: false };
      text += clean(transform(value, part));
    }
  }
  return { text, isWhole: true };
}

const ESCAPES = { '%': '%', _: ' ', '-': '%20' } as const;

function identity(text: string): string {
  return text;
}

/** §7.3: split at the delimiters, reverse, keep so many parts from the right, join with dots. */
function transform(value: string, macro: Macro): string {
  let text = value;
  if (macro.delimiters !== '.' || macro.reverse || macro.keep !== 0) {
    let labels = split(value, macro.delimiters);
    if (macro.reverse) labels.reverse();
    if (macro.keep !== 0) labels = labels.slice(-macro.keep);
    text = labels.join('.');
  }
  return macro.escape ? text.replace(/[^A-Za-z0-9\-._~]/g, percentEncode) : text; // RFC 3986 §2.3
}

function split(value: string, delimiters: string): string[] {
  if (delimiters.length === 1) return value.split(delimiters);
  const labels: string[] = [];
  let start = 0;
  for (let i = 0; i < value.length; i++) {
    if (!delimiters.includes(value.charAt(i))) continue;
    labels.push(value.slice(start, i));
    start = i + 1;
  }
  labels.push(value.slice(start));
  return labels;
}

/** One octet as `%XX`; the dot inside of a label, which a PTR name may hold, is one as well. */
function percentEncode(octet: string): string {
  return PERCENT_ENCODED[octet.charCodeAt(0) & 0xff] ?? '';
}

const PERCENT_ENCODED: readonly string[] = Array.from(
  { length: 256 },
  (_, octet) => `%${octet.toString(16).toUpperCase().padStart(2, '0')}`,
);

/** `%{i}`: a dotted quad, or the nibbles of an IPv6 address with dots between. §7.4 shows them in lower
 *  case, the published suite wants upper case in explanations; to the DNS both are the same. */
export function dottedAddress(ip: IpAddress): string {
  return ip.family === 4 ? ip.toString() : addressLabels(ip).join('.').toUpperCase();
}
