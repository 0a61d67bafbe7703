/** The Perl policy server: its two lists, and what it does without being told. */
import { printNetwork, withoutHostBits } from '../net/index.js';
import { Draft } from './draft.js';
import { domainOf, MAX_LIST, networkOf } from './lists.js';
import { shown } from './shown.js';
import { sourceLines, type SourceLine } from './source-lines.js';

export const ADDRESSES_FILE = 'exempt_spf_addresses';
export const DOMAINS_FILE = 'exempt_spf_domains';

/** Besides loopback, which is two networks. */
const MOST = MAX_LIST - 2;

/** `addresses` and `domains` are the lines of the lists; `source` says which of them the remarks are about. */
export function migratePerlLists(
  addresses: readonly SourceLine[],
  domains: readonly SourceLine[],
  source: 'addresses' | 'domains',
): Draft {
  const draft = new Draft();
  writeFixed(draft);
  const networks = items(addresses, remarkOn('addresses'), (item) => {
    const network = networkOf(item);
    return network === null ? null : printNetwork(withoutHostBits(network));
  });
  if (networks.length > 0) draft.set('skip.networks', ['loopback', ...networks]);
  const senders = items(domains, remarkOn('domains'), domainOf);
  if (senders.length > 0) {
    draft.set(
      'skip.senders',
      senders,
      'Capital letters counted there, so "EXAMPLE.com" was not "example.com"; here they do not.',
    );
  }
  return draft;

  function remarkOn(list: 'addresses' | 'domains'): (line: number, text: string) => void {
    const name = list === 'addresses' ? ADDRESSES_FILE : DOMAINS_FILE;
    return (line, text) => {
      draft.remark(list === source ? line : null, list === source ? text : `${name}, line ${line}: ${text}`);
    };
  }
}

/** The other list of the two, if it is there. */
export function otherList(text: string | null): readonly SourceLine[] {
  return text === null ? [] : sourceLines(text, () => undefined);
}

/** What the program did always; it had no options. */
function writeFixed(draft: Draft): void {
  draft.set('listen.milter', 'off');
  draft.set(
    'actions.mail_from.temperror',
    'defer',
    'The Perl policy server deferred temperror and refused no permerror.',
  );
  draft.set('actions.helo.temperror', 'defer');
  draft.set(
    'replies.fail.text',
    'Please see http://www.openspf.org/Why?s=mfrom;id=%{S};ip=%{C};r=%{R}',
    'The page at www.openspf.org is gone since 2019: better say what is wrong here.',
  );
  draft.set('replies.fail.text_exp', '%{exp}');
  draft.set('replies.temperror.code', 450);
  draft.set('replies.temperror.text', 'SPF-Result=%{reason}');
  draft.set('replies.enhanced_status', false);
  draft.set('headers.add', ['received-spf']);
  draft.set('headers.identities', 'deciding');
  draft.set(
    'skip.authenticated',
    false,
    'It checked authenticated senders, and clients with private addresses, like all others.',
  );
  draft.set('skip.private_clients', 'check');
  draft.set('log.to', 'syslog');
  draft.remark(null, 'the reply text links to www.openspf.org, which is gone since 2019; it is kept');
}

function items(
  lines: readonly SourceLine[],
  remark: (line: number, text: string) => void,
  read: (item: string) => string | null,
): readonly string[] {
  const values = new Set<string>();
  for (const { number, text } of lines) {
    for (const item of (text.split('#', 1)[0] ?? '').split(/[\s,]+/)) {
      const value = item === '' ? null : read(item);
      if (value !== null && values.size === MOST && !values.has(value)) {
        remark(number, `more than ${MOST} items, which is too many: left out from here on`);
        return [...values];
      }
      if (value !== null) values.add(value);
      else if (item !== '') remark(number, `${shown(item)} cannot be used, left out`);
    }
  }
  return [...values];
}
