/** Names that can be looked up and stand bare in a header field. */
import { createRequire } from 'node:module';

import { err, ok, textOf, type Octets, type Result } from '../util/index.js';

/**
 * A multi-label ASCII domain name as a person or a mail server wrote it: checked, without its final dot,
 * U-labels turned into A-labels, the case kept. It can be looked up and it can stand bare in a header.
 */
export type DomainName = string & { readonly __domainName: unique symbol };

export type DomainNameProblem =
  'empty' | 'single-label' | 'label-length' | 'name-length' | 'character' | 'idna';

/**
 * Checks the domain of a mail address or a HELO name (RFC 7208 §4.3: whatever is refused here is "none",
 * with no query at all).
 *
 * Besides letters, digits and hyphens only the underscore is taken: a name with any other character is
 * looked up by nobody on purpose, and reads as another name to programs that parse our header fields
 * (`legitimate.example(.attacker.example`, CVE-2020-12272).
 */
export function domainName(name: Octets): Result<DomainName, DomainNameProblem> {
  if (name.length > 255) return err('name-length'); // RFC 5321 §4.5.3.1.2, and before IDNA, which is costly
  let ascii: string = name;
  if (/[\x80-\xff]/.test(name)) {
    const converted = toAscii(name);
    if (converted === null) return err('idna');
    ascii = converted;
  }
  if (ascii.endsWith('.')) ascii = ascii.slice(0, -1); // §4.3: a zero-length label at the end is fine
  if (ascii === '') return err('empty');
  if (ascii.length > 253) return err('name-length');
  let labels = 1;
  let start = 0;
  for (let i = 0; i <= ascii.length; i++) {
    const c = i === ascii.length ? DOT : ascii.charCodeAt(i);
    if (c === DOT) {
      if (i === start || i - start > 63) return err('label-length');
      if (i < ascii.length) labels++;
      start = i + 1;
    } else if (!isNameCharacter(c)) return err('character');
  }
  if (labels === 1) return err('single-label');
  return ok(ascii as DomainName);
}

const DOT = 0x2e;

function isNameCharacter(c: number): boolean {
  const lower = c | 0x20;
  return (lower >= 0x61 && lower <= 0x7a) || (c >= 0x30 && c <= 0x39) || c === 0x2d || c === 0x5f;
}

interface Tr46 {
  toASCII(name: string, options: Readonly<Record<string, boolean>>): string | null;
}

let tr46: Tr46 | undefined;

/** UTS 46 non-transitional processing, hence IDNA 2008 (RFC 8616 §4). The tables are large and few
 *  messages need them, so they are loaded with the first name that does. */
function toAscii(name: Octets): string | null {
  const text = textOf(name);
  if (text.includes('\ufffd')) return null; // not UTF-8
  tr46 ??= createRequire(import.meta.url)('tr46') as Tr46;
  return tr46.toASCII(text, {
    checkBidi: true,
    checkHyphens: false,
    checkJoiners: true,
    transitionalProcessing: false,
    useSTD3ASCIIRules: false,
    verifyDNSLength: false,
  });
}
