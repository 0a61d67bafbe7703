/** Names as the DNS has them. */
import { isQueryable, nameKey, printName, queryName } from '../../../src/dns/index.js';
import { octets } from '../../../src/util/index.js';
import { hold, type Target } from '../target.js';

export const target: Target = {
  name: 'query-name',
  corpus: [
    'example.com',
    'a+b=c@d.Example.COM.',
    '\0\xff\xc0.example',
    '.',
    '',
    'a..b',
    'a'.repeat(64),
    'a.'.repeat(127),
  ],
  run(bytes) {
    const name = queryName(octets(bytes));
    const key = nameKey(name);
    hold(
      key.length === name.length && nameKey(queryName(key)) === queryName(key),
      'the key of a key is itself',
    );
    hold(!/[A-Z]/.test(key), 'no upper case in a key');
    hold(/^[\x21-\x7e]+$/.test(printName(name)), 'printed it is printable');
    if (isQueryable(name)) {
      hold(
        name.split('.').every(({ length }) => length >= 1 && length <= 63) && name.length <= 253,
        'fits the wire',
      );
    }
  },
};
