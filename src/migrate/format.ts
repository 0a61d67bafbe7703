/** Which program a configuration file is of. */
import { isEngineName, MILTER_NAMES, withoutComment } from './engine-file.js';
import { domainOf, networkOf } from './lists.js';
import { ADDRESSES_FILE, DOMAINS_FILE } from './perl-lists.js';
import { SPF_MILTER_NAMES } from './spf-milter.js';
import { MAX_FILE_LENGTH } from './source-lines.js';

/** With what they are called to people. */
export const FORMATS = {
  'policyd-spf': 'policyd-spf.conf',
  'policyd-spf-users': 'the file of Per_User in policyd-spf.conf',
  'pyspf-milter': 'pyspf-milter.conf',
  'spf-milter': 'spf-milter.conf, version 0.7',
  'perl-addresses': `${ADDRESSES_FILE} of the Perl policy server`,
  'perl-domains': `${DOMAINS_FILE} of the Perl policy server`,
} as const;

export type Format = keyof typeof FORMATS;

/**
 * The format of a file that consists of `Name = value` lines (or, for recipients, `address,Name=value`); null for
 * anything else, and for whatever may be a file of ours: what says something first in one of ours is a key and a
 * colon. Costs one pass over the text.
 */
export function isOldFormat(text: string): Format | null {
  if (text.length > MAX_FILE_LENGTH) return null;
  const counts: Record<'engine' | 'milter' | 'spf-milter' | 'users', number> = {
    engine: 0,
    milter: 0,
    'spf-milter': 0,
    users: 0,
  };
  let isFirst = true;
  for (const line of text.replace(/^\ufeff/, '').split(/[\r\n]+/)) {
    const said = withoutComment(line.slice(0, 300));
    if (said === '') continue;
    if (isFirst && isYaml(said)) return null;
    isFirst = false;
    const [, name = ''] = /^([A-Za-z_]+)\s*=/.exec(said) ?? [];
    if (isEngineName(name)) counts.engine++;
    if (MILTER_NAMES.includes(name)) counts.milter++;
    if (SPF_MILTER_NAMES.some((known) => known === name)) counts['spf-milter']++;
    const [, first = ''] = /^[^\s,=]+@[^\s,=]+\s*,\s*([A-Za-z_-]+)=/.exec(said) ?? [];
    if (isEngineName(first) || first === 'Authserv-Id') counts.users++;
  }
  const most = Math.max(counts.engine, counts['spf-milter'], counts.users);
  if (most === 0) return null;
  if (counts['spf-milter'] === most) return 'spf-milter';
  if (counts.users === most) return 'policyd-spf-users';
  return counts.milter > 0 ? 'pyspf-milter' : 'policyd-spf';
}

/** How a YAML map, list, document or directive begins. */
function isYaml(line: string): boolean {
  return /^(?:---|\.\.\.|%|[{[?"'|>&!]|-(?:\s|$)|[^\s=]+:(?:\s|$))/.test(line);
}

/** The same, for a file that somebody wants to migrate: by what it says, then by its name, then as a bare list. */
export function recognise(path: string, text: string): Format | null {
  const format = isOldFormat(text);
  if (format !== null) return format;
  const name = path.slice(path.lastIndexOf('/') + 1);
  if (name === ADDRESSES_FILE) return 'perl-addresses';
  if (name === DOMAINS_FILE) return 'perl-domains';
  if (/^policyd-spf.*\.conf$/.test(name)) return isAllComments(text) ? 'policyd-spf' : null;
  if (/^pyspf-milter.*\.conf$/.test(name)) return isAllComments(text) ? 'pyspf-milter' : null;
  if (/^spf-milter.*\.conf$/.test(name)) return isAllComments(text) ? 'spf-milter' : null;
  return listFormat(text);
}

function isAllComments(text: string): boolean {
  return text.split(/[\r\n]+/).every((line) => withoutComment(line) === '');
}

function listFormat(text: string): Format | null {
  const items = text
    .split(/[\r\n]+/)
    .flatMap((line) => withoutComment(line).split(/[\s,]+/))
    .filter((item) => item !== '');
  if (items.length === 0) return null;
  if (items.every((item) => networkOf(item) !== null)) return 'perl-addresses';
  return items.every((item) => domainOf(item) !== null) ? 'perl-domains' : null;
}
