import { describe, expect, test } from '@jest/globals';

import type { AddressPattern } from '../../src/smtp/index.js';
import { reading, silentReading } from './reading.js';

/** A pattern in few words. */
function shownPattern(pattern: AddressPattern): string {
  switch (pattern.kind) {
    case 'address':
      return `address ${pattern.localPart}@${pattern.domain}`;
    case 'local-part':
      return `local-part ${pattern.localPart}`;
    case 'expression':
      return `expression ${String(pattern.expression)}`;
    case 'domain':
    case 'below':
      return `${pattern.kind} ${pattern.domain}`;
  }
}

const ADDRESSES = 'examples: user@example.com, example.com, .example.com (all below it)';
const DOMAINS = 'examples: example.com, .example.com (all below it)';

const UNNESTED = 'write it without a repetition inside of a repetition, and without alternatives in one';
const NOT_WHOLE =
  'begins like a regular expression, and does not end like one; write /.../ without flags: case never counts';

describe.each(['skip.senders', 'skip.recipients'] as const)('%s', (option) => {
  const key = option.slice('skip.'.length);

  test.each([
    ['[]', []],
    ['postmaster', ['local-part postmaster']],
    ['User@Example.COM', ['address User@Example.COM']],
    ['[example.com, .example.com]', ['domain example.com', 'below example.com']],
    ['["@example.com", "<user@example.com>"]', ['domain example.com', 'address user@example.com']],
    ['"a@b@example.com"', ['address a@b@example.com']],
    ['bücher.example', ['domain xn--bcher-kva.example']],
    ["'/^bounce-.*@example\\.com$/'", ['expression /^bounce-.*@example\\.com$/i']],
  ])('%s', async (value, expected) => {
    const config = await silentReading(`skip:\n  ${key}: ${value}\n`);
    expect(config[option].map(shownPattern)).toStrictEqual(expected);
  });

  test.each([
    [
      '"user@exa mple.com"',
      `"user@exa mple.com" is not an address or a domain: only letters, digits, hyphens, underscores and dots can be in it; ${ADDRESSES}`,
    ],
    [
      'a..example',
      `"a..example" is not an address or a domain: one of its parts is empty or longer than 63 octets; ${ADDRESSES}`,
    ],
    ['"user@"', `"user@" is not an address or a domain: it is empty; ${ADDRESSES}`],
    ['user@localhost', `"user@localhost" is not an address or a domain: it has no domain; ${ADDRESSES}`],
    ['"two words"', `"two words" is not an address or a domain; ${ADDRESSES}`],
    ['""', `"" is not an address or a domain; ${ADDRESSES}`],
    ['"/(/"', '"/(/" is not a regular expression: Unterminated group'],
    ['/^(.+)+$/', `"/^(.+)+$/" is not taken: some addresses would take it for ever; ${UNNESTED}`],
    [
      '"/.*-.*-.*/"',
      '"/.*-.*-.*/" is not taken: some addresses would take it long; begin it with ^, and write it with three repetitions such as .* at most',
    ],
    ["'/^(.)\\1$/'", '"/^(.)\\\\1$/" is not taken: it refers back to one of its groups; write it without'],
    ['/(?<!a)b/', '"/(?<!a)b/" is not taken: it looks behind; write it without (?<=...) and (?<!...)'],
    ['/foo/i', `"/foo/i" ${NOT_WHOLE}`],
    ['/a/b', `"/a/b" ${NOT_WHOLE}`],
    ['"/[\\n/"', '"/[\\n/" is not a regular expression: Unterminated character class'],
    ['"*.example.com"', '"*.example.com" has a star, which means nothing here; write .example.com'],
    ['"*@example.com"', '"*@example.com" has a star, which means nothing here; write example.com'],
    [`"${'a'.repeat(513)}"`, `"${'a'.repeat(57)}..." is too long`],
    ['{a: b}', 'expected an address or a domain, found keys'],
  ])('not %s', async (value, message) => {
    const { config, lines } = await reading(`skip:\n  ${key}:\n    - example.com\n    - ${value}\n`);
    expect(config).toBeNull();
    expect(lines).toStrictEqual([`4:7  ${option}[1]: ${message}`]);
  });

  test('are at most ten thousand', async () => {
    const list = Array.from({ length: 10_001 }, (_, i) => `d${i}.example`).join(', ');
    expect((await reading(`skip:\n  ${key}: [${list}]`)).lines).toStrictEqual([
      expect.stringMatching(/: 10001 addresses are too many; at most 10000$/),
    ]);
  });
});

describe('actions.strict_domains', () => {
  test('a domain stands for all below it too', async () => {
    const config = await silentReading('actions: {strict_domains: [bank.example, .shop.example]}');
    expect(config['actions.strict_domains'].map(shownPattern)).toStrictEqual([
      'domain bank.example',
      'below bank.example',
      'below shop.example',
    ]);
  });

  test.each([
    ['user@example.com', `"user@example.com" is not a domain; ${DOMAINS}`],
    ['example', `"example" is not a domain; ${DOMAINS}`],
    ['/a/', `"/a/" is not a domain; ${DOMAINS}`],
    [
      'a..example',
      `"a..example" is not a domain: one of its parts is empty or longer than 63 octets; ${DOMAINS}`,
    ],
    ['[a.example]', 'expected a domain, found a list'],
  ])('not %s', async (value, message) => {
    const { lines } = await reading(`actions: {strict_domains: [${value}]}`);
    expect(lines).toStrictEqual([`1:28  actions.strict_domains[0]: ${message}`]);
  });
});

describe('skip.helo_names and skip.ptr_domains', () => {
  test.each([
    ['helo_names: mail.example.com.', { 'skip.helo_names': ['mail.example.com'] }],
    ['helo_names: [mail.bücher.example]', { 'skip.helo_names': ['mail.xn--bcher-kva.example'] }],
    ['ptr_domains: [example.com, a_b.example]', { 'skip.ptr_domains': ['example.com', 'a_b.example'] }],
  ])('%s', async (text, expected) => {
    expect(await silentReading(`skip: {${text}}`)).toMatchObject(expected);
  });

  test('a dot in front of a domain says nothing', async () => {
    const { config, lines } = await reading('skip: {ptr_domains: [.example.com]}');
    expect(config?.['skip.ptr_domains']).toStrictEqual(['example.com']);
    expect(lines).toStrictEqual([
      '1:22  note: skip.ptr_domains[0]: ".example.com" is taken as example.com, and all below it',
    ]);
  });

  test.each([
    [
      'helo_names: [.example.com]',
      '1:21  skip.helo_names[0]: ".example.com" is not a domain name: one of its parts is empty or longer than 63 octets; only whole names count here',
    ],
    [
      'helo_names: [mail]',
      '1:21  skip.helo_names[0]: "mail" is not a domain name: it has no domain; example: mail.example.com',
    ],
    [
      'ptr_domains: [com]',
      '1:22  skip.ptr_domains[0]: "com" is not a domain name: it has no domain; example: mail.example.com',
    ],
    ['ptr_domains: [[example.com]]', '1:22  skip.ptr_domains[0]: expected a domain name, found a list'],
  ])('not %s', async (text, expected) => {
    expect((await reading(`skip: {${text}}`)).lines).toStrictEqual([expected]);
  });
});

describe('forwarders', () => {
  test('have all that is written, and nothing else', async () => {
    const config = await silentReading(`forwarders:
  - name: big provider
    spf_of: [forwarder.example]
    networks: [203.0.113.0/24, loopback]
    ptr_domains: out.forwarder.example
    recipients: [me@example.net, postmaster]
  - spf_of: second.example
    recipients:
`);
    const [first, second] = config.forwarders;
    expect(first).toMatchObject({
      name: 'big provider',
      spfOf: ['forwarder.example'],
      networks: [{ prefix: 24 }, { prefix: 8 }, { prefix: 128 }],
      ptrDomains: ['out.forwarder.example'],
    });
    expect(first?.recipients?.map(shownPattern)).toStrictEqual([
      'address me@example.net',
      'local-part postmaster',
    ]);
    expect(second).toStrictEqual({
      name: 'forwarder 2',
      spfOf: ['second.example'],
      networks: [],
      ptrDomains: [],
      recipients: null,
    });
  });

  test.each([
    ['{networks: 192.0.2.1}', 'forwarder 1'], // one alone
    ['[]', undefined],
  ])('%s', async (value, name) => {
    expect((await silentReading(`forwarders: ${value}`)).forwarders[0]?.name).toBe(name);
  });

  test.each([
    [
      '{name: nobody}',
      [
        '1:14  forwarders[0]: it does not say which hosts forward; name them by "spf_of", "networks" or "ptr_domains"',
      ],
    ],
    ['{netwroks: 192.0.2.1}', ['1:15  forwarders[0].netwroks: unknown key; did you mean "networks"?']],
    [
      '{hosts: 192.0.2.1}',
      [
        '1:15  forwarders[0].hosts: unknown key; a forwarder has: name, spf_of, networks, ptr_domains, recipients',
      ],
    ],
    [
      '{name: [a], spf_of: com, recipients: "a b"}',
      [
        '1:21  forwarders[0].name: expected a name, found a list',
        expect.stringMatching(/^1:34 {2}forwarders\[0\]\.spf_of: "com" is not a domain name/),
        expect.stringMatching(/^1:51 {2}forwarders\[0\]\.recipients: "a b" is not an address/),
      ],
    ],
    [
      '{spf_of: a.example, recipients: []}',
      ['1:46  forwarders[0].recipients: a list of nothing never fits; leave it out, or name a recipient'],
    ],
    [
      '{name: "a\\u202eb", spf_of: a.example}',
      [
        expect.stringMatching(
          /^1:21 {2}forwarders\[0\]\.name: .* is not the name of a forwarder; one line, /,
        ),
      ],
    ],
    [
      '{name: "a\\nb", spf_of: a.example}',
      ['1:21  forwarders[0].name: "a\\nb" is not the name of a forwarder; one line, at most 100 characters'],
    ],
    [
      '203.0.113.0/24',
      [
        '1:14  forwarders[0]: expected a forwarder, found a value; a forwarder is {name: ..., networks: [...]}, or with "spf_of" or "ptr_domains"',
      ],
    ],
  ])('not %s', async (value, expected) => {
    expect((await reading(`forwarders: [${value}]`)).lines).toStrictEqual(expected);
  });
});
