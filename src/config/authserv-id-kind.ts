/** The kind of `headers.authserv_id`: a name for Authentication-Results. */
import { authservId, type AuthservId, type AuthservIdProblem } from '../header/index.js';
import { ok } from '../util/index.js';
import { notScalar, refused, type Kind } from './kind.js';
import { shown } from './problem.js';

export const authservIdKind: Kind<AuthservId> = {
  takes: 'a name of letters, digits, hyphens and dots, as of a host',
  schema: { type: 'string', minLength: 1, maxLength: 255 },
  read(node) {
    if (node.kind !== 'scalar') return notScalar(node, 'a name');
    const id = authservId(node.text);
    if (id.ok) return ok(id.value);
    const message = `${shown(node.text)} is not an authserv-id: ${REASON[id.error]}`;
    return refused(node.place, 'value', message, 'example: mx.example.net');
  },
};

const REASON: Readonly<Record<AuthservIdProblem, string>> = {
  empty: 'it is empty',
  'too-long': 'it is longer than 255 characters',
  character: 'it has a character that would need quotes',
  'empty-label': 'it has a dot too many',
  idna: 'it is not a valid internationalized name',
};
