/** Folds header fields (RFC 5322 §2.2.3) for protocols that take more than one line. */
import type { AuthenticationResultsField } from './authentication-results.js';
import type { ReceivedSpfField } from './received-spf.js';

/** RFC 5322 §2.1.1: what a line should not exceed, its end not counted. */
const MAX_COLUMNS = 78;

/** A field as milters send it: without the colon, and the blank behind it. */
export interface FoldedField {
  readonly name: string;
  readonly value: string;
}

/**
 * The same field on as few lines as fit into 78 columns: LF, as milters write it, put before white space
 * between tokens or inside of a comment, never inside of a quoted-string, never right behind the field's name.
 * What has no such place is left whole, and no line can be over 998 characters because the field is not.
 * Taking the line ends out again gives the field as it was.
 */
export function foldField(field: ReceivedSpfField | AuthenticationResultsField): FoldedField {
  const colon = field.indexOf(':');
  const name = field.slice(0, colon);
  let value = '';
  let done = colon + ': '.length; // how much of the field is in name and value
  if (field.length <= MAX_COLUMNS) return { name, value: field.slice(done) };
  let lineStart = 0;
  let place = 0; // the last one at which the line may end
  let isQuoted = false;
  let depth = 0;
  for (let i = done; i <= field.length; i++) {
    const c = i < field.length ? field.charCodeAt(i) : END;
    if (c === BACKSLASH) i++;
    else if (c === QUOTE) isQuoted = depth === 0 ? !isQuoted : isQuoted;
    else if (c === OPEN) depth += isQuoted ? 0 : 1;
    else if (c === CLOSE) depth -= isQuoted ? 0 : 1;
    else if (c === END || (c === BLANK && !isQuoted && field.charCodeAt(i - 1) !== BLANK)) {
      // Of several blanks only the first is a place: no line is of blanks alone.
      if (i - lineStart > MAX_COLUMNS && place > lineStart) {
        value += `${field.slice(done, place)}\n`;
        done = lineStart = place;
      }
      place = i;
    }
  }
  return { name, value: value + field.slice(done) };
}

const END = -1;
const BLANK = 0x20;
const QUOTE = 0x22;
const OPEN = 0x28;
const CLOSE = 0x29;
const BACKSLASH = 0x5c;
