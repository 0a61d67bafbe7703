/** A field as it stands in a message, folded. */
import { foldField } from '../../src/header/index.js';

export function foldedText(field: Parameters<typeof foldField>[0]): string {
  const { name, value } = foldField(field);
  return `${name}: ${value}`;
}
