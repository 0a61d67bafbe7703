/** The kind `headers.subject_tag`. */
import { ok } from '../util/index.js';
import { notScalar, refused, type Kind } from './kind.js';
import { shown } from './problem.js';

export const subjectTag: Kind<string> = {
  takes: 'a text of 1 to 60 printable ASCII characters',
  schema: { type: 'string', minLength: 1, maxLength: 60 },
  read(node) {
    if (node.kind === 'list') {
      const hint = 'put a text that begins with a bracket in quotes: "[SPF]"';
      return refused(node.place, 'shape', 'expected a text, found a list', hint);
    }
    if (node.kind !== 'scalar') return notScalar(node, 'a text');
    const { place, text } = node;
    if (!/^[\x21-\x7e](?:[\x20-\x7e]{0,58}[\x21-\x7e])?$/.test(text)) {
      const message = `${shown(text)} cannot be put in front of a subject`;
      return refused(
        place,
        'value',
        message,
        '1 to 60 characters of printable ASCII, no blank at either end',
      );
    }
    const unknown = /%\{(?!result\})[^}]*\}?/.exec(text)?.[0];
    if (unknown === undefined) return ok(text);
    return refused(place, 'value', `${shown(unknown)} is no macro here`, 'there is %{result}');
  },
};
