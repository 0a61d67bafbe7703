/** The kind of lists of domain names. */
import { domainName, type DomainName } from '../net/index.js';
import { octetsOfText, ok } from '../util/index.js';
import { NAME_PROBLEM } from './host-name.js';
import { notScalar, refused, type Kind } from './kind.js';
import { listOf } from './list.js';
import { shown } from './problem.js';

const PLURAL = { what: 'names', most: 10_000 };

/** Whole names. */
export const domainNames: Kind<readonly DomainName[]> = listOf(name('full domain names', false), PLURAL);

/** Names that stand for all below them as well, so that a dot in front says nothing. */
export const domainsAndBelow: Kind<readonly DomainName[]> = listOf(
  name('domains, with all below them', true),
  PLURAL,
);

function name(takes: string, meansBelow: boolean): Kind<readonly DomainName[]> {
  return {
    takes,
    schema: { type: 'string' },
    read(node, note) {
      if (node.kind !== 'scalar') return notScalar(node, 'a domain name');
      const { place, text } = node;
      const isDotted = meansBelow && text.startsWith('.');
      const read = domainName(octetsOfText(isDotted ? text.slice(1) : text));
      if (!read.ok) {
        const hint =
          !meansBelow && text.startsWith('.') ? 'only whole names count here' : 'example: mail.example.com';
        return refused(
          place,
          'value',
          `${shown(text)} is not a domain name: ${NAME_PROBLEM[read.error]}`,
          hint,
        );
      }
      if (isDotted) {
        const message = `${shown(text)} is taken as ${read.value}, and all below it`;
        note({ place, code: 'spelling', message, hint: null });
      }
      return ok([read.value]);
    },
  };
}
