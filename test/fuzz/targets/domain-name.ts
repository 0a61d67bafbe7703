/** Domain names as mail servers give them. */
import { isQueryable, queryName } from '../../../src/dns/index.js';
import { domainName } from '../../../src/net/index.js';
import { octets, type Octets } from '../../../src/util/index.js';
import { hold, type Target } from '../target.js';

export const target: Target = {
  name: 'domain-name',
  corpus: [
    'example.com',
    'mail.Example.COM.',
    'b\xc3\xbccher.example',
    'xn--bcher-kva.example',
    '\xe4\xbe\x8b\xe3\x81\x88\xe3\x80\x82\xe3\x83\x86\xe3\x82\xb9\xe3\x83\x88',
    '[IPv6:2001:db8::1]',
    'legitimate.example(.attacker.example',
    'a.'.repeat(100),
    'stra\xc3\x9fe.\xd7\x90\xd7\x91.example',
    '\xf0\x9f\x93\xac.example',
  ],
  run(bytes) {
    const name = domainName(octets(bytes));
    if (!name.ok) return;
    hold(/^[A-Za-z0-9._-]+$/.test(name.value), 'only characters of names');
    hold(isQueryable(queryName(name.value)) && name.value.includes('.'), 'several labels that fit the wire');
    const again = domainName(name.value as string as Octets);
    hold(again.ok && again.value === name.value, 'read again it is the same');
  },
};
