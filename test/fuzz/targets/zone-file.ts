/** Zone files: what can be read can be asked. */
import { nameKey, queryName } from '../../../src/dns/index.js';
import { zoneLookup } from '../../../src/resolver/index.js';
import { parseZoneText } from '../../../src/resolver/zone-file.js';
import { hold, type Target } from '../target.js';

export const target: Target = {
  name: 'zone-file',
  corpus: [
    'a.example:\n  - TXT: v=spf1 mx -all\n  - MX: [10, mx.example]\nmx.example:\n  - A: 192.0.2.1\n',
    'a.example:\n  - SPF: ["v=spf1 ", "-all"]\n  - TXT: NONE\n  - AAAA: SERVFAIL\nb.example: TIMEOUT\n',
    'a.example:\n  - CNAME: b.example\nb.example:\n  - CNAME: a.example\n  - TIMEOUT\n',
    'zonedata:\n  "a\\x96.example":\n    - PTR: x.example\n',
    '__proto__:\n  - A: 192.0.2.1\n',
    '&a [*a]\n',
    '{ a.example: [ { A: 192.0.2.1 } ] }',
  ],
  longest: 2_000, // a file that an administrator names: YAML is slow, and nobody else's
  run(bytes) {
    const zone = parseZoneText(bytes.toString('utf8'));
    if (!zone.ok) {
      for (const { line, column } of zone.error) hold(line >= 1 && column >= 1, 'problems have a place');
      return;
    }
    const lookup = zoneLookup(zone.value);
    for (const [key, { name }] of zone.value) {
      hold(nameKey(queryName(name)) === key, 'owners are found under their names');
      hold(!(lookup(name, 'A', 0) instanceof Promise), 'answers are at hand');
    }
  },
};
