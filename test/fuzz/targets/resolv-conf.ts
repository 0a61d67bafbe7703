/** /etc/resolv.conf. */
import { parseResolvConf } from '../../../src/resolver/index.js';
import { octets } from '../../../src/util/index.js';
import { hold, type Target } from '../target.js';

export const target: Target = {
  name: 'resolv-conf',
  corpus: [
    'nameserver 127.0.0.53\noptions edns0 trust-ad\nsearch example.com\n',
    'nameserver 192.0.2.1\nnameserver 2001:db8::1\nnameserver fe80::1%eth0\nnameserver 192.0.2.4\n',
    'options timeout:1 attempts:3 rotate\n# nameserver 192.0.2.9\n; x\n\tnameserver 192.0.2.8\n',
    'options timeout:99999999999 attempts:0 timeout: attempts:-1\r\nnameserver  192.0.2.1 \r\n',
  ],
  run(bytes) {
    const { servers, timeoutMs, tries } = parseResolvConf(octets(bytes));
    hold(servers.length >= 1 && servers.length <= 3, 'one to three servers');
    hold(timeoutMs === null || (timeoutMs >= 1000 && timeoutMs <= 30_000), 'a time within limits');
    hold(tries === null || (tries >= 1 && tries <= 5), 'a number of tries within limits');
  },
};
