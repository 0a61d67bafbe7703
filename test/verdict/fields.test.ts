/** What is told to readers of the message, and to those of the log. */
import { describe, expect, test } from '@jest/globals';

import type { SpfIdentity, SpfResult } from '../../src/smtp/index.js';
import type { SkipReason, Transaction, Verdict } from '../../src/verdict/index.js';
import { hostileMail } from '../support/hostile-text.js';
import { SEED } from '../support/seed.js';
import type { TransactionTexts } from '../support/transaction.js';
import { always, PROFILES, type SettingsLiteral } from '../support/verdict-settings.js';
import { zone, type ZoneLiteral } from '../support/zone.js';
import { Desk, replyLine, ZONE } from './desk.js';

const DNS: ZoneLiteral = {
  'pass.example': { TXT: ['v=spf1 ip4:192.0.2.0/24 -all'] },
  'neutral.example': { TXT: ['v=spf1 ?all'] },
  'default.example': { TXT: ['v=spf1 ip4:198.51.100.1'] },
  'softfail.example': { TXT: ['v=spf1 ~all'] },
  'fail.example': { TXT: ['v=spf1 -all'] },
  'exp.example': { TXT: ['v=spf1 -exists:%{i}.x.example -all exp=why.exp.example'] },
  'why.exp.example': { TXT: ['"; action=OK'] },
  'permerror.example': { TXT: ['v=spf1 mx moo:"(;=) -all'] },
  'temperror.example': 'servfail',
};

/** MAIL FROM at a domain with HELO localhost, or a null sender with that domain in HELO. */
function judged(identity: SpfIdentity, domain: string, settings: SettingsLiteral = PROFILES.dmarc): Verdict {
  const sender = identity === 'helo' ? '' : `user@${domain}`;
  return new Desk(settings, zone(DNS)).verdict({ helo: identity === 'helo' ? domain : 'localhost', sender });
}

describe('Received-SPF', () => {
  test.each([
    { domain: 'pass.example', result: 'pass', end: 'mechanism="ip4:192.0.2.0/24"' },
    { domain: 'neutral.example', result: 'neutral', end: 'mechanism=all' },
    { domain: 'default.example', result: 'neutral', end: 'mechanism=default' }, // §9.1, §4.7
    { domain: 'softfail.example', result: 'softfail', end: 'mechanism=all' },
    { domain: 'exp.example', result: 'fail', end: 'mechanism=all' },
    { domain: 'none.example', result: 'none', end: 'receiver=mx.example.net' },
    {
      domain: 'permerror.example',
      result: 'permerror',
      end: 'problem="unknown mechanism moo:\\"\\(\\;\\=\\) in the record of permerror.example"',
    },
    {
      domain: 'temperror.example',
      result: 'temperror',
      end: 'problem="DNS failed with SERVFAIL for TXT of temperror.example"',
    },
  ])('$domain: $result', ({ domain, result, end }) => {
    const [field = '', ...others] = judged('mailFrom', domain).fields;
    expect(others).toEqual([]);
    expect(field.startsWith(`Received-SPF: ${result} (mx.example.net: `)).toBe(true);
    expect(field).toContain(`identity=mailfrom; client-ip=192.0.2.1; helo=localhost; `);
    expect(field).toContain(`envelope-from="user@${domain}"; receiver=mx.example.net`);
    expect(field.endsWith(end)).toBe(true);
  });

  test('an explanation never comes into a field', () => {
    expect(judged('mailFrom', 'exp.example').fields.join()).not.toContain('action');
  });

  test('of a null sender', () => {
    const { fields, mailFrom } = judged('helo', 'pass.example');
    expect(mailFrom).toBeNull();
    expect(fields).toEqual([
      'Received-SPF: pass (mx.example.net: HELO name pass.example designates 192.0.2.1 as permitted sender) ' +
        'identity=helo; client-ip=192.0.2.1; helo=pass.example; envelope-from="<>"; receiver=mx.example.net; ' +
        'mechanism="ip4:192.0.2.0/24"',
    ]);
  });

  test('hides this host', () => {
    const [field] = judged('mailFrom', 'pass.example', { receiver: 'unknown' }).fields;
    expect(field).toMatch(/^Received-SPF: pass \(unknown: .* receiver=unknown;/);
  });

  test('a local part that is no UTF-8', () => {
    const { fields } = new Desk({}, zone(DNS)).verdict({ sender: '\xff\xfe@pass.example' });
    expect(fields[0]).toContain('"\\"??\\"@pass.example"');
  });
});

/** Fields in short: `AR spf=fail smtp.mailfrom, spf=pass smtp.helo` and `RS fail mailfrom`. */
function short(fields: Verdict['fields']): string[] {
  return fields.map((field) => {
    if (field.startsWith('Authentication-Results: mx.example.net; ')) {
      const entries = field.split('; ').slice(1);
      return `AR ${entries.map((entry) => entry.replace(/ \(.*\)/, '').replace(/=[^= ]+$/, '')).join(', ')}`;
    }
    const [, result, identity] = /^Received-SPF: (\w+) .*\bidentity=(\w+);/.exec(field) ?? [];
    return `RS ${result ?? '?'} ${identity ?? '?'}`;
  });
}

const MAIL_FROM_AR = 'AR spf=softfail smtp.mailfrom';
const BOTH_AR = 'AR spf=softfail smtp.mailfrom, spf=pass smtp.helo';

describe('which fields there are', () => {
  test.each<{
    what: string;
    settings?: SettingsLiteral;
    helo?: SpfResult;
    mailFrom?: SpfResult | null;
    policy: readonly string[];
    milter: readonly string[];
  }>([
    {
      what: 'by default',
      policy: ['RS softfail mailfrom'],
      milter: [BOTH_AR, 'RS softfail mailfrom', 'RS pass helo'],
    },
    {
      what: 'only the deciding identity',
      settings: { headers: { identities: 'deciding' } },
      policy: ['RS softfail mailfrom'],
      milter: [MAIL_FROM_AR, 'RS softfail mailfrom'],
    },
    {
      what: 'in the order wanted',
      settings: { headers: { add: ['received-spf', 'authentication-results'] } },
      policy: ['RS softfail mailfrom', BOTH_AR],
      milter: ['RS softfail mailfrom', 'RS pass helo', BOTH_AR],
    },
    {
      what: 'one kind',
      settings: { headers: { add: ['authentication-results'] } },
      policy: [BOTH_AR],
      milter: [BOTH_AR],
    },
    { what: 'none', settings: { headers: { add: [] } }, policy: [], milter: [] },
    {
      what: 'of a null sender',
      mailFrom: null,
      policy: ['RS pass helo'],
      milter: ['AR spf=pass smtp.helo', 'RS pass helo'],
    },
    {
      what: 'without HELO',
      settings: { checks: { helo: false } },
      policy: ['RS softfail mailfrom'],
      milter: [MAIL_FROM_AR, 'RS softfail mailfrom'],
    },
    {
      what: 'without MAIL FROM',
      settings: { checks: { mailFrom: false } },
      policy: ['RS pass helo'],
      milter: ['AR spf=pass smtp.helo', 'RS pass helo'],
    },
    {
      what: 'where HELO decides',
      settings: { checks: { heloDecides: ['pass'] } },
      policy: ['RS softfail mailfrom'], // DMARC reads the first
      milter: [BOTH_AR, 'RS softfail mailfrom', 'RS pass helo'],
    },
    {
      what: 'where HELO decides, only that',
      settings: { checks: { heloDecides: ['pass'] }, headers: { identities: 'deciding' } },
      policy: ['RS pass helo'],
      milter: ['AR spf=pass smtp.helo', 'RS pass helo'],
    },
    {
      what: 'MAIL FROM none is not covered up by HELO', // CVE-2019-20790
      mailFrom: 'none',
      policy: ['RS none mailfrom'],
      milter: ['AR spf=none smtp.mailfrom, spf=pass smtp.helo', 'RS none mailfrom', 'RS pass helo'],
    },
    {
      what: 'with reverse names',
      settings: { iprev: { check: true } },
      policy: ['RS softfail mailfrom'],
      milter: [`${BOTH_AR}, iprev=permerror policy.iprev`, 'RS softfail mailfrom', 'RS pass helo'],
    },
    {
      what: 'with reverse names that are not to be told',
      settings: { iprev: { check: true, header: false } },
      policy: ['RS softfail mailfrom'],
      milter: [BOTH_AR, 'RS softfail mailfrom', 'RS pass helo'],
    },
    {
      what: 'of reverse names alone',
      settings: { iprev: { check: true }, checks: { helo: false, mailFrom: false } },
      policy: [],
      milter: ['AR iprev=permerror policy.iprev'],
    },
    {
      what: 'of reverse names alone that are not to be told',
      settings: { iprev: { check: true, header: false }, checks: { helo: false, mailFrom: false } },
      policy: [],
      milter: [],
    },
    {
      what: 'on hold',
      settings: { actions: { mailFrom: { softfail: 'quarantine' } } },
      policy: ['RS softfail mailfrom'],
      milter: [BOTH_AR, 'RS softfail mailfrom', 'RS pass helo'],
    },
    {
      what: 'with an answer of the administrator',
      settings: { actions: { mailFrom: { softfail: { postfix: 'x' } } } },
      policy: ['RS softfail mailfrom'],
      milter: [BOTH_AR, 'RS softfail mailfrom', 'RS pass helo'],
    },
    {
      what: 'refused',
      settings: { actions: { mailFrom: { softfail: 'reject' } } },
      policy: [],
      milter: [],
    },
    { what: 'deferred', settings: { actions: { mailFrom: { softfail: 'defer' } } }, policy: [], milter: [] },
  ])('$what', ({ settings, helo = 'pass', mailFrom = 'softfail', policy, milter }) => {
    const desk = new Desk(settings);
    expect(short(desk.of(helo, mailFrom, { protocol: 'policy' }).fields)).toEqual(policy);
    expect(short(desk.of(helo, mailFrom, { protocol: 'milter' }).fields)).toEqual(milter);
  });

  test('a HELO name that could not be checked is told where it is all there is', () => {
    const desk = new Desk({}, zone(DNS));
    const over = { protocol: 'milter' } as const;
    expect(desk.verdict({ helo: 'localhost', sender: 'user@pass.example' }, over).fields).toEqual([
      'Authentication-Results: mx.example.net; spf=pass smtp.mailfrom=pass.example',
      expect.stringMatching(/^Received-SPF: pass /),
    ]);
    expect(desk.verdict({ helo: 'localhost', sender: '' }, over).fields).toEqual([
      'Authentication-Results: mx.example.net; spf=none (no domain to check in the HELO name)',
      expect.stringMatching(/^Received-SPF: none /),
    ]);
  });
});

describe('Authentication-Results', () => {
  const field = (
    settings: SettingsLiteral,
    texts: TransactionTexts,
    literal: ZoneLiteral = {},
  ): string | undefined =>
    new Desk(
      { headers: { add: ['authentication-results'], ...settings.headers }, ...settings },
      zone({ ...DNS, ...literal }),
    )
      .verdict({ helo: 'localhost', ...texts })
      .fields.at(0);

  test.each([
    { localPart: false, sender: 'Joe.Doe@Pass.Example', told: 'smtp.mailfrom=Pass.Example' },
    { localPart: true, sender: 'Joe.Doe@Pass.Example', told: 'smtp.mailfrom=Joe.Doe@Pass.Example' },
  ])('local part: $localPart', ({ localPart, sender, told }) => {
    const add = ['authentication-results'] as const;
    expect(field({ headers: { add, localPart } }, { sender })).toBe(
      `Authentication-Results: mx.example.net; spf=pass ${told}`,
    );
  });

  test('a local part is never that of HELO', () => {
    const add = ['authentication-results'] as const;
    expect(field({ headers: { add, localPart: true } }, { sender: '', helo: 'pass.example' })).toBe(
      'Authentication-Results: mx.example.net; spf=pass smtp.helo=pass.example',
    );
  });

  test.each([
    {
      domain: 'permerror.example',
      told: "spf=permerror (unknown mechanism moo:'[??] in the record of permerror.example) smtp.mailfrom=permerror.example",
    },
    {
      domain: 'temperror.example',
      told: 'spf=temperror (DNS failed with SERVFAIL for TXT of temperror.example) smtp.mailfrom=temperror.example',
    },
    { domain: 'none.example', told: 'spf=none smtp.mailfrom=none.example' },
  ])('$domain', ({ domain, told }) => {
    expect(field({}, { sender: `user@${domain}` })).toBe(`Authentication-Results: mx.example.net; ${told}`);
  });

  test.each([
    { at: { PTR: ['mail.example.com'] }, told: 'iprev=pass policy.iprev=192.0.2.1 (mail.example.com)' },
    { at: { PTR: ['forged.example.com'] }, told: 'iprev=fail policy.iprev=192.0.2.1 (forged.example.com)' },
    { at: {}, told: 'iprev=permerror policy.iprev=192.0.2.1' },
    { at: { PTR: 'timeout' }, told: 'iprev=temperror policy.iprev=192.0.2.1' },
  ] as const)('$told', ({ at, told }) => {
    const literal = { '1.2.0.192.in-addr.arpa': at, 'mail.example.com': { A: ['192.0.2.1'] } };
    expect(field({ iprev: { check: true } }, { sender: 'user@pass.example' }, literal)).toBe(
      `Authentication-Results: mx.example.net; spf=pass smtp.mailfrom=pass.example; ${told}`,
    );
  });
});

describe('mail that is not checked', () => {
  test.each<{
    why: SkipReason;
    settings?: SettingsLiteral;
    texts?: TransactionTexts;
    more?: Partial<Transaction>;
    says: string;
  }>([
    { why: 'network', texts: { client: '127.0.0.1' }, says: 'client is in an exempt network' },
    { why: 'authenticated', more: { authenticated: true }, says: 'client is authenticated' },
    { why: 'client-unknown', texts: { client: '?' }, says: 'client address is unknown' },
    { why: 'private-client', texts: { client: '10.0.0.1' }, says: 'client address is not public' },
    { why: 'sender', settings: { skip: { senders: ['example.org'] } }, says: 'sender is exempt' },
    { why: 'rule', settings: { rules: [{ name: 'x', skip: true }] }, says: 'exempt by a rule' },
    {
      why: 'nothing-to-check',
      settings: { checks: { helo: false, mailFrom: false } },
      says: 'no identity is to be checked',
    },
  ])('$why', ({ why, settings = {}, texts = {}, more = {}, says }) => {
    const verdict = (protocol: Transaction['protocol'], headers: SettingsLiteral['headers'] = {}): Verdict =>
      new Desk({ ...settings, headers }).verdict(texts, { ...more, protocol });
    const receivedSpf = `Received-SPF: none (mx.example.net: SPF was not checked, ${says})`;
    const authenticationResults = `Authentication-Results: mx.example.net; none (SPF was not checked, ${says})`;
    expect(verdict('policy')).toMatchObject({ decision: { do: 'skip', why }, fields: [receivedSpf] });
    expect(verdict('milter').fields).toEqual([authenticationResults, receivedSpf]);
    expect(verdict('milter', { add: ['received-spf'] }).fields).toEqual([receivedSpf]);
    expect(verdict('policy', { add: ['authentication-results', 'received-spf'] }).fields).toEqual([
      authenticationResults,
      receivedSpf,
    ]);
    expect(verdict('policy', { add: [] }).fields).toEqual([]);
    expect(verdict('milter', { noteSkipped: false }).fields).toEqual([]);
  });
});

test.each([
  { identity: 'mailFrom', domain: 'fail.example', why: 'mail-from fail (-all)' },
  { identity: 'mailFrom', domain: 'pass.example', why: 'mail-from pass (ip4:192.0.2.0/24)' },
  { identity: 'mailFrom', domain: 'default.example', why: 'mail-from neutral (default)' },
  { identity: 'mailFrom', domain: 'none.example', why: 'mail-from none (no SPF record)' },
  { identity: 'helo', domain: 'softfail.example', why: 'helo softfail (~all)' },
  {
    identity: 'helo',
    domain: 'temperror.example',
    why: 'helo temperror (DNS failed with SERVFAIL for TXT of temperror.example)',
  },
] as const)('log: $why', ({ identity, domain, why }) => {
  expect(judged(identity, domain, {}).why).toBe(why);
});

/** One line of printable ASCII, and no longer than that. */
function expectHarmless(line: string, length: number): void {
  expect(line).toMatch(/^[\x20-\x7e]+$/);
  expect(line.length).toBeLessThanOrEqual(length);
}

describe('hostile names and addresses', () => {
  const settings: readonly SettingsLiteral[] = [
    { ...PROFILES.dmarc, headers: { localPart: true } },
    { actions: always('reject') },
    { actions: always('defer') },
    { actions: always('quarantine') },
  ];
  const ESPOOFER = [
    'x; identity=mailfrom; envelope-from="a@victim.example"; y',
    '%{exp}',
    // espoofer A1-A7 and CVE-2020-12272: one domain for one reader, another for the next
    'legit.example(.attacker.example',
    "any@legit.example'@any.attacker.example",
    '@legit.example,@any.example:any@attacker.example',
  ];
  const mails = [
    ...ESPOOFER.map((text) => ({ helo: text, localPart: 'user', domain: text })),
    ...ESPOOFER.map((text) => ({ helo: text, localPart: text, domain: 'fail.example' })),
    ...hostileMail(150, SEED),
  ];

  test.each(settings)('%j', (setting) => {
    const desk = new Desk(setting, zone({ ...DNS, ...ZONE }));
    for (const { helo, localPart, domain } of mails) {
      for (const sender of [`${localPart}@${domain}`, '']) {
        const verdict = desk.verdict({ helo, sender }, { protocol: 'milter' });
        expectHarmless(verdict.why, 500);
        if (verdict.decision.do === 'hold') expectHarmless(verdict.decision.text, 450);
        if ('reply' in verdict.decision) expectHarmless(replyLine(verdict), 450);
        else expect(verdict.fields.length).toBeGreaterThan(1);
        for (const field of verdict.fields) {
          expectHarmless(field, 998);
          expect(field.match(/\bidentity=/g)?.length ?? 0).toBe(field.startsWith('Received-SPF') ? 1 : 0);
        }
      }
    }
  });

  test('an address that is no UTF-8', () => {
    const { fields } = new Desk({}, zone(DNS)).verdict({ sender: '\xff@\xfe.example' });
    expectHarmless(fields[0] ?? '', 998);
  });
});
