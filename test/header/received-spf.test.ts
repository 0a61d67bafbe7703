/** The Received-SPF field: what is printed for what, and that nothing hostile comes through. */
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';

import {
  parseReceivedSpf,
  printReceivedSpf,
  printUncheckedReceivedSpf,
  type ReceivedSpf,
} from '../../src/header/index.js';
import { domainName, IpAddress, type DomainName } from '../../src/net/index.js';
import { SPF_RESULTS, splitAddress, type ReversePath } from '../../src/smtp/index.js';
import { octetsOfText, type Octets } from '../../src/util/index.js';

function address(text: string): IpAddress {
  const parsed = IpAddress.parse(text);
  if (parsed === null) throw new Error(`not an address: ${text}`);
  return parsed;
}

function nameOf(octets: Octets): DomainName | null {
  const name = domainName(octets);
  return name.ok ? name.value : null;
}

const PLAIN: ReceivedSpf = {
  result: 'pass',
  identity: 'mailFrom',
  domain: nameOf(octetsOfText('example.com')),
  client: address('192.0.2.1'),
  helo: octetsOfText('mail.example.com'),
  sender: splitAddress(octetsOfText('user@example.com')),
  receiver: 'mx.example.net',
  basis: { kind: 'mechanism', text: 'ip4:192.0.2.0/24' },
};

/** The field for a MAIL FROM of this address. */
function from(sender: string, other: Partial<ReceivedSpf> = {}): ReceivedSpf {
  const path = splitAddress(octetsOfText(sender));
  return { ...PLAIN, sender: path, domain: path.kind === 'null' ? null : nameOf(path.domain), ...other };
}

function helo(name: string): ReceivedSpf {
  return { ...PLAIN, helo: octetsOfText(name) };
}

function parsed(field: string): { result: string; comment: string | null; pairs: Map<string, string> } {
  const read = parseReceivedSpf(field);
  if (!read.ok) throw new Error(`${read.error.code} at ${read.error.offset}: ${field}`);
  return { ...read.value, pairs: new Map(read.value.pairs) };
}

describe('a whole field', () => {
  test('of a pass', () => {
    expect(printReceivedSpf(PLAIN)).toBe(
      'Received-SPF: pass (mx.example.net: domain example.com designates 192.0.2.1 as permitted sender) ' +
        'identity=mailfrom; client-ip=192.0.2.1; helo=mail.example.com; envelope-from="user@example.com"; ' +
        'receiver=mx.example.net; mechanism="ip4:192.0.2.0/24"',
    );
  });

  test('of a null sender, whose HELO name was checked', () => {
    const sender: ReversePath = { kind: 'null' };
    expect(
      printReceivedSpf({
        ...PLAIN,
        result: 'temperror',
        identity: 'helo',
        domain: nameOf(octetsOfText('mail.example.com')),
        client: address('2001:db8::1'),
        sender,
        basis: { kind: 'problem', text: 'DNS failed (SERVFAIL) for TXT of mail.example.com' },
      }),
    ).toBe(
      'Received-SPF: temperror (mx.example.net: SPF check of HELO name mail.example.com failed for now) ' +
        'identity=helo; client-ip="2001:db8::1"; helo=mail.example.com; envelope-from="<>"; ' +
        'receiver=mx.example.net; problem="DNS failed \\(SERVFAIL\\) for TXT of mail.example.com"',
    );
  });

  test('with nothing but what there is: no HELO, no domain, no basis', () => {
    const spf: ReceivedSpf = { ...from('user@[192.0.2.1]'), result: 'none', helo: '' as Octets, basis: null };
    expect(printReceivedSpf(spf)).toBe(
      'Received-SPF: none (mx.example.net: no domain to check in the sender) ' +
        'identity=mailfrom; client-ip=192.0.2.1; envelope-from="user@[192.0.2.1]"; receiver=mx.example.net',
    );
  });
});

describe('comments', () => {
  test.each([
    { result: 'pass', says: 'domain example.com designates 192.0.2.1 as permitted sender' },
    { result: 'fail', says: 'domain example.com does not designate 192.0.2.1 as permitted sender' },
    { result: 'softfail', says: 'domain example.com says that 192.0.2.1 is probably not a permitted sender' },
    { result: 'neutral', says: 'domain example.com does not say whether 192.0.2.1 is a permitted sender' },
    { result: 'none', says: 'domain example.com publishes no SPF record' },
    { result: 'permerror', says: 'SPF record of domain example.com cannot be used' },
    { result: 'temperror', says: 'SPF check of domain example.com failed for now' },
  ] as const)('$result', ({ result, says }) => {
    expect(parsed(printReceivedSpf({ ...PLAIN, result })).comment).toBe(`mx.example.net: ${says}`);
  });
});

describe('notes', () => {
  test.each([
    { what: 'a name', note: 'forwarded by GMX', shown: ', forwarded by GMX' },
    { what: 'none', note: '', shown: '' },
    { what: 'blanks', note: ' \n', shown: '' },
    { what: 'what would end the comment', note: 'a) identity="x; y\\', shown: ", a] identity?'x? y?" },
    { what: 'lines and letters', note: ' Universität\n(Köln) \0', shown: ', Universit?t [K?ln] ?' },
    { what: 'too much', note: 'n'.repeat(5000), shown: `, ${'n'.repeat(97)}...` },
  ])('$what', ({ note, shown }) => {
    const plain = parsed(printReceivedSpf(PLAIN));
    expect(parsed(printReceivedSpf({ ...PLAIN, note }))).toEqual({
      ...plain,
      comment: `${plain.comment ?? ''}${shown}`,
    });
  });

  test('are left out where the line would be too long, and the rest of the comment is kept', () => {
    const basis = { kind: 'mechanism', text: `include:${'x'.repeat(700)}.example` } as const;
    const field = printReceivedSpf({ ...PLAIN, basis, note: 'n'.repeat(100) });
    expect(field).toBe(printReceivedSpf({ ...PLAIN, basis }));
    expect(parsed(field).comment).toBe(parsed(printReceivedSpf(PLAIN)).comment);
  });
});

test('where the receiver is hidden, its name is nowhere', () => {
  expect(printReceivedSpf({ ...PLAIN, receiver: 'unknown', basis: null })).toBe(
    'Received-SPF: pass (unknown: domain example.com designates 192.0.2.1 as permitted sender) ' +
      'identity=mailfrom; client-ip=192.0.2.1; helo=mail.example.com; envelope-from="user@example.com"; ' +
      'receiver=unknown',
  );
  expect(printUncheckedReceivedSpf('unknown', 'network')).toBe(
    'Received-SPF: none (unknown: SPF was not checked, client is in an exempt network)',
  );
});

describe('mail that was not checked', () => {
  test.each([
    { why: 'authenticated', words: 'client is authenticated' },
    { why: 'client-unknown', words: 'client address is unknown' },
    { why: 'network', words: 'client is in an exempt network' },
    { why: 'private-client', words: 'client address is not public' },
    { why: 'sender', words: 'sender is exempt' },
    { why: 'recipient', words: 'recipient is exempt' },
    { why: 'null-sender', words: 'bounces are exempt' },
    { why: 'helo-name', words: 'HELO name is exempt' },
    { why: 'ptr-domain', words: 'client name is exempt' },
    { why: 'rule', words: 'exempt by a rule' },
    { why: 'nothing-to-check', words: 'no identity is to be checked' },
    { why: 'internal-error', words: 'internal error' },
  ] as const)('$why', ({ why, words }) => {
    const field = printUncheckedReceivedSpf('mx.example.net', why);
    expect(field).toBe(`Received-SPF: none (mx.example.net: SPF was not checked, ${words})`);
    expect(parsed(field).pairs.size).toBe(0);
  });
});

describe('values as written', () => {
  test.each([
    { what: 'an address literal', spf: helo('[192.0.2.1]'), part: 'helo="[192.0.2.1]";' },
    { what: 'a single label', spf: helo('localhost'), part: 'helo=localhost;' },
    { what: 'a final dot', spf: helo('mail.example.com.'), part: 'helo=mail.example.com;' },
    { what: 'U-labels', spf: helo('mail.bücher.example'), part: 'helo=mail.xn--bcher-kva.example;' },
    { what: 'a HELO name that is no name', spf: helo('a b\\"(c)'), part: 'helo="a b\\\\\\"\\(c\\)";' },
    {
      what: 'a HELO name with pairs in it', // OpenDMARC 1.4.2 sees them, unless there are backslashes
      spf: helo('x; identity=mailfrom; '),
      part: 'helo="x\\; identity\\=mailfrom\\; ";',
    },
    { what: 'a sender', spf: from('User+tag@Example.COM'), part: 'envelope-from="User+tag@Example.COM";' },
    {
      what: 'a VERP sender', // without the backslash OpenDMARC 1.4.2 loses the domain
      spf: from('bounce=user=example.net@example.com'),
      part: 'envelope-from="bounce\\=user\\=example.net@example.com";',
    },
    {
      what: 'a local part with a blank',
      spf: from('john doe@example.com'),
      part: 'envelope-from="\\"john doe\\"@example.com";',
    },
    {
      what: 'a local part with quotes and backslashes',
      spf: from('a"b\\c@example.com'),
      part: 'envelope-from="\\"a\\\\\\"b\\\\\\\\c\\"@example.com";',
    },
    {
      what: 'a local part with an at sign', // the domain is after the last one
      spf: from('ceo@victim.example@example.com'),
      part: 'envelope-from="\\"ceo@victim.example\\"@example.com";',
    },
    { what: 'no local part', spf: from('example.com'), part: 'envelope-from="postmaster@example.com";' },
    {
      what: 'a domain in U-labels',
      spf: from('user@bücher.example'),
      part: 'envelope-from="user@xn--bcher-kva.example";',
    },
    {
      what: 'a domain that looks like another', // CVE-2020-12272
      spf: from('any@legit.example(.attacker.example'),
      part: 'envelope-from="any@legit.example\\(.attacker.example";',
    },
    { what: 'UTF-8 in a local part', spf: from('jürgen@example.com'), part: '"\\"j??rgen\\"@example.com";' },
    {
      what: 'a mechanism without an argument',
      spf: { ...PLAIN, basis: { kind: 'mechanism', text: 'all' } },
      part: '; mechanism=all',
    },
    {
      what: 'a mechanism with macros',
      spf: { ...PLAIN, basis: { kind: 'mechanism', text: 'exists:%{l1r=}.x"(.example' } },
      part: '; mechanism="exists:%{l1r\\=}.x\\"\\(.example"',
    },
  ] as const)('$what', ({ spf, part }) => {
    const field = printReceivedSpf(spf);
    expect(field).toContain(part);
    expect(parseReceivedSpf(field).ok).toBe(true);
  });
});

describe('lengths', () => {
  const name = ['a', 'b', 'c', 'd'].map((c) => c.repeat(62)).join('.'); // 251
  const longest: ReceivedSpf = {
    ...from(`${'"'.repeat(64)}@${name}`, { result: 'permerror' }),
    client: address('2001:db8:1111:2222:3333:4444:5555:6666'),
    helo: octetsOfText('['.repeat(10_000)),
    receiver: name,
    basis: { kind: 'problem', text: 'bad macro in '.repeat(100) },
  };

  test('the longest pairs fit, the basis is cut and the comment left out', () => {
    const field = printReceivedSpf(longest);
    expect(field.length).toBeLessThanOrEqual(998);
    const { comment, pairs } = parsed(field);
    expect(comment).toBeNull();
    expect([...pairs.keys()]).toEqual([
      'identity',
      'client-ip',
      'helo',
      'envelope-from',
      'receiver',
      'problem',
    ]);
    expect(pairs.get('envelope-from')).toMatch(new RegExp(`^"(\\\\")+[.]{3}"@${name}$`));
    expect(pairs.get('helo')).toBe(`${'['.repeat(252)}...`);
    expect(pairs.get('problem')).toMatch(/^bad macro in .*[.]{3}$/);
  });

  test('a long local part is cut, its domain never', () => {
    const { pairs } = parsed(printReceivedSpf(from(`${'a'.repeat(5000)}@example.com`)));
    const shown = pairs.get('envelope-from') ?? '';
    expect(shown).toMatch(/^"a{200,}[.]{3}"@example[.]com$/);
    expect(shown.length).toBeLessThanOrEqual(320);
  });

  test('a long mechanism is cut where the line would be too long', () => {
    const text = `exists:${'x.'.repeat(500)}example`;
    const field = printReceivedSpf({ ...PLAIN, basis: { kind: 'mechanism', text } });
    expect(field).toHaveLength(998);
    expect(field).toMatch(/[.]{3}"$/);
  });
});

/** What the values must be read as: the same, whatever is not printable ASCII replaced. */
function clean(text: string): string {
  return text.replace(/[^\x20-\x7e]/g, '?');
}

const PIECES = [
  '\r\n',
  '\n\n',
  '\0',
  ')',
  '(',
  '"',
  '\\',
  '%',
  '\xff\xfe',
  '\u202e',
  '; identity=mailfrom; ',
  '";identity=mailfrom;x="',
  'Received-SPF: pass',
  '@',
  ' ',
  '.',
  '=',
  '<>',
  'example.com',
  'victim.example',
  '\x7f',
  '\t',
  '\u{1f4a9}',
] as const;

const hostile = fc
  .oneof(
    fc.array(fc.constantFrom(...PIECES), { maxLength: 12 }).map((pieces) => pieces.join('')),
    fc.string({ unit: 'binary', maxLength: 40 }),
    fc.constantFrom(...PIECES).map((piece) => piece.repeat(10_000 / piece.length)),
  )
  .map(octetsOfText);

test('whatever is put in, the field is one line that says exactly what we put there', () => {
  fc.assert(
    fc.property(
      fc.record({
        result: fc.constantFrom(...SPF_RESULTS),
        identity: fc.constantFrom('helo' as const, 'mailFrom' as const),
        helo: hostile,
        localPart: hostile,
        domain: fc.oneof(hostile, fc.constant(octetsOfText('example.com'))),
        receiver: fc.oneof(hostile, fc.constant('mx.example.net')),
        kind: fc.constantFrom('mechanism' as const, 'problem' as const),
        text: hostile,
      }),
      ({ result, identity, helo: name, localPart, domain, receiver, kind, text }) => {
        const field = printReceivedSpf({
          result,
          identity,
          domain: nameOf(identity === 'helo' ? name : domain),
          client: address('2001:db8::1'),
          helo: name,
          sender: { kind: 'mailbox', localPart, domain },
          receiver,
          basis: { kind, text },
        });
        expect(field).toMatch(/^Received-SPF: [\x20-\x7e]+[\x21-\x7e]$/);
        expect(field.length).toBeLessThanOrEqual(998);

        const read = parsed(field);
        expect(read.result).toBe(result);
        if (read.comment !== null) expect(read.comment).not.toMatch(/[()\\"=;]/);
        const keys = ['identity', 'client-ip', 'helo', 'envelope-from', 'receiver', kind];
        expect(keys.filter((key) => read.pairs.has(key))).toEqual([...read.pairs.keys()]);
        expect(read.pairs.get('identity')).toBe(identity === 'helo' ? 'helo' : 'mailfrom');
        expect(read.pairs.get('client-ip')).toBe('2001:db8::1');
        same(read.pairs.get('helo') ?? '', nameOf(name) ?? clean(name));
        same(read.pairs.get('receiver') ?? '', clean(receiver));
        const basis = read.pairs.get(kind);
        if (basis !== undefined) same(basis, clean(text));

        const sender = read.pairs.get('envelope-from') ?? '';
        same(unquotedLocalPart(sender), localPart === '' ? 'postmaster' : clean(localPart));
        const host = nameOf(domain) ?? clean(domain);
        expect(sender).toContain(`@${host.length > 255 ? host.slice(0, 100) : host}`);
      },
    ),
    { numRuns: 500 },
  );
});

/** Equal, or cut: then a beginning of it, and dots. These may be longer than what they stand for, which with its
 *  backslashes had no room. */
function same(shown: string, whole: string): void {
  if (shown === whole) return;
  expect(shown.endsWith('...')).toBe(true);
  expect(whole.startsWith(shown.slice(0, -3))).toBe(true);
  expect(whole.length).toBeGreaterThan(shown.length - '...'.length);
}

function unquotedLocalPart(mailbox: string): string {
  if (!mailbox.startsWith('"')) return mailbox.slice(0, mailbox.indexOf('@'));
  const quoted = /^"((?:[^"\\]|\\.)*)"@/.exec(mailbox)?.[1];
  if (quoted === undefined) throw new Error(`no quoted-string in ${mailbox}`);
  return quoted.replace(/\\(.)/g, '$1');
}
