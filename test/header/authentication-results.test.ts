/** The Authentication-Results field: what is printed for what. */
import { describe, expect, test } from '@jest/globals';

import {
  authservId,
  parseAuthenticationResults,
  printAuthenticationResults,
  printUncheckedAuthenticationResults,
  type AuthenticationResult,
  type AuthenticationResults,
  type AuthservId,
  type IprevEntry,
  type ParsedAuthenticationResults,
  type SpfEntry,
} from '../../src/header/index.js';
import { domainName, IpAddress, type DomainName } from '../../src/net/index.js';
import { SPF_RESULTS } from '../../src/smtp/index.js';
import { octetsOfText } from '../../src/util/index.js';

function idOf(text: string): AuthservId {
  const id = authservId(text);
  if (!id.ok) throw new Error(`${id.error}: ${text}`);
  return id.value;
}

function address(text: string): IpAddress {
  const parsed = IpAddress.parse(text);
  if (parsed === null) throw new Error(`not an address: ${text}`);
  return parsed;
}

function name(text: string): DomainName {
  const checked = domainName(octetsOfText(text));
  if (!checked.ok) throw new Error(`${checked.error}: ${text}`);
  return checked.value;
}

const MAIL_FROM: SpfEntry = {
  method: 'spf',
  identity: 'mailFrom',
  result: 'pass',
  domain: name('example.com'),
  localPart: null,
  problem: null,
};
const HELO: SpfEntry = { ...MAIL_FROM, identity: 'helo', result: 'none', domain: name('mail.example.com') };
const IPREV: IprevEntry = {
  method: 'iprev',
  result: 'pass',
  client: address('192.0.2.1'),
  name: 'mail.example.com',
};

function print(entries: readonly AuthenticationResult[], other: Partial<AuthenticationResults> = {}): string {
  return printAuthenticationResults({ authservId: idOf('mx.example.net'), entries, note: null, ...other });
}

function parsed(field: string): ParsedAuthenticationResults {
  const read = parseAuthenticationResults(field);
  if (!read.ok) throw new Error(`${read.error.code} at ${read.error.offset}: ${field}`);
  return read.value;
}

describe('whole fields', () => {
  test.each([
    { what: 'nothing', entries: [], note: null, value: 'none' },
    {
      what: 'nothing, and why',
      entries: [],
      note: 'from our own list server',
      value: 'none (from our own list server)',
    },
    { what: 'MAIL FROM', entries: [MAIL_FROM], note: null, value: 'spf=pass smtp.mailfrom=example.com' },
    {
      what: 'both identities and the name of the client, in their order',
      entries: [MAIL_FROM, HELO, IPREV],
      note: null,
      value:
        'spf=pass smtp.mailfrom=example.com; spf=none smtp.helo=mail.example.com; ' +
        'iprev=pass policy.iprev=192.0.2.1 (mail.example.com)',
    },
    {
      what: 'the client first, over IPv6, without a name',
      entries: [{ ...IPREV, result: 'permerror' as const, client: address('2001:db8::1'), name: null }, HELO],
      note: null,
      value: 'iprev=permerror policy.iprev="2001:db8::1"; spf=none smtp.helo=mail.example.com',
    },
    {
      what: 'problems',
      entries: [
        {
          ...MAIL_FROM,
          result: 'permerror' as const,
          problem: 'unknown mechanism ip(v4)="x;\\" at example.com',
        },
        { ...HELO, result: 'temperror' as const, problem: 'DNS took too long' },
      ],
      note: null,
      value:
        "spf=permerror (unknown mechanism ip[v4]?'x??' at example.com) smtp.mailfrom=example.com; " +
        'spf=temperror (DNS took too long) smtp.helo=mail.example.com',
    },
    {
      what: 'identities that have no domain',
      entries: [
        { ...MAIL_FROM, result: 'none' as const, domain: null, localPart: octetsOfText('user') },
        { ...HELO, domain: null, problem: 'not a full domain name' },
      ],
      note: null,
      value: 'spf=none (no domain to check in the sender); spf=none (no domain to check in the HELO name)',
    },
    {
      what: 'a note, in the first spf entry',
      entries: [IPREV, { ...MAIL_FROM, result: 'fail' as const }, HELO],
      note: 'forwarder: Université (GMX)\n',
      value:
        'iprev=pass policy.iprev=192.0.2.1 (mail.example.com); ' +
        'spf=fail (forwarder: Universit? [GMX]) smtp.mailfrom=example.com; spf=none smtp.helo=mail.example.com',
    },
    {
      what: 'a note and a problem',
      entries: [{ ...HELO, result: 'permerror' as const, problem: 'no version' }],
      note: 'forwarder',
      value: 'spf=permerror (no version, forwarder) smtp.helo=mail.example.com',
    },
    { what: 'an empty note', entries: [MAIL_FROM], note: ' \n', value: 'spf=pass smtp.mailfrom=example.com' },
  ])('$what', ({ entries, note, value }) => {
    const field = print(entries, { note });
    expect(field).toBe(`Authentication-Results: mx.example.net; ${value}`);
    expect(parsed(field).results).toHaveLength(entries.length);
  });

  test.each(SPF_RESULTS)('the result %s', (result) => {
    expect(print([{ ...MAIL_FROM, result }])).toContain(`; spf=${result} smtp.mailfrom=`);
  });

  test('U-labels are A-labels', () => {
    const field = print([{ ...MAIL_FROM, domain: name('bücher.example') }], {
      authservId: idOf('mx.bücher.example'),
    });
    expect(field).toBe(
      'Authentication-Results: mx.xn--bcher-kva.example; spf=pass smtp.mailfrom=xn--bcher-kva.example',
    );
  });
});

describe('local parts', () => {
  test.each([
    { localPart: 'user', shown: 'user@example.com' },
    { localPart: "o'neil+tag/x", shown: "o'neil+tag/x@example.com" },
    { localPart: 'john doe', shown: '"john doe"@example.com' },
    { localPart: 'a"b\\c', shown: '"a\\"b\\\\c"@example.com' },
    { localPart: 'ceo@victim.example', shown: '"ceo@victim.example"@example.com' },
    { localPart: '.a..b.', shown: '".a..b."@example.com' },
    { localPart: 'dkim=pass', shown: '"dkim\\=pass"@example.com' }, // no word that a filter looks for
    {
      localPart: 'x; dkim=pass header.d=bank.test',
      shown: '"x\\; dkim\\=pass header.d\\=bank.test"@example.com',
    },
    { localPart: '', shown: 'example.com' },
    { localPart: 'jürgen', shown: 'example.com' }, // what cannot be shown as it is is not shown
    { localPart: 'a\r\nb', shown: 'example.com' },
    { localPart: 'a'.repeat(128), shown: `${'a'.repeat(128)}@example.com` },
    { localPart: 'a'.repeat(129), shown: 'example.com' },
  ])('$localPart', ({ localPart, shown }) => {
    const field = print([{ ...MAIL_FROM, localPart: octetsOfText(localPart) }]);
    expect(field).toBe(`Authentication-Results: mx.example.net; spf=pass smtp.mailfrom=${shown}`);
    const value = shown === 'example.com' ? shown : `${localPart}@example.com`;
    expect(parsed(field).results[0]?.properties).toEqual([{ type: 'smtp', name: 'mailfrom', value }]);
  });

  test.each(['_x.example.com', '-x.example.com', 'x-.example.com'])('none before %s', (domain) => {
    // RFC 6376 §3.5 has no such domain, and RFC 8601 §2.2 lets no other stand behind an at sign.
    const field = print([{ ...MAIL_FROM, domain: name(domain), localPart: octetsOfText('user') }]);
    expect(field).toBe(`Authentication-Results: mx.example.net; spf=pass smtp.mailfrom=${domain}`);
    expect(parsed(field).results).toHaveLength(1);
  });

  test('none of a HELO name', () => {
    expect(print([{ ...HELO, localPart: octetsOfText('postmaster') }])).toBe(print([HELO]));
  });
});

describe('lengths', () => {
  const longest = name(['a', 'b', 'c', 'd'].map((c) => c.repeat(62)).join('.')); // 251
  const entries: readonly AuthenticationResult[] = [
    {
      ...MAIL_FROM,
      domain: longest,
      result: 'permerror',
      localPart: octetsOfText('"'.repeat(128)),
      problem: 'x',
    },
    { ...HELO, domain: longest, result: 'temperror', problem: 'y' },
    {
      ...IPREV,
      result: 'permerror',
      client: address('2001:db8:1111:2222:3333:4444:5555:6666'),
      name: longest,
    },
  ];
  const id = idOf('m'.repeat(255));

  test('comments are left out first, but those that say which identity it was', () => {
    const [mailFrom] = entries;
    if (mailFrom?.method !== 'spf') throw new Error('not an spf entry');
    const field = print([mailFrom, { ...HELO, domain: null }, IPREV], {
      authservId: id,
      note: 'z'.repeat(100),
    });
    expect(field.length).toBeLessThanOrEqual(998);
    expect(field).toContain(`; spf=permerror smtp.mailfrom="${'\\"'.repeat(128)}"@${longest}; `);
    expect(parsed(field).results.map(({ comments }) => comments)).toEqual([
      [],
      ['no domain to check in the HELO name'],
      [],
    ]);
  });

  test('then local parts, and one entry of each kind always fits', () => {
    const field = print(entries, { authservId: id, note: 'z' });
    expect(field.length).toBeLessThanOrEqual(998);
    expect(parsed(field).results.map(({ properties }) => properties[0]?.value)).toEqual([
      longest,
      longest,
      '2001:db8:1111:2222:3333:4444:5555:6666',
    ]);
  });

  test('of more than that, the last are left out', () => {
    const field = print([...entries, ...entries], { authservId: id });
    expect(field.length).toBeLessThanOrEqual(998);
    expect(parsed(field).results).toEqual(parsed(print(entries, { authservId: id })).results);
  });

  test('notes and problems are cut', () => {
    const field = print([{ ...MAIL_FROM, problem: 'p'.repeat(5000) }], { note: 'n'.repeat(5000) });
    expect(parsed(field).results[0]?.comments).toEqual([`${'p'.repeat(197)}..., ${'n'.repeat(97)}...`]);
  });
});

test('mail that was not checked', () => {
  expect(printUncheckedAuthenticationResults(idOf('mx.example.net'), 'authenticated')).toBe(
    'Authentication-Results: mx.example.net; none (SPF was not checked, client is authenticated)',
  );
});
