/** Macro-strings and what they expand to (RFC 7208 §7). What follows the first line break is the sender's. */
import { isDeepStrictEqual } from 'node:util';

import { IpAddress } from '../../../src/net/index.js';
import { expandExplanation, expandOwnText } from '../../../src/spf/expand.js';
import { parseExplanation } from '../../../src/spf/parse.js';
import { printMacroString } from '../../../src/spf/print.js';
import { octets, type Octets } from '../../../src/util/index.js';
import { hold, type Target } from '../target.js';

const CLIENTS = [IpAddress.of([192, 0, 2, 3]), IpAddress.of(Array.from({ length: 16 }, (_, i) => i * 17))];

export const target: Target = {
  name: 'macro-string',
  corpus: [
    'See http://www.%{d}/why.html?s=%{S}&i=%{I}&c=%{C}&r=%{R}&t=%{t}\nstrong-bad',
    '%{ir}.%{v}.%{l1r-}.lp._spf.%{d2}\na-b+c',
    '%{lr-}.%{L2+}.%{s}.%{o3}.%{h}.%{p}\nj\xc3\xb6rg',
    '%%%_%-%{d99999999999999999999r.-+,/_=}\n.-+,/_=',
    'plain text\n',
    `${'%{L}'.repeat(28)}\n${'\xff'.repeat(100)}`,
    '%{l9999r.}\n' + '.'.repeat(50),
  ],
  run(bytes) {
    const text = octets(bytes);
    const lineEnd = text.indexOf('\n');
    const macros = (lineEnd === -1 ? text : text.slice(0, lineEnd)) as Octets;
    const fromOutside = lineEnd === -1 ? 'user' : text.slice(lineEnd + 1);
    const parts = parseExplanation(macros);
    if (parts === null) return;
    hold(
      isDeepStrictEqual(parseExplanation(printMacroString(parts) as Octets), parts),
      'printed and parsed the same',
    );
    const values = {
      localPart: fromOutside,
      senderDomain: 'example.com',
      helo: fromOutside,
      validatedName: fromOutside,
    };
    for (const ip of CLIENTS) {
      const more = { receiver: 'mx.example.net', seconds: 0, localPart: fromOutside };
      const own = expandOwnText(parts, fromOutside, { ...values, ip }, more);
      hold(/^[\x20-\x7e]{0,4096}$/.test(own), 'our own text is printable ASCII, within its bound');
      const expanded = expandExplanation(parts, 'email.example.com', { ...values, ip }, more);
      if (expanded === null) continue;
      hold(/^[\x20-\x7e]*$/.test(expanded), 'printable ASCII');
      hold(expanded.length <= macros.length + 3 * 8_192, 'within the bound');
    }
  },
};
