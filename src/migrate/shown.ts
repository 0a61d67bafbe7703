/** Text of an old file, made fit for a message or a comment. */

const MAX_SHOWN = 60;

/** In quotes, on one line, at most some 60 characters of it. */
export function shown(text: string): string {
  return `"${plainText(text)}"`;
}

/** The same without quotes. */
export function plainText(text: string): string {
  const clean = text.slice(0, MAX_SHOWN * 2).replace(/[^\x20-\x7e\xa0-\u2027\u202a-\ud7ff]/g, '?');
  return text.length > MAX_SHOWN ? `${clean.slice(0, MAX_SHOWN)}...` : clean;
}

/** The last part of a path. */
export function baseName(path: string): string {
  return plainText(path.slice(path.lastIndexOf('/') + 1));
}
