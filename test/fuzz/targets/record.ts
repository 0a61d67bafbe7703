/** The record parser and its printer (RFC 7208 §12). */
import { isDeepStrictEqual } from 'node:util';

import { parseRecord, printRecord } from '../../../src/spf/index.js';
import { octets, type Octets } from '../../../src/util/index.js';
import { hold, type Target } from '../target.js';

export const target: Target = {
  name: 'record',
  corpus: [
    'v=spf1',
    'v=spf1 mx -all',
    'v=spf1 ip4:192.0.2.0/24 ip6:2001:db8::/32 ip6:::ffff:192.0.2.1/96 a/24//64 ~all',
    'v=spf1 include:_spf.example.com a:mail.example.com/28 mx:example.net//48 ptr:example.org ?all',
    'v=spf1 exists:%{ir}.%{l1r+-}._spf.%{d2} redirect=%{d}.example exp=why.%{o}',
    'V=SPF1 +A -MX:%{L}.%{S}.example ~PTR ra=postmaster x.y-z_1=%{p}%%%_%- -ALL',
    'v=spf1 exists:%{d10r.-+,/_=}.%{h}.%{v}.%{i} a:foo:bar/baz.example. mx:%{l/}/24',
    '-'.repeat(100),
    'v=spf1 ' + 'a:'.repeat(50),
    'v=spf1 ' + '%{'.repeat(50),
  ],
  run(bytes) {
    const text = octets(bytes);
    check(text);
    if (!text.startsWith('v=spf1 ')) check(`v=spf1 ${text}` as Octets);
  },
};

function check(text: Octets): void {
  const parsed = parseRecord(text);
  if (!parsed.ok) {
    const { term, offset } = parsed.error;
    hold(offset >= 0 && offset <= text.length, 'the offset is in the record');
    hold(text.includes(term), 'the term is in the record');
    return;
  }
  const again = parseRecord(printRecord(parsed.value) as Octets);
  hold(isDeepStrictEqual(again, parsed), 'printed and parsed it is the same');
}
