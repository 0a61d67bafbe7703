/** Addresses and networks as text. */
import { IpAddress, isInNetwork, parseNetwork } from '../../../src/net/index.js';
import { octets } from '../../../src/util/index.js';
import { hold, type Target } from '../target.js';

export const target: Target = {
  name: 'ip-address',
  corpus: [
    '192.0.2.1',
    '192.0.2.0/24',
    '2001:db8::cb01',
    '2001:db8::/32',
    '::ffff:192.0.2.1',
    '::FFFF:C000:201',
    '::',
    '1:2:3:4:5:6:7:8',
    '64:ff9b::192.0.2.33',
    'fe80::1%eth0',
    'unknown',
    '0000:0000:0000:0000:0000:ffff:255.255.255.255',
  ],
  run(bytes) {
    const text = octets(bytes);
    const ip = IpAddress.parse(text);
    if (ip !== null) {
      hold(IpAddress.parse(ip.toString())?.equals(ip) === true, 'printed and read it is the same');
      hold(IpAddress.of(ip.bytes()).equals(ip), 'its octets are the same');
      hold(
        ip.family === 4 || !/^::ffff:[0-9a-f]{1,4}:[0-9a-f]{1,4}$/.test(ip.toString()),
        'mapped ones are folded',
      );
    }
    const network = parseNetwork(text);
    if (network !== null) hold(isInNetwork(network.address, network), 'a network holds its own address');
  },
};
