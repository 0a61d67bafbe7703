/**
 * A name as the DNS has it: labels of any octets (each a character 0-255) with dots between them, no dot
 * at the end, always absolute. SPF asks for names that no host could bear (`exists:%{l}._spf.example.com`
 * for the address `a+b@…`), so this is not a `DomainName`.
 *
 * A dot *inside* of a label, which only an answer can hold, is the character `LABEL_DOT`; so two
 * different names are always two different strings.
 */
export type QueryName = string & { readonly __queryName: unique symbol };

/** Stands for the octet 0x2E inside of a label: 0x100 + 0x2E, so that its low eight bits are the octet. */
export const LABEL_DOT = '\u012e';

/** Takes text whose characters are octets for a name, one final dot removed. It may still be one that
 *  cannot be sent: see `isQueryable`. */
export function queryName(text: string): QueryName {
  return (text.endsWith('.') ? text.slice(0, -1) : text) as QueryName;
}

/** Whether the name fits the wire: labels of 1 to 63 octets, 253 with their dots (RFC 1035 §2.3.4). */
export function isQueryable(name: QueryName): boolean {
  if (name.length === 0 || name.length > 253) return false;
  for (let start = 0; ;) {
    const dot = name.indexOf('.', start);
    const length = (dot === -1 ? name.length : dot) - start;
    if (length < 1 || length > 63) return false;
    if (dot === -1) return true;
    start = dot + 1;
  }
}

/** The form in which two spellings of one name are equal: ASCII letters in lower case, no other octet
 *  touched (RFC 4343; `toLowerCase` alone would change octets above 0x7F). */
export function nameKey(name: QueryName): string {
  for (let i = 0; i < name.length; i++) {
    const c = name.charCodeAt(i);
    if (c >= 0x41 && c <= 0x5a) return name.replace(/[A-Z]+/g, (letters) => letters.toLowerCase());
  }
  return name;
}

/** A name for people: printable ASCII, other octets as `\DDD` (RFC 1035 §5.1), the root as a dot. */
export function printName(name: QueryName): string {
  if (name === '') return '.';
  return name.replace(/[^\x21-\x5b\x5d-\x7e]/g, (c) =>
    c === LABEL_DOT ? '\\.' : c === '\\' ? '\\\\' : `\\${String(c.charCodeAt(0) & 0xff).padStart(3, '0')}`,
  );
}
