/** Kinds of paths: of one file, and of the files that are included. */
import { ok } from '../util/index.js';
import { notScalar, refused, type Kind } from './kind.js';
import { shown } from './problem.js';

/** Longer ones the system does not open. */
const MAX_BYTES = 4095;

/** A file, from the root. */
export const absolutePath: Kind<string> = {
  takes: 'the path of a file',
  schema: { type: 'string', pattern: '^/' },
  read(node) {
    if (node.kind !== 'scalar') return notScalar(node, 'the path of a file');
    const { place, text } = node;
    if (isPath(text) && text.startsWith('/')) return ok(text);
    return refused(
      place,
      'value',
      `${shown(text)} is not an absolute path of a file`,
      'example: /etc/spfwarden/senders',
    );
  },
};

/** A file, or those whose names fit a pattern; relative to the folder of the main file. */
export const includePattern: Kind<string> = {
  takes: 'a path, with stars in its last part or not (conf.d/*.yml)',
  schema: { type: 'string' },
  read(node) {
    if (node.kind !== 'scalar') return notScalar(node, 'a path');
    const { place, text } = node;
    if (!isPath(text))
      return refused(place, 'value', `${shown(text)} is not a path of files`, 'example: conf.d/*.yml');
    if (text.replace(/[^/]*$/, '').includes('*')) {
      const hint = 'a star stands for part of the name of a file: conf.d/*.yml';
      return refused(place, 'value', `${shown(text)} has a star in the name of a folder`, hint);
    }
    return ok(text);
  },
};

/** Whether it can be the path of a file. */
function isPath(text: string): boolean {
  return text !== '' && !text.includes('\0') && !text.endsWith('/') && Buffer.byteLength(text) <= MAX_BYTES;
}
