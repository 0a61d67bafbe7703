/** The fields that we put on top of a message, as it was delivered. */
import { expect } from '@jest/globals';

import { fields } from './postfix.js';
import { RECEIVER } from './our-fields.js';
import type { Result } from './zone.js';

export const AR = 'Authentication-Results';
export const SPF = 'Received-SPF';

/** All above the mail server's own Received field, without those of the delivery. */
export function added(message: string): readonly (readonly [name: string, value: string])[] {
  const all = fields(message).map(({ name, value }) => [name, value] as const);
  const names = all.map(([name]) => name);
  return all.slice(names.indexOf('Delivered-To') + 1, names.indexOf('Received'));
}

export function namesAdded(message: string): readonly string[] {
  return added(message).map(([name]) => name);
}

/** What the fields of a name say, wherever they stand. */
export function valuesOf(message: string, name: string): readonly string[] {
  return fields(message).flatMap((field) =>
    field.name.trim().toLowerCase() === name.toLowerCase() ? [field.value] : [],
  );
}

/** As `added` has it: a Received-SPF field that says so about one identity. */
export function told(result: Result, identity: 'helo' | 'mailfrom'): readonly unknown[] {
  const pattern = new RegExp(`^${result} \\([^()]+\\).* identity=${identity};`);
  return [SPF, expect.stringMatching(pattern)];
}

/** The same for an Authentication-Results field with these results, each as `pass smtp.helo=a.example`. */
export function listed(...results: readonly string[]): readonly unknown[] {
  const parts = results.map((text) => text.replaceAll('.', '\\.').replace(' ', '(?: \\([^()]+\\))? '));
  const pattern = `^${RECEIVER.replaceAll('.', '\\.')}; spf=${parts.join('; spf=')}$`;
  return [AR, expect.stringMatching(new RegExp(pattern))];
}
