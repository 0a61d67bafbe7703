/** Folds header fields (RFC 5322 §2.2.3) for protocols that take more than one line. */
import type { AuthenticationResultsField } from './authentication-results.js';
import type { ReceivedSpfField } from './received-spf.js';

/** RFC 5322 §2.1.1: what a line should not exceed, its end not counted. */
const MAX_COLUMNS = 78;

/**
 * The same field on as few lines as fit into 78 columns: LF, as milters write it, put before white space
 * between tokens or inside of a comment, never inside of a quoted-string, never right behind the field's name.
 * What has no such place is left whole, and no line can be over 998 characters because the field is not.
 * Taking the line ends out again gives the field as it was.
 */
export function foldField(field: ReceivedSpfField | AuthenticationResultsField): string {
  if (field.length <= MAX_COLUMNS) return field;
  let folded = '';
  let lineStart = 0;
  let lastPlace = 0;
  for (const place of placesToFold(field)) {
    if (place - lineStart > MAX_COLUMNS && lastPlace > lineStart) {
      folded += `${field.slice(lineStart, lastPlace)}\n`;
      lineStart = lastPlace;
    }
    lastPlace = place;
  }
  return folded + field.slice(lineStart);
}

/** Each offset at which a line may end, last of all the end itself. */
function placesToFold(field: string): readonly number[] {
  const places: number[] = [];
  let quoted = false;
  let depth = 0;
  for (let i = field.indexOf(':') + 2; i < field.length; i++) {
    switch (field.charAt(i)) {
      case '\\':
        i++;
        break;
      case '"':
        if (depth === 0) quoted = !quoted;
        break;
      case '(':
        if (!quoted) depth++;
        break;
      case ')':
        if (!quoted) depth--;
        break;
      case ' ':
        if (!quoted && field.charAt(i - 1) !== ' ') places.push(i); // no line is of blanks alone
        break;
    }
  }
  places.push(field.length);
  return places;
}
