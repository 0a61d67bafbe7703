/** The text of a fail, from the DNS to the reply (RFC 7208 §6.2). */
import { IpAddress } from '../../../src/net/index.js';
import { replyText, senderOfHelo } from '../../../src/smtp/index.js';
import { checkHost, DEFAULT_LIMITS } from '../../../src/spf/index.js';
import { octets, type Octets } from '../../../src/util/index.js';
import { ManualClock } from '../../support/manual-clock.js';
import { zone } from '../../support/zone.js';
import { hold, type Target } from '../target.js';

const IP = IpAddress.of([192, 0, 2, 1]);
const HELO = 'mta.example.org' as Octets;
const CONTEXT = { clock: new ManualClock(), limits: DEFAULT_LIMITS, deadline: 20_000 };

export const target: Target = {
  name: 'explanation',
  corpus: [
    '',
    'See http://www.%{d}/why.html?s=%{S}&i=%{I}',
    'no, %{p} at %{c}, not %{h}',
    'line\r\nDUNNO\n\naction=OK',
    '%{l} %{L} %{o} %{r} %{t} %{v} %%_%_%-',
    '100%',
  ],
  run(bytes) {
    const lookup = zone({
      'mta.example.org': { TXT: ['v=spf1 -all exp=why.example'] },
      'why.example': { TXT: [octets(bytes)] },
    });
    const sender = senderOfHelo(HELO);
    const outcome = checkHost(
      { ip: IP, sender, helo: HELO, receiver: 'mx.example.net' },
      { ...CONTEXT, lookup },
    );
    hold(!(outcome instanceof Promise) && outcome.result === 'fail', 'a fail at once');
    if (outcome.explanation === null) return;
    hold(/^[\x20-\x7e]*$/.test(outcome.explanation), 'printable ASCII');
    hold(replyText(outcome.explanation).length <= 430, 'a reply of bounded length');
  },
};
