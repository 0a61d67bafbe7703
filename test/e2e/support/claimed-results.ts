/** Authentication-Results fields that a message comes with: those that claim to be ours, and those of other hosts. */
import { RECEIVER } from './our-fields.js';

export interface Claim {
  readonly what: string;
  /** One field as it is sent, folded with CRLF. */
  readonly field: string;
}

const field = (id: string, name = 'Authentication-Results'): string =>
  `${name}: ${id}; spf=pass smtp.mailfrom=forged.example`;

const [FIRST = '', ...REST] = RECEIVER.split('.');

/** None of these may arrive: some reader takes each of them for ours. */
export const FORGED: readonly Claim[] = [
  { what: 'plain', field: field(RECEIVER) },
  {
    what: 'comments, folded, quoted, a backslash',
    field: field(`(unusual but legal\r\n  comment) "${RECEIVER.replace('l', '\\l')}" (<- so)`),
  },
  { what: 'upper case', field: field(RECEIVER.toUpperCase()) },
  { what: 'with a version', field: field(`${RECEIVER} 1`) },
  { what: 'with a version on a second line', field: field(`${RECEIVER}\r\n  1`) },
  { what: 'with a comment and a version', field: field(`${RECEIVER}(why)1`) },
  { what: 'behind a tab', field: field(`\t${RECEIVER}`) },
  { what: 'behind a form feed', field: field(`\f${RECEIVER}`) },
  { what: 'on the second line', field: field(`\r\n ${RECEIVER}`) },
  { what: 'behind comments in comments', field: field(`(a (b (c) d) e) ${RECEIVER}`) },
  { what: 'behind a closing parenthesis', field: field(`)${RECEIVER}`) },
  { what: 'quoted', field: field(`"${RECEIVER}"`) },
  { what: 'behind a backslash', field: field(`\\${RECEIVER}`) },
  { what: 'around a comment', field: field(`${FIRST}.(why)${REST.join('.')}`) },
  { what: 'around blanks', field: field(`${FIRST} . ${REST.join(' . ')}`) },
  { what: 'with a final dot', field: field(`${RECEIVER}.`) },
  { what: 'without any result', field: `Authentication-Results: ${RECEIVER}` },
  { what: 'without a blank behind the colon', field: field(RECEIVER).replace(': ', ':') },
  { what: 'in a field with a blank before the colon', field: field(RECEIVER, 'Authentication-Results ') },
  { what: 'in a field whose name is upper case', field: field(RECEIVER, 'AUTHENTICATION-RESULTS') },
  { what: 'in a field whose name is lower case', field: field(RECEIVER, 'authentication-results') },
];

/** These are for others to judge. */
export const FOREIGN: readonly Claim[] = [
  { what: 'of another host', field: field('mx.other.example') },
  { what: 'of another host, on two lines', field: field('(from) mx.other.example\r\n  1') },
  { what: 'of a host above ours', field: field(REST.join('.')) },
  { what: 'of a host below ours', field: field(`a.${RECEIVER}`) },
  { what: 'of a name that begins with ours', field: field(`${RECEIVER}.org`) },
  { what: 'with our name in a comment in front', field: field(`(${RECEIVER}) mx.other.example`) },
  { what: 'with our name in a comment behind', field: field(`mx.other.example (${RECEIVER})`) },
  {
    what: 'with our name in the result',
    field: `Authentication-Results: mx.other.example; spf=pass reason="${RECEIVER}"`,
  },
  { what: 'with our name and something to it', field: field(`${RECEIVER}/1234`) },
];

/** What stands in a delivered message, unfolded. */
export function valueOf({ field: text }: Claim): string {
  return text
    .slice(text.indexOf(':') + 1)
    .replaceAll('\r\n', '')
    .trim();
}
