/** Received-SPF fields that others wrote (RFC 7208 §9.1). */
import { parseReceivedSpf } from '../../../src/header/index.js';
import { octets } from '../../../src/util/index.js';
import { hold, type Target } from '../target.js';

export const target: Target = {
  name: 'received-spf',
  corpus: [
    'Received-SPF: pass (mx.example.net: 192.0.2.1 is allowed) identity=mailfrom; client-ip=192.0.2.1;\r\n' +
      ' helo=mta.example.org; envelope-from="user@example.com"; receiver=mx.example.net; mechanism="ip4:192.0.2.1"',
    'Received-SPF: none identity=helo; helo="[192.0.2.1]"',
    'Received-SPF: fail (a (nested \\) comment)) envelope-from="a\\"b@example.com";',
    'Received-SPF: softfail',
    'Received-SPF:\r\n temperror\r\n (x)\r\n problem="DNS gave no answer"; x-y=z',
    `Received-SPF: pass ${'('.repeat(100)}`,
  ],
  run(bytes) {
    const text = octets(bytes);
    const parsed = parseReceivedSpf(text);
    if (!parsed.ok)
      hold(parsed.error.offset >= 0 && parsed.error.offset <= text.length, 'the offset is in the text');
  },
};
