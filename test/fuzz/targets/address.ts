/** Senders: `localpart@domain` in Postfix's internal form. */
import { senderOfMailFrom, splitAddress } from '../../../src/smtp/index.js';
import { octets, type Octets } from '../../../src/util/index.js';
import { hold, type Target } from '../target.js';

export const target: Target = {
  name: 'address',
  corpus: [
    '',
    '<>',
    'user@example.com',
    'a@b@example.com',
    '@example.com',
    'user@',
    'user@example.com@@',
    'user%example.com',
    'example.com!user',
    '"quoted @ part"@example.com',
    'j\xc3\xb6rg@b\xc3\xbccher.example',
    'user@[192.0.2.1]',
    'any@legitimate.example(a.attack.example',
    "@legitimate.example,@any.com:'any@attack.example",
    'SRS0=abcd=ZZ=example.org=user@example.com',
  ],
  run(bytes) {
    const address = octets(bytes);
    const path = splitAddress(address);
    const sender = senderOfMailFrom(path, 'mta.example.org' as Octets);
    hold(sender.localPart !== '', 'a local part');
    if (path.kind === 'null') return;
    hold(!path.domain.includes('@'), 'the domain follows the last "@"');
    let end = address.length;
    while (end > 1 && address.endsWith('@', end)) end--;
    const lost = end - path.localPart.length - path.domain.length;
    hold(lost === 0 || lost === 1, 'nothing is lost but what parts the two');
    hold(address.includes(path.localPart) && address.includes(path.domain), 'and each is as it was');
  },
};
