/** Folding: where the lines end, and that nothing but line ends is added. */
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';

import {
  authservId,
  printAuthenticationResults,
  printReceivedSpf,
  printUncheckedAuthenticationResults,
  printUncheckedReceivedSpf,
  type AuthenticationResultsField,
  type AuthservId,
  type ReceivedSpfField,
} from '../../src/header/index.js';
import { domainName, IpAddress, type DomainName } from '../../src/net/index.js';
import { SPF_RESULTS } from '../../src/smtp/index.js';
import { octetsOfText, type Octets } from '../../src/util/index.js';
import { foldedText } from '../support/folded-text.js';
import { hostileMail } from '../support/hostile-text.js';
import { SEED } from '../support/seed.js';

type Field = ReceivedSpfField | AuthenticationResultsField;

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

function nameOf(octets: Octets): DomainName | null {
  const name = domainName(octets);
  return name.ok ? name.value : null;
}

const ID = idOf('mx.example.net');
const CLIENT = address('192.0.2.1');

function from(localPart: string, domain: string): Field {
  const sender = {
    kind: 'mailbox',
    localPart: octetsOfText(localPart),
    domain: octetsOfText(domain),
  } as const;
  return printReceivedSpf({
    result: 'pass',
    identity: 'mailFrom',
    domain: nameOf(sender.domain),
    client: CLIENT,
    helo: octetsOfText('mail.example.com'),
    sender,
    receiver: 'mx.example.net',
    basis: { kind: 'mechanism', text: 'include:_spf.example.com' },
  });
}

function spfOf(domain: string, localPart: string | null = null): Field {
  return printAuthenticationResults({
    authservId: ID,
    entries: [
      {
        method: 'spf',
        identity: 'mailFrom',
        result: 'pass',
        domain: nameOf(octetsOfText(domain)),
        localPart: localPart === null ? null : octetsOfText(localPart),
        problem: null,
      },
      { method: 'iprev', result: 'pass', client: CLIENT, name: 'mail.example.com' },
    ],
    note: null,
  });
}

describe('lines', () => {
  test.each([
    {
      what: 'as many words on each as fit',
      field: from('user', 'example.com'),
      lines: [
        'Received-SPF: pass (mx.example.net: domain example.com designates 192.0.2.1 as',
        ' permitted sender) identity=mailfrom; client-ip=192.0.2.1;',
        ' helo=mail.example.com; envelope-from="user@example.com";',
        ' receiver=mx.example.net; mechanism="include:_spf.example.com"',
      ],
    },
    {
      what: 'none where all fits into one',
      field: printAuthenticationResults({ authservId: ID, entries: [], note: null }),
      lines: ['Authentication-Results: mx.example.net; none'],
    },
  ])('$what', ({ field, lines }) => {
    expect(foldedText(field).split('\n')).toEqual(lines);
  });

  test('exactly 78 columns fit, 79 do not', () => {
    const first = (domain: string): string => foldedText(spfOf(domain)).split('\n')[0] ?? '';
    const fits = `${'a'.repeat(78 - 'Authentication-Results: mx.example.net; spf=pass smtp.mailfrom=.test;'.length)}.test`;
    expect(first(fits)).toHaveLength(78);
    expect(first(`a${fits}`)).toBe('Authentication-Results: mx.example.net; spf=pass');
  });

  test('a quoted-string is whole, blanks and all, on a line of its own', () => {
    const localPart = 'a b '.repeat(30).trim();
    expect(foldedText(spfOf('example.com', localPart)).split('\n')).toEqual([
      'Authentication-Results: mx.example.net; spf=pass',
      ` smtp.mailfrom="${localPart}"@example.com;`,
      ' iprev=pass policy.iprev=192.0.2.1 (mail.example.com)',
    ]);
  });

  test('none behind the name of the field', () => {
    const authservId = idOf('m'.repeat(255));
    const lines = foldedText(printAuthenticationResults({ authservId, entries: [], note: null })).split('\n');
    expect(lines).toEqual([`Authentication-Results: ${authservId};`, ' none']);
  });
});

/** Every kind of field that there is, from what a client may say. */
const FIELDS: readonly Field[] = hostileMail(300, SEED).flatMap(({ helo, localPart, domain, words }, i) => {
  const [heloOctets, localOctets, domainOctets] = [helo, localPart, domain].map(octetsOfText);
  if (heloOctets === undefined || localOctets === undefined || domainOctets === undefined) return [];
  const result = SPF_RESULTS[i % SPF_RESULTS.length] ?? 'none';
  const entry = { method: 'spf', result, localPart: localOctets, problem: words } as const;
  return [
    printReceivedSpf({
      result,
      identity: 'mailFrom',
      domain: nameOf(domainOctets),
      client: CLIENT,
      helo: heloOctets,
      sender: { kind: 'mailbox', localPart: localOctets, domain: domainOctets },
      receiver: 'mx.example.net',
      basis: { kind: 'problem', text: words },
      note: words,
    }),
    printAuthenticationResults({
      authservId: ID,
      entries: [
        { ...entry, identity: 'mailFrom', domain: nameOf(domainOctets) },
        { ...entry, identity: 'helo', domain: nameOf(heloOctets) },
        { method: 'iprev', result: 'fail', client: CLIENT, name: words },
      ],
      note: words,
    }),
    printUncheckedReceivedSpf(words, 'recipient'),
    printUncheckedAuthenticationResults(ID, 'rule'),
  ];
});

test('whatever the field, unfolded it is as it was, and each line is as long as can be', () => {
  fc.assert(
    fc.property(fc.constantFrom(...FIELDS), (field) => {
      const folded = foldedText(field);
      expect(folded.replace(/\n(?=[ \t])/g, '')).toBe(field); // RFC 5322 §2.2.3
      const lines = folded.split('\n');
      for (const [i, line] of lines.entries()) {
        expect(line).toMatch(/^[ -~]*[!-~]$/);
        expect(line.length).toBeLessThanOrEqual(998);
        if (i > 0) expect(line).toMatch(/^ +[!-~]/);
        expect(quotesIn(line) % 2).toBe(0);
        const nextWord = /^ +[^ "]+(?= |$)/.exec(lines[i + 1] ?? '')?.[0];
        if (nextWord !== undefined) expect(line.length + nextWord.length).toBeGreaterThan(78);
        // Only what has no place to be parted is longer.
        if (line.length > 78) expect(line.slice(line.indexOf(': ') + 2).trim()).toMatch(/^[^ "]+$|"/);
      }
    }),
    { seed: SEED, numRuns: 2000 },
  );
});

/** Quotes that begin or end a quoted-string; none of ours has them in a comment. */
function quotesIn(line: string): number {
  return line.replace(/\\./g, '').split('"').length - 1;
}
