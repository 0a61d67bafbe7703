import { describe, expect, test } from '@jest/globals';

import { queryName, type RecordType } from '../../src/dns/index.js';
import { zoneLookup, type Zone } from '../../src/resolver/index.js';
import { parseZoneText } from '../../src/resolver/zone-file.js';

function zoneOf(text: string): Zone {
  const zone = parseZoneText(text);
  if (!zone.ok) throw new Error(JSON.stringify(zone.error));
  return zone.value;
}

/** An answer in one line: records as text, `nxdomain`, `nodata`, or a reason in brackets. */
function shown(text: string, name: string, type: RecordType): unknown {
  const answer = zoneLookup(zoneOf(text))(queryName(name), type, 0);
  if (answer instanceof Promise) throw new Error('a zone answers at once');
  if (answer.kind === 'void') return answer.why;
  if (answer.kind === 'failed') return `[${answer.why}]`;
  return answer.records.map((record) =>
    typeof record === 'object' && 'exchange' in record
      ? `${record.preference} ${record.exchange}`
      : record.toString(),
  );
}

describe('answers', () => {
  test.each<[what: string, zone: string, name: string, type: RecordType, answer: unknown]>([
    ['a record', 'a.example: [{A: 192.0.2.1}]', 'a.example', 'A', ['192.0.2.1']],
    [
      'several',
      'a.example:\n  - A: 192.0.2.1\n  - A: 192.0.2.2',
      'a.example',
      'A',
      ['192.0.2.1', '192.0.2.2'],
    ],
    ['IPv6', 'a.example: [{AAAA: 2001:db8::1}]', 'a.example', 'AAAA', ['2001:db8::1']],
    ['MX', 'a.example: [{MX: [10, mx.example.]}]', 'a.example', 'MX', ['10 mx.example']],
    ['a null MX (RFC 7505)', 'a.example: [{MX: [0, .]}]', 'a.example', 'MX', ['0 ']],
    ['PTR', '1.2.0.192.in-addr.arpa: [{PTR: a.example}]', '1.2.0.192.in-addr.arpa', 'PTR', ['a.example']],
    ['strings of one record', 'a.example: [{TXT: [v=spf1, " -all"]}]', 'a.example', 'TXT', ['v=spf1 -all']],
    ['no strings', 'a.example: [{SPF: [ ]}]', 'a.example', 'TXT', ['']],
    ['octets', 'a.example: [{TXT: "\\x96\\xff"}]', 'a.example', 'TXT', ['\x96\xff']],
    ['text that YAML has a type for', 'a.example: [{TXT: 1.50}]', 'a.example', 'TXT', ['1.50']],
    ['SPF as TXT', 'a.example: [{SPF: v=spf1 -all}]', 'a.example', 'TXT', ['v=spf1 -all']],
    ['SPF beside TXT', 'a.example: [{SPF: v=spf1 -all}, {TXT: x}]', 'a.example', 'TXT', ['x']],
    ['SPF beside NONE', 'a.example: [{SPF: v=spf1 -all}, {TXT: NONE}]', 'a.example', 'TXT', 'nodata'],
    ['upper case asked', 'a.example: [{A: 192.0.2.1}]', 'A.EXAMPLE', 'A', ['192.0.2.1']],
    ['upper case and dot written', 'A.Example.: [{A: 192.0.2.1}]', 'a.example', 'A', ['192.0.2.1']],
    ['odd characters', '"a+b=c~%.example": [{A: 192.0.2.1}]', 'a+b=c~%.example', 'A', ['192.0.2.1']],
    ['another type', 'a.example: [{A: 192.0.2.1}]', 'a.example', 'MX', 'nodata'],
    ['another name', 'a.example: [{A: 192.0.2.1}]', 'b.example', 'A', 'nxdomain'],
    ['a name without entries', 'a.example:', 'a.example', 'A', 'nodata'],
    ['an empty non-terminal (RFC 8020)', 'a.b.example: [{A: 192.0.2.1}]', 'b.example', 'A', 'nodata'],
    ['a name of Object', 'a.example: []', 'constructor', 'A', 'nxdomain'],
    ['no names at all', '', 'a.example', 'A', 'nxdomain'],
    ['a failing name', 'a.example: TIMEOUT', 'a.example', 'A', '[timeout]'],
    ['a failing name in a list', 'a.example: [SERVFAIL]', 'a.example', 'TXT', '[servfail]'],
    ['failing but for what it has', 'a.example: [TIMEOUT, {A: 192.0.2.1}]', 'a.example', 'A', ['192.0.2.1']],
    ['failing for the rest', 'a.example: [TIMEOUT, {A: 192.0.2.1}]', 'a.example', 'MX', '[timeout]'],
    ['failing beside NONE', 'a.example: [{SPF: x}, {TXT: NONE}, TIMEOUT]', 'a.example', 'TXT', '[timeout]'],
    ['a failing type', 'a.example: [{A: REFUSED}]', 'a.example', 'A', '[refused]'],
    ['the other types', 'a.example: [{A: REFUSED}]', 'a.example', 'AAAA', 'nodata'],
    ['a word as text', 'a.example: [{TXT: [TIMEOUT]}]', 'a.example', 'TXT', ['TIMEOUT']],
    [
      'a name below a failing one',
      'example: TIMEOUT\na.example: [{A: 192.0.2.1}]',
      'b.example',
      'A',
      'nxdomain',
    ],
    [
      'an alias',
      'a.example: [{CNAME: B.example}]\nb.example: [{A: 192.0.2.1}]',
      'a.example',
      'A',
      ['192.0.2.1'],
    ],
    ['an alias to nothing', 'a.example: [{CNAME: b.example}]', 'a.example', 'A', 'nxdomain'],
    [
      'an alias without the type',
      'a.example: [{CNAME: b.example}]\nb.example: []',
      'a.example',
      'A',
      'nodata',
    ],
    [
      'an alias to a failing name',
      'a.example: [{CNAME: b.example}]\nb.example: TIMEOUT',
      'a.example',
      'A',
      '[timeout]',
    ],
    [
      'a loop',
      'a.example: [{CNAME: b.example}]\nb.example: [{CNAME: A.example}]',
      'a.example',
      'A',
      'nodata',
    ],
    [
      'a scenario of the suite',
      'tests: {}\nzonedata:\n  a.example: [{A: 192.0.2.1}]',
      'a.example',
      'A',
      ['192.0.2.1'],
    ],
  ])('%s', (_what, text, name, type, answer) => {
    expect(shown(text, name, type)).toEqual(answer);
  });

  test('ten aliases are followed, eleven are not', () => {
    const links = Array.from({ length: 11 }, (_, i) => `a${i}.example: [{CNAME: a${i + 1}.example}]`);
    const text = [...links, 'a11.example: [{A: 192.0.2.1}]'].join('\n');
    expect(shown(text, 'a1.example', 'A')).toEqual(['192.0.2.1']);
    expect(shown(text, 'a0.example', 'A')).toBe('nodata');
  });

  test('one question always gets the same object', () => {
    const lookup = zoneLookup(zoneOf('a.example: [{TXT: x}]'));
    expect(lookup(queryName('A.example'), 'TXT', 0)).toBe(lookup(queryName('a.example'), 'TXT', 0));
  });

  test('records have the TTL that was asked for', () => {
    expect(zoneLookup(zoneOf('a.example: [{TXT: x}]'), 60)(queryName('a.example'), 'TXT', 0)).toMatchObject({
      ttl: 60,
    });
  });
});

describe('problems', () => {
  test.each([
    ['no YAML', 'a.example: [', 'yaml', 1, 13],
    ['a name twice', 'a.example: []\na.example: []', 'repeated-owner', 2, 1],
    ['a name twice, in another case', 'a.example: []\nA.example.: []', 'repeated-owner', 2, 1],
    ['two documents', 'a.example: []\n---\nb.example: []', 'yaml', 2, 1],
    ['a list', '- a.example', 'shape', 1, 1],
    ['text', 'a.example', 'shape', 1, 1],
    ['an unquoted star', '*.example: []', 'yaml', 1, 12],
    ['an empty label', 'a..example: []', 'owner', 1, 1],
    ['a long label', `${'a'.repeat(64)}.example: []`, 'owner', 1, 1],
    ['a name of characters beyond octets', '\u0151.example: []', 'owner', 1, 1],
    ['an unknown word', 'a.example: [HELLO]', 'word', 1, 13],
    ['a list in the list', 'a.example: [[A, b]]', 'word', 1, 13],
    ['an unknown type', 'a.example:\n  - SRV: x', 'type', 2, 5],
    ['no address', 'a.example: [{A: 192.0.2}]', 'address', 1, 17],
    ['the other kind of address', 'a.example: [{AAAA: 192.0.2.1}]', 'address', 1, 20],
    ['an MX without preference', 'a.example: [{MX: mx.example}]', 'mx', 1, 18],
    ['an MX with too large a preference', 'a.example: [{MX: [65536, mx.example]}]', 'mx', 1, 18],
    ['an MX without a name', 'a.example: [{MX: [10, [x]]}]', 'name', 1, 23],
    ['a target that is no name', 'a.example: [{PTR: a..b}]', 'name', 1, 19],
    ['text beyond octets', 'a.example: [{TXT: \u2028}]', 'text', 1, 19],
    ['text that is a mapping', 'a.example: [{TXT: {a: b}}]', 'text', 1, 19],
    ['an alias beside records', 'a.example: [{CNAME: b.example}, {A: 192.0.2.1}]', 'alias-and-records', 1, 1],
    ['two aliases', 'a.example: [{CNAME: b.example}, {CNAME: c.example}]', 'alias-and-records', 1, 34],
  ])('%s', (_what, text, code, line, column) => {
    const zone = parseZoneText(text);
    expect(zone.ok ? [] : zone.error).toContainEqual(expect.objectContaining({ code, line, column }));
  });

  test('all are told, up to a hundred', () => {
    const text = Array.from({ length: 1000 }, (_, i) => `a${i}.example: [{A: x}, {AAAA: x}]`).join('\n');
    const zone = parseZoneText(text);
    expect(zone.ok ? 0 : zone.error.length).toBe(100);
  });
});
