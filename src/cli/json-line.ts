/** JSON that is safe to look at: one line, and nothing in it that a terminal obeys. */

/** The value as one line of JSON, its line break included. */
export function jsonLine(value: unknown): string {
  // JSON leaves these characters as they are, and only strings have any: escaping them keeps the value.
  return `${escapeControls(JSON.stringify(value))}\n`;
}

/** Controls beyond C0, line separators and bidi controls become `\uXXXX`. */
export function escapeControls(text: string): string {
  return text.replace(CONTROLS, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

const CONTROLS = /[\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/g;
