/** The kind `hostname`: `auto`, or a full name. */
import { domainName, type DomainName, type DomainNameProblem } from '../net/index.js';
import { octetsOfText, ok } from '../util/index.js';
import { notScalar, refused, type Kind } from './kind.js';
import { shown } from './problem.js';

/** Null is `auto`: the name that the system has. */
export const hostName: Kind<DomainName | null> = {
  takes: 'auto | a full domain name',
  schema: { type: 'string' },
  read(node) {
    if (node.kind !== 'scalar') return notScalar(node, 'a host name');
    if (node.text === 'auto') return ok(null);
    const name = domainName(octetsOfText(node.text));
    if (name.ok) return ok(name.value);
    return refused(
      node.place,
      'value',
      `${shown(node.text)} is not a host name: ${NAME_PROBLEM[name.error]}`,
      HINT,
    );
  },
};

const HINT = 'example: mx.example.net';

/** What is wrong with a name, as words behind a colon. */
export const NAME_PROBLEM: Readonly<Record<DomainNameProblem, string>> = {
  empty: 'it is empty',
  'single-label': 'it has no domain',
  'label-length': 'one of its parts is empty or longer than 63 octets',
  'name-length': 'it is longer than 253 octets',
  character: 'only letters, digits, hyphens, underscores and dots can be in it',
  idna: 'it is not a valid internationalized name',
};
